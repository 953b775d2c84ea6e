// app/keep/[...path]/route.ts of a Next app: every door of a Threadkeep under /keep.
import { type Threadkeep, threadkeep } from 'threadkeep'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

// Next loads a module anew when you edit it, and one process owns a data folder: the house outlives the module.
const place = globalThis as { keep?: Promise<Threadkeep> }

async function handle(request: Request): Promise<Response> {
  place.keep ??= threadkeep({ doors: { basePath: '/keep' } }) // Next leaves the whole path on the request
  const keep = await place.keep
  return keep.fetch(request)
}

export const GET = handle
export const POST = handle
export const PUT = handle
export const PATCH = handle
export const DELETE = handle
export const OPTIONS = handle

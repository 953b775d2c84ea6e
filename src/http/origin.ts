// From which page a request comes, and whether pages of that origin may do this here.

import { ThreadkeepError } from '../core/errors.ts'
import type { DoorSettings } from './doors.ts'

export type Whence = 'same' | 'allowed' | 'foreign' | 'unsaid'

export function whenceOf(request: Request, { origins, url }: DoorSettings): Whence {
  const origin = request.headers.get('origin')
  if (origin === null) return 'unsaid'
  if (origins.includes(origin)) return 'allowed'
  return isOwn(origin, hostOf(request), url) ? 'same' : 'foreign'
}

const hostOf = (request: Request) => request.headers.get('host') ?? new URL(request.url).host

/** Behind a proxy only THREADKEEP_URL knows the scheme, and then a page of the same host over another scheme is foreign. */
function isOwn(origin: string, host: string, url: string | null): boolean {
  const page = URL.parse(origin)
  if (page === null || page.origin !== origin) return false
  const home = url === null ? null : URL.parse(url)
  if (home && home.hostname === page.hostname) return home.origin === page.origin
  return URL.parse(`${page.protocol}//${host}`)?.host === page.host
}

/**
 * Keeps other pages from writing and listening in somebody's name. A Bearer token is never sent by a browser on its own, so its
 * holder needs no origin; a cookie is, so a write with one has to say that it comes from here.
 */
export function refuseForeign(request: Request, whence: Whence, does: 'writes' | 'listens'): void {
  if (whence === 'foreign')
    throw foreign(`from a page of the origin ${request.headers.get('origin')?.slice(0, 80)}`)
  if (whence !== 'unsaid' || !isAmbient(request)) return
  const site = request.headers.get('sec-fetch-site')
  if (site === 'same-origin' || site === 'none') return
  if (does === 'listens' && site === null) return
  throw foreign('with a cookie and without saying from which page')
}

/** Whether the credential is of the kind that a browser adds by itself. */
function isAmbient({ headers }: Request): boolean {
  if (/^bearer /i.test(headers.get('authorization') ?? '')) return false
  return headers.has('cookie') || headers.has('authorization')
}

const foreign = (how: string) =>
  new ThreadkeepError(
    'forbidden',
    `This was asked ${how}, and only pages of this house may do that. Nothing was written.`,
    'Name the origin in THREADKEEP_ORIGINS if it is yours, or set THREADKEEP_URL if a proxy stands before this house. Scripts use a Bearer token.',
  )

/** What lets a page of another, allowed origin read the answer. */
export function corsHeaders(request: Request, whence: Whence): Record<string, string> {
  if (whence !== 'allowed') return {}
  return {
    'access-control-allow-origin': request.headers.get('origin') ?? '',
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'threadkeep-position, threadkeep-stale, retry-after',
    vary: 'Origin',
  }
}

/** The browser's question before a request that a plain form could not make. */
export function preflight(request: Request, whence: Whence): Response {
  if (whence !== 'allowed') return new Response(null, { status: 403, headers: { vary: 'Origin' } })
  const headers = {
    ...corsHeaders(request, whence),
    'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
    'access-control-allow-headers': 'authorization, content-type, last-event-id, threadkeep-position',
    'access-control-max-age': '600',
  }
  return new Response(null, { status: 204, headers })
}

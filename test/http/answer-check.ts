// Holds every answer of a test against openapi.json: the status is one that the door may give, and the body is what it says.

import { z } from 'zod'
import { everyRoute } from '../../src/http/every-route.ts'
import { openApi } from '../../src/http/openapi.ts'
import type { Route } from '../../src/http/route.ts'

type Json = Record<string, unknown>
type Promised = { content: Record<string, { schema: Json }> }
type Operation = { responses: Record<string, Promised> }

export const openApiDocument = openApi(everyRoute, '0.0.0') as unknown as {
  openapi: string
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Json> }
}

const patterns = everyRoute.map((route) => ({ route, pattern: new URLPattern({ pathname: route.path }) }))

export function routeOf(method: string, url: string): Route | undefined {
  const known = method === 'HEAD' ? 'GET' : method
  return patterns.find(({ route, pattern }) => route.method === known && pattern.test(url))?.route
}

export async function checkAnswer(request: Request, response: Response): Promise<Response> {
  if (request.method === 'OPTIONS') return response
  const route = routeOf(request.method, request.url)
  const { status, headers } = response
  const fault = headersFault(headers) ?? (await bodyFault(request, response, route && operationOf(route)))
  if (fault === null) return response
  throw new Error(`${request.method} ${new URL(request.url).pathname} answered ${status}, and ${fault}`)
}

function headersFault(headers: Headers): string | null {
  if (headers.get('cache-control') !== 'private, no-store') return 'a cache may keep it'
  return headers.get('x-content-type-options') === 'nosniff' ? null : 'its type may be guessed'
}

const operationOf = (route: Route): Operation | undefined =>
  openApiDocument.paths[route.path.replace(/:(\w+)/g, '{$1}')]?.[route.method.toLowerCase()]

const refusal: Promised = {
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
}

async function bodyFault(
  request: Request,
  response: Response,
  operation: Operation | undefined,
): Promise<string | null> {
  const media = response.headers.get('content-type')?.split(';')[0] ?? ''
  const promised = operation?.responses[response.status] ?? (response.status >= 400 ? refusal : undefined)
  if (!promised) return 'openapi.json knows no such status'
  const content = promised.content[media]
  if (!content) return `its type ${media} is not promised`
  if (media !== 'application/json' || request.method === 'HEAD') return null
  const verdict = schemaOf(content.schema).safeParse(await response.clone().json())
  return verdict.success ? null : `its body is not as promised: ${z.prettifyError(verdict.error)}`
}

const schemas = new Map<string, z.ZodType>()

/** The published JSON schema read back, so that it is the document that is held against the answer. */
function schemaOf(schema: Json): z.ZodType {
  const text = JSON.stringify(schema)
  const known = schemas.get(text)
  if (known) return known
  const whole = JSON.stringify({ ...schema, $defs: openApiDocument.components.schemas })
  const read = z.fromJSONSchema(JSON.parse(whole.replaceAll('#/components/schemas/', '#/$defs/')) as never)
  schemas.set(text, read)
  return read
}

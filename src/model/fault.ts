// What a provider says when it does not answer, as one of our faults, in words to act on and without the key.

import { ModelError, type ModelFault } from '../core/model.ts'
import type { Upstream } from './upstream.ts'

const saidCharsMax = 500
const keyLike = /\b(?:sk-|AIza)[\w*.-]{4,}/g

export function statusFault(
  upstream: Upstream,
  status: number,
  said: string,
  retryAfterMs: number | null = null,
): ModelError {
  const fault = faultOfStatus(status, said)
  const did = fault === 'refused' ? 'refused the request' : 'could not answer'
  return new ModelError(fault, `${upstream.provider} ${did} (${status}): ${quoted(upstream, said)}`, {
    status,
    retryAfterMs,
  })
}

export function unreachable(upstream: Upstream, cause: unknown): ModelError {
  const { code, message } = deepest(cause)
  const late = code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'UND_ERR_HEADERS_TIMEOUT'
  const where = new URL(upstream.baseUrl).host
  return new ModelError(
    late ? 'timeout' : 'unreachable',
    `${upstream.provider} cannot be reached at ${where}: ${quoted(upstream, message)}`,
    { cause },
  )
}

/**
 * An error in the middle of a stream, or what the SDK made of one before the first word. The SDK's own errors carry the
 * whole request, so they are never a cause: causes are logged.
 */
export function streamFault(upstream: Upstream, error: unknown): ModelError {
  if (typeof error !== 'object' || error === null) return badAnswer(upstream, String(error))
  const isStatus = 'statusCode' in error && typeof error.statusCode === 'number'
  if (!(error instanceof Error) || isStatus)
    return statusFault(upstream, statusOf(error), saidIn(error) ?? JSON.stringify(error))
  if (error.name !== 'AI_UnsupportedFunctionalityError') return badAnswer(upstream, error.message)
  return new ModelError('refused', `${upstream.provider} cannot be sent this: ${error.message}`)
}

export function badAnswer(upstream: Upstream, said: string): ModelError {
  return new ModelError(
    'bad_answer',
    `${upstream.provider} sent what is not an answer: ${quoted(upstream, said)}`,
  )
}

export function cutOff(upstream: Upstream, cause?: unknown): ModelError {
  return new ModelError('cut', `${upstream.provider} stopped in the middle of its answer, without its end.`, {
    cause,
  })
}

/** The sentence inside a provider's error, in any of the shapes that they have. */
export function saidIn(body: unknown): string | null {
  if (Array.isArray(body)) return saidIn(body[0])
  if (typeof body !== 'object' || body === null) return null
  const { error, message, detail } = body as Record<string, unknown>
  if (typeof message === 'string' && message !== '') return withKind(message, body)
  if (typeof error === 'string' && error !== '') return error
  if (typeof detail === 'string' && detail !== '') return detail
  return saidIn(error)
}

export function retryAfterMs(headers: Headers, nowMs: number): number | null {
  const exact = headers.get('retry-after-ms')
  if (exact !== null && Number.isFinite(Number(exact))) return Math.max(0, Number(exact))
  const given = headers.get('retry-after')
  if (given === null || given.trim() === '') return null
  const ms = Number.isFinite(Number(given)) ? Number(given) * 1000 : Date.parse(given) - nowMs
  return Number.isNaN(ms) ? null : Math.max(0, Math.ceil(ms))
}

function faultOfStatus(status: number, said: string): ModelFault {
  // An empty purse does not fill in the moment that a retry waits.
  if (status === 429) return said.includes('insufficient_quota') ? 'refused' : 'rate_limited'
  if (status === 408) return 'timeout'
  return status >= 500 ? 'overloaded' : 'refused'
}

/** Compatible servers put a status, a code or a kind into an error in the stream; the SDK gives us theirs as it is. */
function statusOf(error: unknown): number {
  const { statusCode, status, code, type } = error as Record<string, unknown>
  const number = [statusCode, status, code].map(Number).find((it) => it >= 400 && it <= 599)
  if (number !== undefined) return number
  const kind = `${String(code)} ${String(type)}`.toLowerCase()
  if (/rate_limit|quota/.test(kind)) return 429
  return /invalid|context|not_found|authentication|permission/.test(kind) ? 400 : 500
}

function withKind(message: string, body: object): string {
  const { code, type } = body as Record<string, unknown>
  return [code, type].includes('insufficient_quota') ? `${message} (insufficient_quota)` : message
}

function quoted(upstream: Upstream, said: string): string {
  const bare = upstream.key === null ? said : said.replaceAll(upstream.key, '…')
  const line = bare.replace(keyLike, '…').replace(/\s+/g, ' ').trim()
  return line.length > saidCharsMax ? `${line.slice(0, saidCharsMax)}…` : line
}

function deepest(error: unknown): { code: unknown; message: string } {
  if (!(error instanceof Error)) return { code: undefined, message: String(error) }
  if (error.cause instanceof Error) return deepest(error.cause)
  const tried = error instanceof AggregateError ? error.errors.find((each) => each instanceof Error) : error
  return {
    code: 'code' in error ? error.code : undefined,
    message: error.message === '' && tried instanceof Error ? tried.message : error.message,
  }
}

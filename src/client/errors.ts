// Why a request did not succeed, as the one kind of error that everybody knows: what the door said, or what happened on the way.

import { type ErrorCode, errorCodes, ThreadkeepError } from '../core/errors.ts'
import type { Fault } from './retry.ts'

type Said = { code?: unknown; message?: unknown; hint?: unknown; requestId?: unknown; details?: object }

/** Of an answer that is not 2xx. Its `details` carry the status, the request id, and all that the door added. */
export async function faultOf(response: Response, asked: string): Promise<Fault> {
  const { error, ...beside } = bodyOf(await response.text())
  const { status } = response
  const retryAfterMs = retryAfter(response.headers.get('retry-after'), Date.now())
  const details = {
    ...beside,
    ...error?.details,
    status,
    requestId: error?.requestId ?? response.headers.get('x-request-id'),
    ...(retryAfterMs === null ? {} : { retryAfterMs }),
  }
  const code = errorCodes.find((code) => code === error?.code) ?? codeOf(status)
  const message = stringOr(error?.message, `${asked} was answered with status ${status}.`)
  const hint = stringOr(error?.hint, 'Check that the address is the one of a Threadkeep.')
  return {
    error: new ThreadkeepError(code, message, hint, details),
    passing: passes(status, error),
    retryAfterMs,
  }
}

/** Of a request without an answer, or with half of one. It happened zero times or once. */
export function cutFault(asked: string, cause: unknown): Fault {
  const error = new ThreadkeepError(
    'unavailable',
    `${asked} has no answer: ${reasonOf(cause)}.`,
    'Check the connection, then send the same again with the same id: it is kept once.',
    undefined,
    cause,
  )
  return { error, passing: true, retryAfterMs: null }
}

/** For an answer that no Threadkeep gives. */
export function strange(asked: string, what: string, cause?: unknown): ThreadkeepError {
  return new ThreadkeepError(
    'internal',
    `${asked} was answered with ${what}.`,
    'Check that the address is the one of a Threadkeep, and that no proxy rewrites its answers.',
    undefined,
    cause,
  )
}

/** A door that is away says 503; a proxy before it that cannot reach it says 502 or 504, without words of ours. */
function passes(status: number, error: Said | undefined): boolean {
  if (status === 429 || status === 503) return true
  return (status === 502 || status === 504) && error === undefined
}

function bodyOf(text: string): { error?: Said; [beside: string]: unknown } {
  if (!text.trimStart().startsWith('{')) return {}
  try {
    return JSON.parse(text) as { error?: Said }
  } catch {
    return {} // A page of some proxy: the status says what there is to say.
  }
}

function codeOf(status: number): ErrorCode {
  const codes: Record<number, ErrorCode> = {
    400: 'malformed',
    401: 'unauthenticated',
    403: 'forbidden',
    404: 'not_found',
    410: 'deleted',
    413: 'too_large',
    415: 'unsupported_media',
    422: 'invalid',
    429: 'too_many',
    502: 'unavailable',
    503: 'unavailable',
    504: 'unavailable',
    507: 'storage_full',
  }
  return codes[status] ?? (status < 500 ? 'malformed' : 'internal')
}

/** Seconds, or a date. */
function retryAfter(header: string | null, now: number): number | null {
  if (header === null) return null
  if (/^\d+$/.test(header)) return Number(header) * 1000
  const at = Date.parse(header)
  return Number.isNaN(at) ? null : Math.max(0, at - now)
}

/** `fetch` hides the reason one level down. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  const { message, cause: deeper } = cause
  return deeper instanceof Error && deeper.message !== '' ? `${message} (${deeper.message})` : message
}

const stringOr = (value: unknown, other: string): string => (typeof value === 'string' ? value : other)

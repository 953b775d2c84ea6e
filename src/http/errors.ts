// What a caller reads when something goes wrong: one table from code to status, and one body for all of them.

import { type ErrorCode, ThreadkeepError } from '../core/errors.ts'
import type { Answer } from './answer.ts'

export const statusOf: Record<ErrorCode, number> = {
  malformed: 400,
  unauthenticated: 401,
  forbidden: 403,
  user_mismatch: 403,
  not_found: 404,
  deleted: 410,
  resync: 410,
  too_large: 413,
  unsupported_media: 415,
  invalid: 422,
  unknown_persona: 422,
  same_id_other_content: 422,
  run_over: 422,
  too_many: 429,
  model_failed: 502,
  unavailable: 503,
  storage_full: 507,
  // These two stop the house from opening, so that none of them can come out of a request but by a fault of ours.
  config: 500,
  store_refused: 500,
  internal: 500,
}

/** Seconds after which a caller may come back, where the thrower has not said it. */
const retryAfterSeconds = 2

/** The same words for what is absent and for what is another's. */
export const notFound = (what: 'thread' | 'message' | 'run', id: string): ThreadkeepError =>
  new ThreadkeepError(
    'not_found',
    `There is no ${what} "${id}" here.`,
    'Check the id; it may belong to another thread.',
  )

/** Only its owner ever reads this. */
export const inBin = (what: 'thread' | 'message', id: string): ThreadkeepError =>
  new ThreadkeepError('deleted', `The ${what} "${id}" was deleted.`, 'Restore it first.')

export const isOurFault = (fault: unknown): boolean =>
  !(fault instanceof ThreadkeepError) || statusOf[fault.code] === 500

export function errorAnswer(fault: unknown, requestId: string, beside: object = {}): Answer {
  const error = isOurFault(fault) || !(fault instanceof ThreadkeepError) ? internal : fault
  const { code, message, hint, details } = error
  const status = statusOf[code]
  const body = { error: { code, message, hint, requestId, ...(details ? { details } : null) }, ...beside }
  return { status, body: JSON.stringify(body), headers: headersOf(status, error) }
}

const internal = new ThreadkeepError(
  'internal',
  'Something of ours failed while this was being done.',
  'A write happened zero times or once: repeat it with the same id. If it stays, tell the operator the requestId.',
)

function headersOf(status: number, { details }: ThreadkeepError): Record<string, string> {
  if (status === 401) return { 'www-authenticate': 'Bearer' }
  if (status !== 429 && status !== 503) return {}
  const seconds = Number(details?.['retryAfterSeconds'] ?? retryAfterSeconds)
  return { 'retry-after': String(Math.max(1, Math.ceil(seconds))) }
}

/** For the operator: which fault, and where. Its message stays out, because it may quote what a person wrote. */
/** The stack without the message that stands before it, which may quote what a person wrote. */
function stackOf({ stack = '', message }: Error): string {
  const at = message === '' ? -1 : stack.indexOf(message)
  return at < 0 ? stack : stack.slice(at + message.length)
}

export function traceOf(fault: unknown): { fault: string; code?: string; trace: string[] } {
  if (!(fault instanceof Error)) return { fault: typeof fault, trace: [] }
  const cause = fault.cause instanceof Error ? fault.cause : fault
  const code: unknown = Reflect.get(cause, 'code')
  const trace = stackOf(cause)
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
  return {
    fault: cause.name,
    ...(typeof code === 'string' ? { code } : null),
    trace: trace.slice(0, 12).map((line) => line.trim()),
  }
}

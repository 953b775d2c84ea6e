// The closed list of what can go wrong, and the one error class that carries a code, what happened, and what to do next.

export const errorCodes = [
  'malformed', // the request or value cannot be read at all
  'invalid', // it can be read, and breaks a rule that the message names
  'too_large', // one of the limits
  'unknown_persona', // lists the known ones
  'same_id_other_content', // this id was used before, for something else
  'unauthenticated',
  'forbidden', // the credential does not reach this far, or the origin is foreign
  'user_mismatch', // a user was named who is not the caller
  'not_found', // absent, or another's: the same answer
  'deleted', // it was yours and you deleted it
  'unsupported_media',
  'too_many', // slow down; carries when to come back
  'model_failed', // the provider failed; what was said is kept
  'unavailable', // the store or a part of the house is away; try again
  'storage_full', // no room to keep it, so it was not accepted
  'run_over', // the run has ended, or another owner holds it
  'resync', // the asked-for history of changes is no longer held
  'config', // a setting is wrong; refused at start
  'store_refused', // the data folder is not one that this program may open
  'internal', // a fault of ours
] as const

export type ErrorCode = (typeof errorCodes)[number]

export class ThreadkeepError extends Error {
  readonly code: ErrorCode
  readonly hint: string
  readonly details: Record<string, unknown> | undefined

  constructor(
    code: ErrorCode,
    message: string,
    hint: string,
    details?: Record<string, unknown>,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'ThreadkeepError'
    this.code = code
    this.hint = hint
    this.details = details
  }
}

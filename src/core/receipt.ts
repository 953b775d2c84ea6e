// What a write returns: what became of it, and how safe it is.

import { type ErrorCode, ThreadkeepError } from './errors.ts'

export type Durability = 'disk' | 'replicated' | 'spooled' | 'none'

export type Receipt = {
  /** The id of what the commit was about: the message, thread, run or user of its deciding change. */
  id: string
  seq: number | null
  changeSeq: number
  position: string
  durability: Durability
  result: 'kept' | 'replayed'
  forked: boolean
  headId: string | null
}

/** The run that belongs to a commit; `runId` is the caller's own when this commit started it. */
export type RunRef = { runId: string; replyId: string; replySeq: number; attempt: number; epoch: number }

export type Kept = {
  result: 'kept' | 'replayed'
  receipt: Receipt
  threadId: string | null
  run: RunRef | null
}
/** The id is in use for something else. */
export type Conflict = { result: 'conflict'; what: Thing; id: string }
export type Missing = { result: 'missing'; what: Thing; id: string }
export type Refused = { result: 'refused'; code: ErrorCode; message: string; hint: string }

export type Thing = 'thread' | 'message' | 'run' | 'user'
export type Outcome = Kept | Conflict | Missing | Refused

/** For callers that have nothing better to do with a refusal than to pass it on. */
export function keptOrThrow(outcome: Outcome): Kept {
  switch (outcome.result) {
    case 'kept':
    case 'replayed':
      return outcome
    case 'missing':
      throw new ThreadkeepError(
        'not_found',
        `There is no ${outcome.what} "${outcome.id}" here.`,
        'Check the id; it may belong to another thread.',
      )
    case 'conflict':
      throw new ThreadkeepError(
        'same_id_other_content',
        `The id "${outcome.id}" was used before, for a ${outcome.what} with other content. Nothing was written.`,
        'Send a retry with the content of the first time, or new content under a new id.',
      )
    case 'refused':
      throw new ThreadkeepError(outcome.code, outcome.message, outcome.hint)
  }
}

// One attempt to answer: who runs it, how it ended, and the log of what it said on the way.

import type { FinishedStatus } from './message.ts'

export type RunStatus = 'running' | FinishedStatus

/** Why a run ended other than whole. `message` is for the person who reads the answer, where there is something to say. */
export type RunError = { code: string; message?: string; status?: number | null }

export type Run = {
  userId: string
  id: string
  threadId: string
  /** The message that is answered, and the message that answers. */
  messageId: string
  replyId: string
  attempt: number
  status: RunStatus
  owner: string
  epoch: number
  leaseUntil: number
  stopAt: number | null
  contextReceipt: unknown
  error: unknown
  startedAt: number
  endedAt: number | null
}

/** One batch of a run's log. `position` is the answer's length in UTF-8 bytes after it. */
export type RunEvents = { ordinal: number; position: number; events: string }

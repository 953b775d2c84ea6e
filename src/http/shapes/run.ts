// One attempt to answer, as it is read.

import { z } from 'zod'
import { assert } from '../../core/assert.ts'
import type { Run } from '../../core/run.ts'
import { count, iso, maybeIso, maybeTime, text, time } from './fields.ts'

export const runStatuses = ['running', 'complete', 'stopped', 'failed', 'interrupted'] as const

export const run = z
  .strictObject({
    id: text,
    threadId: text,
    messageId: text,
    replyId: text,
    attempt: count,
    status: z.enum(runStatuses),
    stopAskedAt: maybeTime,
    contextReceipt: z.unknown(),
    error: z.unknown(),
    startedAt: time,
    endedAt: maybeTime,
  })
  .meta({ id: 'Run' })

export function runBody(user: string, run: Run) {
  assert(run.userId === user, 'a run goes only to its owner')
  const { id, threadId, messageId, replyId, attempt, status, contextReceipt, error } = run
  return {
    id,
    threadId,
    messageId,
    replyId,
    attempt,
    status,
    stopAskedAt: maybeIso(run.stopAt),
    contextReceipt,
    error,
    startedAt: iso(run.startedAt),
    endedAt: maybeIso(run.endedAt),
  }
}

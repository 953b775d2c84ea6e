// What happens when words are thrown away, taken back, or forgotten for good. A message keeps its place in the tree.

import type { MessageDeleted, MessageForgotten, MessageRestored, ThreadForgotten } from '../../core/change.ts'
import { xorInto } from '../../core/checksum.ts'
import { statusCode } from '../codes.ts'
import { linkOf } from '../hash.ts'
import { deleted, type Draft, invalid, isStop, missing, type Step, type Stop } from './draft.ts'
import type { ThreadHead } from './heads.ts'
import type { SaidRow } from './plan-said.ts'
import type { Statements } from './statements.ts'

export function planDeleted(draft: Draft, put: Statements, change: MessageDeleted): Step | Stop {
  const found = findMessage(draft, put, change)
  if (isStop(found)) return found
  const { thread, row } = found
  const step = {
    id: change.messageId,
    seq: row.seq,
    forked: false,
    changeSeq: draft.changeSeq,
    replayed: false,
  }
  if (row.status === statusCode('deleted')) return { ...step, changeSeq: row.change_seq, replayed: true }
  if (row.status === statusCode('pending'))
    return invalid('This answer is still being written.', 'Stop it first, then delete it.')
  thread.messageCount--
  xorInto(thread.chain, linkOf(row.seq, change.messageId, row.checksum))
  const at = [draft.user.key, thread.key, row.seq] as const
  draft.writes.push(
    () => put.binMessage.run(draft.at, ...at),
    () => put.emptyMessage.run(draft.at, ...at),
    () => put.forgetRunEvents.run(...at),
  )
  return step
}

export function planRestored(draft: Draft, put: Statements, change: MessageRestored): Step | Stop {
  const found = findMessage(draft, put, change)
  if (isStop(found)) return found
  const { thread, row } = found
  const step = {
    id: change.messageId,
    seq: row.seq,
    forked: false,
    changeSeq: draft.changeSeq,
    replayed: false,
  }
  if (row.status !== statusCode('deleted')) return { ...step, changeSeq: row.change_seq, replayed: true }
  const at = [draft.user.key, thread.key, row.seq] as const
  if (!put.binned.get(...at)) return deleted('message', change.messageId)
  thread.messageCount++
  xorInto(thread.chain, linkOf(row.seq, change.messageId, row.checksum))
  draft.writes.push(
    () => put.refillMessage.run(...at),
    () => put.unbinMessage.run(...at),
  )
  return step
}

export function planForgotten(draft: Draft, put: Statements, change: MessageForgotten): Step | Stop {
  const found = findMessage(draft, put, change)
  if (isStop(found)) return found
  const { thread, row } = found
  const step = {
    id: change.messageId,
    seq: row.seq,
    forked: false,
    changeSeq: draft.changeSeq,
    replayed: false,
  }
  if (row.status === statusCode('pending'))
    return invalid('This answer is still being written.', 'Stop it first, then delete it.')
  if (row.status !== statusCode('deleted')) {
    thread.messageCount--
    xorInto(thread.chain, linkOf(row.seq, change.messageId, row.checksum))
  }
  const at = [draft.user.key, thread.key, row.seq] as const
  draft.writes.push(
    () => put.forgetMessage.run(draft.at, ...at),
    () => put.unbinMessage.run(...at),
    () => put.unmarkMessage.run(...at),
    () => put.forgetRunEvents.run(...at),
  )
  return step
}

export function planThreadForgotten(draft: Draft, put: Statements, change: ThreadForgotten): Step | Stop {
  const thread = draft.openThread(change.threadId, 'binned too')
  if (isStop(thread)) return thread
  draft.threadGoes = true
  const at = [draft.user.key, thread.key] as const
  draft.writes.push(() => put.forgetRunEvents.run(...at, null))
  for (const table of [
    put.forgetRuns,
    put.forgetBin,
    put.forgetMarks,
    put.forgetMessages,
    put.forgetChanges,
    put.forgetThread,
  ])
    draft.writes.push(() => table.run(...at))
  if (draft.user.mainThreadId === thread.id) {
    draft.user.mainThreadId = null
    draft.writes.push(() => put.setMainThread.run(null, draft.user.key))
  }
  return { id: thread.id, seq: null, forked: false, changeSeq: draft.changeSeq, replayed: false }
}

export function findMessage(
  draft: Draft,
  put: Statements,
  change: { threadId: string; messageId: string },
): { thread: ThreadHead; row: SaidRow } | Stop {
  const thread = draft.openThread(change.threadId)
  if (isStop(thread)) return thread
  const row = put.messageById.get(draft.user.key, thread.key, change.messageId) as SaidRow | undefined
  return row ? { thread, row } : missing('message', change.messageId)
}

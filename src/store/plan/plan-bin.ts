// What happens when words are thrown away, taken back, or forgotten for good. A message keeps its place in the tree.

import type { MessageDeleted, MessageForgotten, MessageRestored, ThreadForgotten } from '../../core/change.ts'
import { xorInto } from '../../core/checksum.ts'
import { statusCode } from '../codes.ts'
import { linkOf } from '../hash.ts'
import { deleted, type Draft, invalid, isStop, missing, type Step, stepOf, type Stop } from './draft.ts'
import type { ThreadHead } from './heads.ts'
import type { Ask, SaidRow } from './ask.ts'

export function planDeleted(draft: Draft, ask: Ask, change: MessageDeleted): Step | Stop {
  const found = findMessage(draft, ask, change)
  if (isStop(found)) return found
  const { thread, row } = found
  const step = stepOf(draft, change.messageId, row.seq)
  if (row.status === statusCode('deleted')) return { ...step, changeSeq: row.change_seq, replayed: true }
  if (row.status === statusCode('pending'))
    return invalid('This answer is still being written.', 'Stop it first, then delete it.')
  thread.messageCount--
  xorInto(thread.chain, linkOf(row.seq, change.messageId, row.checksum))
  const at = [draft.user.key, thread.key, row.seq] as const
  draft.put('binMessage', draft.at, ...at)
  draft.put('emptyMessage', draft.at, ...at)
  draft.put('forgetRunEvents', ...at)
  return step
}

export function planRestored(draft: Draft, ask: Ask, change: MessageRestored): Step | Stop {
  const found = findMessage(draft, ask, change)
  if (isStop(found)) return found
  const { thread, row } = found
  const step = stepOf(draft, change.messageId, row.seq)
  if (row.status !== statusCode('deleted')) return { ...step, changeSeq: row.change_seq, replayed: true }
  const at = [draft.user.key, thread.key, row.seq] as const
  if (!ask.isBinned(...at)) return deleted('message', change.messageId)
  thread.messageCount++
  xorInto(thread.chain, linkOf(row.seq, change.messageId, row.checksum))
  draft.put('refillMessage', ...at)
  draft.put('unbinMessage', ...at)
  return step
}

export function planForgotten(draft: Draft, ask: Ask, change: MessageForgotten): Step | Stop {
  const found = findMessage(draft, ask, change, 'binned too')
  if (isStop(found)) return found
  const { thread, row } = found
  const step = stepOf(draft, change.messageId, row.seq)
  if (row.status === statusCode('pending'))
    return invalid('This answer is still being written.', 'Stop it first, then delete it.')
  if (row.status !== statusCode('deleted')) {
    thread.messageCount--
    xorInto(thread.chain, linkOf(row.seq, change.messageId, row.checksum))
  }
  const at = [draft.user.key, thread.key, row.seq] as const
  draft.put('forgetMessage', draft.at, ...at)
  draft.put('unbinMessage', ...at)
  draft.put('unmarkMessage', ...at)
  draft.put('forgetRunEvents', ...at)
  return step
}

export function planThreadForgotten(draft: Draft, change: ThreadForgotten): Step | Stop {
  const thread = draft.openThread(change.threadId, 'binned too')
  if (isStop(thread)) return thread
  draft.threadGoes = true
  const at = [draft.user.key, thread.key] as const
  draft.put('forgetRunEvents', ...at, null)
  draft.put('forgetRuns', ...at)
  draft.put('forgetBin', ...at)
  draft.put('forgetMarks', ...at)
  draft.put('forgetMessages', ...at)
  draft.put('forgetChanges', ...at)
  draft.put('forgetThread', ...at)
  if (draft.user.mainThreadId === thread.id) {
    draft.user.mainThreadId = null
    draft.put('setMainThread', null, draft.user.key)
  }
  return { id: thread.id, seq: null, forked: false, changeSeq: draft.changeSeq, replayed: false }
}

export function findMessage(
  draft: Draft,
  ask: Ask,
  change: { threadId: string; messageId: string },
  which?: 'binned too',
): { thread: ThreadHead; row: SaidRow } | Stop {
  const thread = draft.openThread(change.threadId, which)
  if (isStop(thread)) return thread
  const row = ask.messageById(draft.user.key, thread.key, change.messageId)
  return row ? { thread, row } : missing('message', change.messageId)
}

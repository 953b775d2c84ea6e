// What happens when a message is thrown away or taken back: its words go to the bin and return from it, its place in the tree stays.

import type { MessageDeleted, MessageRestored } from '../../core/change.ts'
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
    () => put.emptyMessage.run(draft.changeSeq, draft.at, ...at),
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
    () => put.refillMessage.run(draft.changeSeq, ...at),
    () => put.unbinMessage.run(...at),
  )
  return step
}

function findMessage(
  draft: Draft,
  put: Statements,
  change: MessageDeleted | MessageRestored,
): { thread: ThreadHead; row: SaidRow } | Stop {
  const thread = draft.openThread(change.threadId)
  if (isStop(thread)) return thread
  const row = put.messageById.get(draft.user.key, thread.key, change.messageId) as SaidRow | undefined
  return row ? { thread, row } : missing('message', change.messageId)
}

// The receipt of a stop: about the answer that it ended, and as safe as its end.

import type { Receipt } from '../core/receipt.ts'
import type { Run } from '../core/run.ts'
import type { Room } from './room.ts'

export async function stopReceipt({ store }: Room, before: Run, after: Run): Promise<Receipt> {
  const { userId, threadId, replyId } = after
  const [thread, reply] = await Promise.all([
    store.thread(userId, threadId),
    store.message(userId, threadId, replyId),
  ])
  return {
    id: replyId,
    seq: reply?.seq ?? null,
    changeSeq: thread?.changeSeq ?? 0,
    position: store.position(),
    durability: store.durability,
    result: before.status === 'running' ? 'kept' : 'replayed',
    forked: false,
    headId: thread?.headId ?? null,
  }
}

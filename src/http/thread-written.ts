// A thread of the caller, before and after a write; what is not theirs is not there.

import type { Change } from '../core/change.ts'
import { keptOrThrow, type Receipt } from '../core/receipt.ts'
import type { Thread } from '../core/thread.ts'
import { must } from '../core/assert.ts'
import { notFound } from './errors.ts'
import type { Room } from './room.ts'

export async function threadOf({ store }: Room, user: string, threadId: string): Promise<Thread> {
  const thread = await store.thread(user, threadId)
  if (!thread) throw notFound('thread', threadId)
  return thread
}

/** The thread as it is after these changes; a get-or-create may have found another than the one proposed. */
export async function commitThread(
  { store, chat }: Room,
  user: string,
  changes: readonly Change[],
): Promise<{ thread: Thread; receipt: Receipt }> {
  const { threadId, receipt } = keptOrThrow(await store.commit({ user, at: chat.now(), changes }))
  const id = must(threadId, 'a commit about a thread names it')
  return { thread: must(await store.thread(user, id), 'a thread that was just written can be read'), receipt }
}

/** Afterwards there is nothing left to show but the receipt. */
export async function forgetThread({ store, chat }: Room, user: string, threadId: string): Promise<Receipt> {
  const changes = [{ kind: 'thread.forgotten' as const, threadId }]
  return keptOrThrow(await store.commit({ user, at: chat.now(), changes })).receipt
}

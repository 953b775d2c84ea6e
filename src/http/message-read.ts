// One message of the caller, with the words that a running answer has so far.

import { withPartials } from '../chat/pending.ts'
import { must } from '../core/assert.ts'
import type { ThreadkeepError } from '../core/errors.ts'
import type { Message } from '../core/message.ts'
import { inBin, notFound } from './errors.ts'
import type { Room } from './room.ts'
import type { ShownMessage } from './shapes/message.ts'

type Place = { threadId: string; messageId: string }

export async function messageOf(room: Room, user: string, place: Place): Promise<ShownMessage> {
  const message = await room.store.message(user, place.threadId, place.messageId)
  if (!message) throw await whyAbsent(room, user, place)
  if (message.status === 'deleted') throw inBin('message', place.messageId)
  return shown(room, user, message)
}

export async function shown({ chat }: Room, user: string, message: Message): Promise<ShownMessage> {
  if (message.status !== 'pending') return message
  const [partial] = await withPartials(chat, user, [message])
  return must(partial, 'a message that goes in comes out')
}

/** A thread in the bin hides its messages, and says so to its owner. */
export async function whyAbsent(
  { store }: Room,
  user: string,
  { threadId, messageId }: Place,
): Promise<ThreadkeepError> {
  const thread = await store.thread(user, threadId)
  if (!thread) return notFound('thread', threadId)
  return thread.binnedAt === null ? notFound('message', messageId) : inBin('thread', threadId)
}

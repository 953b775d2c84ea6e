// What lies beside the path because the page was old when it was said: noted on this device until somebody has dealt with it.

import { type Message, ThreadkeepError } from '../../src/client/client.ts'
import type { Conversation } from './conversation.ts'
import type { ThreadView } from './thread-view.ts'

/** Kept beside what somebody else had said meanwhile. */
export function strayed(conversation: Conversation, message: Message): void {
  const { threadId, strayList, view } = conversation
  strayList.put(threadId, message.id, Date.now())
  conversation.change({ strays: [...without(view.strays, message.id), message] })
}

/** Dealt with: gone to, said once more, or left where it is. */
export function settle(conversation: Conversation, messageId: string): void {
  conversation.strayList.drop(messageId)
  conversation.change({ strays: without(conversation.view.strays, messageId) })
}

/** Whatever has come to stand on the path that the thread shows is astray no more. */
export function settleShown(conversation: Conversation): void {
  const { strays, window, reading } = conversation.view
  if (reading !== null) return
  for (const { id } of strays)
    if (window.messages.some((message) => message.id === id)) settle(conversation, id)
}

/** What was noted before the page was loaded, if it is still there and still beside the path. */
export async function recallStrays(conversation: Conversation): Promise<void> {
  const { threadId, strayList } = conversation
  for (const id of strayList.of(threadId)) {
    if (conversation.view.strays.some((stray) => stray.id === id)) continue
    const message = await astray(conversation, id)
    if (message === null) strayList.drop(id)
    // Another tab may have dealt with it while the house was asked.
    else if (strayList.of(threadId).includes(id))
      conversation.change({ strays: [...without(conversation.view.strays, id), message] })
  }
}

/** Another tab has dealt with some of them. */
export function rereadStrays(conversation: Conversation): void {
  const { threadId, strayList, view } = conversation
  const noted = strayList.of(threadId)
  const strays = view.strays.filter(({ id }) => noted.includes(id))
  if (strays.length < view.strays.length) conversation.change({ strays })
}

/** Null: it was deleted, or the thread shows it by now. */
async function astray({ client, threadId }: Conversation, messageId: string): Promise<Message | null> {
  try {
    const message = await client.messages.get(threadId, messageId)
    const { messages } = await client.messages.page(threadId, { after: message.seq - 1, limit: 1 })
    return message.status === 'deleted' || messages[0]?.id === messageId ? null : message
  } catch (fault) {
    if (!(fault instanceof ThreadkeepError) || !['not_found', 'deleted'].includes(fault.code)) throw fault
    return null
  }
}

const without = (strays: ThreadView['strays'], messageId: string): Message[] =>
  strays.filter(({ id }) => id !== messageId)

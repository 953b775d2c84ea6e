// What a person does to what is there: looks at another branch, stays in it, takes a message away and brings it back.

import type { Message } from '../../src/client/client.ts'
import type { Conversation } from './conversation.ts'
import { show } from './reading.ts'
import { settle } from './straying.ts'

/** Back to the path that the thread shows. */
export async function lookBack(conversation: Conversation): Promise<void> {
  conversation.change({ reading: null })
  await conversation.refresh()
}

/** From now on the thread shows this branch, here and everywhere. */
export async function stay(conversation: Conversation): Promise<void> {
  const { client, threadId, view } = conversation
  if (!view.reading) return
  const { receipt } = await client.threads.patch(threadId, { headId: view.reading.leafId })
  conversation.change({ reading: null, headId: receipt.headId ?? view.reading.leafId })
  await conversation.refresh()
}

export async function goToStray(conversation: Conversation, messageId: string): Promise<void> {
  await show(conversation, messageId)
  settle(conversation, messageId)
}

export async function remove(conversation: Conversation, message: Message): Promise<void> {
  const { client, threadId } = conversation
  conversation.put({ ...message, status: 'deleted', text: '' })
  try {
    await client.messages.remove(threadId, message.id)
  } catch (fault) {
    conversation.put(message)
    throw fault
  }
}

export async function restore(conversation: Conversation, messageId: string): Promise<void> {
  const { client, threadId } = conversation
  const { message } = await client.messages.restore(threadId, messageId)
  conversation.put(message)
}

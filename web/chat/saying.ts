// What a person does to a conversation by saying something: a message, an edit, another answer, an end to one.

import type { Message, MessageKept } from '../../src/client/client.ts'
import type { Conversation } from './conversation.ts'
import type { Unsent } from './unsent.ts'
import { hear } from './carrying.ts'
import { continued, spliced, upTo } from './path-window.ts'
import { settle } from './straying.ts'
import { leafOf, replySketch } from './thread-view.ts'

export type Said = { text: string; personaId: string | null }

/** Puts it into the outbox, from where it is drawn at once and carried; resolves when it is safe on this device. */
export function say(conversation: Conversation, { text, personaId }: Said): Promise<void> {
  const { view } = conversation
  const leaf = leafOf(view)
  const place = view.reading ? { parentId: leaf } : leaf === null ? {} : { expectedHead: leaf }
  return put(conversation, { text, personaId, isFirst: view.headId === null, ...place }, true)
}

/** A sibling of the message, in its place on the page. What still waits is only said otherwise. */
export async function edit(conversation: Conversation, message: Message, said: Said): Promise<void> {
  const { outbox, view, client, threadId } = conversation
  const waits = view.unsent.some(({ id }) => id === message.id)
  if (waits && (await outbox.edit(message.id, said.text))) return
  const known = view.window.messages.find(({ id }) => id === message.id)
  const { parentId } = known ?? (waits ? await client.messages.get(threadId, message.id) : message)
  await put(conversation, { ...said, isFirst: false, parentId }, false)
}

/** What was kept astray is said once more after the newest; the stray goes when that is kept, so that no word is ever only here. */
export async function sayAfterNewest(
  conversation: Conversation,
  stray: Message,
  personaId: string | null,
): Promise<void> {
  const { headId } = conversation.view
  const place = headId === null ? {} : { expectedHead: headId }
  conversation.change({ reading: null })
  await put(
    conversation,
    { text: stray.text, personaId, isFirst: false, insteadOf: stray.id, ...place },
    true,
  )
  settle(conversation, stray.id)
}

function put(
  conversation: Conversation,
  said: Omit<Unsent, 'id' | 'threadId' | 'at'>,
  follows: boolean,
): Promise<void> {
  const { client, threadId, outbox } = conversation
  const id = client.newId()
  conversation.change({ saidHere: id })
  return outbox.put({ id, threadId, at: Date.now(), ...said }, follows)
}

/** Another answer to what this one answers, beside it. */
export async function answerAgain(
  conversation: Conversation,
  answered: Message,
  personaId: string | null,
): Promise<void> {
  const { client, threadId, view } = conversation
  const promptId = answered.role === 'assistant' ? answered.parentId : answered.id
  if (promptId === null) return
  const answer = client.answerAgain(threadId, promptId, personaId === null ? {} : { personaId })
  const before = view.window
  const prompt = upTo(before, promptId)?.messages.at(-1)
  if (prompt) conversation.change({ window: beginsAgain(before, prompt, answer.id, personaId) })
  try {
    const kept = await answer.kept
    conversation.change({ reading: null, headId: kept.receipt.headId })
    hear(conversation, answer, kept)
    await conversation.refresh()
  } catch (fault) {
    conversation.change({ window: before })
    throw fault
  }
}

function beginsAgain(
  window: Conversation['view']['window'],
  prompt: Message,
  id: string,
  personaId: string | null,
) {
  const sketch = { ...replySketch(keptAs(prompt, id), personaId), createdAt: new Date().toISOString() }
  return (
    continued(window, prompt.id, [sketch]) ?? spliced(window, { messages: [sketch], hasMore: window.hasMore })
  )
}

const keptAs = (message: Message, replyId: string) => ({
  message,
  replyId,
  runId: null,
  receipt: {} as MessageKept['receipt'],
})

export async function stop(conversation: Conversation): Promise<void> {
  await conversation.client.stop(conversation.threadId)
}

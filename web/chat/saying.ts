// What a person does to a conversation by saying something: a message, an edit, another answer, an end to one.

import type { Answer, Message, MessageKept } from '../../src/client/client.ts'
import type { Conversation } from './conversation.ts'
import type { Unsent } from './outbox.ts'
import { continued, spliced, upTo } from './path-window.ts'
import { settle, strayed } from './straying.ts'
import { leafOf, replySketch } from './thread-view.ts'

export type Said = { text: string; personaId: string | null }

/** Puts it into the outbox, from where it is drawn at once and carried. */
export function say(conversation: Conversation, { text, personaId }: Said): void {
  const { view } = conversation
  const before = view.unsent.findLast(({ refusal }) => refusal === undefined)
  const leaf = leafOf(view)
  const place = before
    ? { after: before.id }
    : view.reading
      ? { parentId: leaf }
      : leaf === null
        ? {}
        : { expectedHead: leaf }
  put(conversation, { text, personaId, isFirst: view.headId === null, ...place })
}

/** A sibling of the message, in its place on the page. */
export function edit(conversation: Conversation, message: Message, said: Said): void {
  put(conversation, { ...said, isFirst: false, parentId: message.parentId })
}

/** What was kept astray is said once more after the newest; the stray goes when that is kept, so that no word is ever only here. */
export function sayAfterNewest(conversation: Conversation, stray: Message, personaId: string | null): void {
  const { headId } = conversation.view
  const place = headId === null ? {} : { expectedHead: headId }
  put(conversation, { text: stray.text, personaId, isFirst: false, insteadOf: stray.id, ...place })
  conversation.change({ reading: null })
  settle(conversation, stray.id)
}

function put(conversation: Conversation, said: Omit<Unsent, 'id' | 'threadId' | 'at'>): void {
  const { client, threadId, outbox } = conversation
  const id = client.newId()
  conversation.change({ saidHere: id })
  outbox.put({ id, threadId, at: Date.now(), ...said })
}

/** The way to the house for one unsent message; over when its receipt is there, while its answer goes on being heard. */
export async function carry(conversation: Conversation, unsent: Unsent): Promise<{ replyId: string | null }> {
  const { id, text, personaId, isFirst, parentId, expectedHead } = unsent
  const answer = conversation.client.send(conversation.threadId, {
    id,
    text,
    ...(personaId === null ? {} : { personaId }),
    ...(parentId === undefined ? {} : { parentId }),
    ...(expectedHead === undefined ? {} : { expectedHead }),
    ...(isFirst ? { thread: personaId === null ? {} : { defaultPersonaId: personaId } } : {}),
  })
  const kept = await answer.kept
  place(conversation, unsent, kept)
  hear(conversation, answer, kept)
  if (unsent.insteadOf !== undefined) await takeAway(conversation, unsent.insteadOf)
  return kept
}

function place(conversation: Conversation, { personaId, parentId }: Unsent, kept: MessageKept): void {
  const { window, headId } = conversation.view
  const { message, receipt, replyId } = kept
  const { durability } = receipt
  const reply = replyId === null ? [] : [replySketch({ ...kept, replyId }, personaId)]
  if (receipt.forked && parentId === undefined) {
    conversation.change({ durability })
    strayed(conversation, message)
    void conversation.refresh()
    return
  }
  const isKnown = window.messages.some(({ id }) => id === message.id)
  const said = isKnown ? null : continued(window, message.parentId, [message, ...reply])
  const head = reply[0]?.id ?? message.id
  conversation.change({
    durability,
    headId: receipt.headId ?? headId,
    ...(said ? { window: said, reading: null, headId: head } : {}),
  })
  void conversation.refresh()
}

function hear(conversation: Conversation, answer: Answer, { replyId }: MessageKept): void {
  if (replyId !== null && !conversation.live.now(replyId)) void conversation.listen(replyId, answer)
}

async function takeAway(conversation: Conversation, messageId: string): Promise<void> {
  const { client, threadId } = conversation
  await client.stop(threadId, { messageId })
  await client.messages.remove(threadId, messageId)
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

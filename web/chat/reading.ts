// How a person goes through a conversation: up and down by pages, to its ends, to a day, to one message.

import type { Conversation } from './conversation.ts'
import { firstSince } from './first-of-day.ts'
import { windowOf, withNewer, withOlder } from './path-window.ts'

export const pageRows = 50

export async function older(conversation: Conversation): Promise<void> {
  const { messages, hasMore } = conversation.view.window
  const [first] = messages
  if (!first || !hasMore.before) return
  const page = await conversation.page({ before: first.seq })
  const { window } = conversation.view
  // Somebody may have gone elsewhere meanwhile: then this page is the neighbour of nothing.
  if (window.messages[0]?.id === first.id) conversation.change({ window: withOlder(window, page) })
}

export async function newer(conversation: Conversation): Promise<void> {
  const { messages, hasMore } = conversation.view.window
  const last = messages.at(-1)
  if (!last || !hasMore.after) return
  const page = await conversation.page({ after: last.seq })
  const { window } = conversation.view
  if (window.messages.at(-1)?.id !== last.id) return
  conversation.change({ window: withNewer(window, page) })
  conversation.follow()
}

export async function toNewest(conversation: Conversation): Promise<void> {
  if (conversation.view.window.hasMore.after) await conversation.newest()
}

export async function toTop(conversation: Conversation): Promise<void> {
  if (!conversation.view.window.hasMore.before) return
  conversation.change({ window: windowOf(await conversation.page({ after: 0 })) })
}

/** Shows the first message of a day or after it (else the newest), and says which that is. */
export async function toDay(conversation: Conversation, day: string): Promise<string | null> {
  const newest = (await conversation.page({ limit: 1 })).messages.at(-1)
  if (!newest) return null
  const look = async (seq: number) =>
    (await conversation.page({ after: seq - 1, limit: 1 })).messages[0] ?? null
  const { id } = (await firstSince(look, newest.seq, new Date(`${day}T00:00`).getTime())) ?? newest
  const isHere = conversation.view.window.messages.some((message) => message.id === id)
  if (!isHere) await show(conversation, id)
  return id
}

/** The page around a message, on its own branch. */
export async function show(conversation: Conversation, messageId: string): Promise<void> {
  const { client, threadId } = conversation
  const [page, end] = await Promise.all([
    client.messages.page(threadId, { branch: messageId, around: messageId, limit: pageRows }),
    client.messages.page(threadId, { branch: messageId, limit: 1 }),
  ])
  const leafId = end.messages.at(-1)?.id ?? messageId
  const reading = leafId === page.headId ? null : { through: messageId, leafId }
  const window = conversation.joined(page)
  conversation.change({ phase: 'ready', fault: null, headId: page.headId, reading, window })
  conversation.follow()
}

// The stretch of a thread that is on this page: neighbours on one path through its tree, put together from pages as they come.

import type { Message, MessagePage } from '../../src/client/client.ts'

export type PathWindow = {
  readonly messages: readonly Message[]
  readonly hasMore: { readonly before: boolean; readonly after: boolean }
}

export const emptyWindow: PathWindow = { messages: [], hasMore: { before: false, after: false } }

/** More than this is let go at the far end: reading ten thousand messages must not keep them all. */
export const windowMax = 600

type Page = Pick<MessagePage, 'messages' | 'hasMore'>

export const windowOf = ({ messages, hasMore }: Page): PathWindow => ({ messages, hasMore })

export function withOlder(window: PathWindow, page: Page): PathWindow {
  const older = unknownIn(window, page.messages)
  const messages = [...older, ...window.messages]
  const kept = messages.slice(0, windowMax)
  const after = window.hasMore.after || kept.length < messages.length
  return { messages: kept, hasMore: { before: page.hasMore.before, after } }
}

export function withNewer(window: PathWindow, page: Page): PathWindow {
  const newer = unknownIn(window, page.messages)
  const messages = [...window.messages, ...newer]
  const kept = messages.slice(-windowMax)
  const before = window.hasMore.before || kept.length < messages.length
  return { messages: kept, hasMore: { before, after: page.hasMore.after } }
}

/** A page read anew: what stands before it stays where the two meet, and what it says wins from there on. */
export function spliced(window: PathWindow, page: Page): PathWindow {
  const [first] = page.messages
  const meets = window.messages.findIndex(({ id }) => id === first?.id)
  if (meets < 0) return windowOf(page)
  const known = new Map(window.messages.map((message) => [message.id, message]))
  const messages = page.messages.map((message) => settled(known.get(message.id), message))
  const later = page.hasMore.after ? [] : laterThan(window, messages.at(-1)?.id)
  return {
    messages: [...window.messages.slice(0, meets), ...messages, ...later],
    hasMore: { before: meets > 0 ? window.hasMore.before : page.hasMore.before, after: page.hasMore.after },
  }
}

/** Puts a message in the place of what was known of it; one that is not here changes nothing. */
export function withMessage(window: PathWindow, message: Message): PathWindow {
  const at = window.messages.findIndex(({ id }) => id === message.id)
  const known = window.messages[at]
  if (!known || settled(known, message) === known) return window
  return { ...window, messages: window.messages.with(at, settled(known, message)) }
}

/** What is said after a message: what stood there before belongs to another branch now. Null: the parent is not here. */
export function continued(
  window: PathWindow,
  parentId: string | null,
  said: readonly Message[],
): PathWindow | null {
  const before = upTo(window, parentId)
  return before && { messages: [...before.messages, ...said], hasMore: { ...before.hasMore, after: false } }
}

/** The path as far as this message; null: it is not here. */
export function upTo(window: PathWindow, parentId: string | null): PathWindow | null {
  if (parentId === null) return emptyWindow
  const at = window.messages.findIndex(({ id }) => id === parentId)
  if (at < 0) return null
  return { messages: window.messages.slice(0, at + 1), hasMore: { ...window.hasMore, after: false } }
}

/** What was said after the end of a page while it was on its way. */
function laterThan({ messages }: PathWindow, lastId: string | undefined): readonly Message[] {
  const at = messages.findIndex(({ id }) => id === lastId)
  return at >= 0 && messages[at + 1]?.parentId === lastId ? messages.slice(at + 1) : []
}

function unknownIn({ messages }: PathWindow, found: readonly Message[]): Message[] {
  const known = new Set(messages.map(({ id }) => id))
  return found.filter(({ id }) => !known.has(id))
}

/** The same news is the same object, so that nothing is drawn again; and a page that comes late never unfinishes an answer. */
export function settled(known: Message | undefined, found: Message): Message {
  if (!known) return found
  if (found.status === 'pending' && known.status !== 'pending') return known
  return JSON.stringify(known) === JSON.stringify(found) ? known : found
}

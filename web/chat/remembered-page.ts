// The newest page of a thread as this browser remembers it, and how the page that the house sends takes its place.

import type { Message, MessagePage } from '../../src/client/client.ts'
import type { PathWindow } from './path-window.ts'
import { pageRows } from './reading.ts'
import type { ThreadView } from './thread-view.ts'

/** Of all that is remembered of one thread; a longer page loses its oldest messages. */
export const rememberedCharsMax = 200_000

export type RememberedPage = MessagePage & {
  /** When the house had said so. */
  readAt?: number | null
}

/** What is worth remembering of a view; null when it is not the newest that the thread shows, by the word of the house. */
export function pageToRemember(view: ThreadView): RememberedPage | null {
  const { phase, reading, window, headId, readAt } = view
  if (phase !== 'ready' || reading !== null || window.hasMore.after) return null
  const messages = newestWithin(window.messages.slice(-pageRows), rememberedCharsMax)
  // Before the house has answered there is nothing to scroll to.
  return messages.length === 0 ? null : { messages, headId, readAt, hasMore: { before: false, after: false } }
}

/** All of it is replaced: what the house does not name any more is gone. What is the same stays the same object. */
export function repaired(remembered: PathWindow, { messages, hasMore }: MessagePage): PathWindow {
  const known = new Map(remembered.messages.map((message) => [message.id, message]))
  const same = (message: Message): Message => {
    const before = known.get(message.id)
    return before && JSON.stringify(before) === JSON.stringify(message) ? before : message
  }
  return { messages: messages.map(same), hasMore }
}

function newestWithin(messages: readonly Message[], charsMax: number): Message[] {
  let chars = 0
  const tooMuch = messages.findLastIndex((message) => (chars += JSON.stringify(message).length) > charsMax)
  return messages.slice(tooMuch + 1)
}

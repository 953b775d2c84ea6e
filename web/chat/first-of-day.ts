// The first message of a day or after it, found by halving: some fourteen looks into ten thousand messages, and none is kept.

import type { Message } from '../../src/client/client.ts'

/** The first message on the path with this seq or a later one. */
export type LookFrom = (seq: number) => Promise<Message | null>

/** `since` in ms. Null: all of it is older. */
export async function firstSince(look: LookFrom, lastSeq: number, since: number): Promise<Message | null> {
  let found: Message | null = null
  for (let low = 1, high = lastSeq; low <= high;) {
    const middle = (low + high) >> 1
    const message = await look(middle)
    if (!message) high = middle - 1
    else if (Date.parse(message.createdAt) >= since) {
      found = message
      high = middle - 1
    } else low = message.seq + 1
  }
  return found
}

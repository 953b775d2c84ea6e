// Before the house closes: answers that are under way may end; those that do not end in time are kept as far as they came.

import type { Chat } from './chat.ts'

/** For an end to be written down. What cannot be is ended by whoever finds it without an owner. */
const endingMs = 2_000
/** For those who wait for an end to hear it. */
const tellingMs = 1_000

export async function drain(chat: Chat, withinMs: number): Promise<void> {
  const patience = new AbortController()
  const over = new Promise<void>((resolve) => patience.signal.addEventListener('abort', () => resolve()))
  const timer = setTimeout(() => patience.abort(), withinMs)
  // Requests that were on their way may still start a run.
  while (chat.live.size > 0 && !patience.signal.aborted) await Promise.race([allOver(chat), over])
  clearTimeout(timer)
  for (const run of chat.live.all()) run.stop('shutdown')
  await orLate(allOver(chat), endingMs)
  await orLate(chat.live.allTold(), tellingMs)
}

const allOver = (chat: Chat) => Promise.all(chat.live.all().map(({ over }) => over))

async function orLate(done: Promise<unknown>, lateMs: number): Promise<void> {
  const late = Promise.withResolvers<void>()
  const timer = setTimeout(late.resolve, lateMs)
  await Promise.race([done, late.promise])
  clearTimeout(timer)
}

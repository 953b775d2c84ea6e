// Before the house closes: answers that are under way may end; those that do not end in time are kept as far as they came.

import type { Chat } from './chat.ts'

export async function drain(chat: Chat, withinMs: number): Promise<void> {
  const patience = new AbortController()
  const over = new Promise<void>((resolve) => patience.signal.addEventListener('abort', () => resolve()))
  const timer = setTimeout(() => patience.abort(), withinMs)
  // Requests that were on their way may still start a run.
  while (chat.live.size > 0 && !patience.signal.aborted) await Promise.race([allOver(chat), over])
  clearTimeout(timer)
  for (const run of chat.live.all()) run.stop('shutdown')
  await allOver(chat)
}

const allOver = (chat: Chat) => Promise.all(chat.live.all().map(({ over }) => over))

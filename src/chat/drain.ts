// Before the house closes: answers that are under way may end; those that do not end in time are kept as far as they came.

import type { Chat } from './chat.ts'

export async function drain(chat: Chat, withinMs: number): Promise<void> {
  const runs = chat.live.all()
  const all = Promise.all(runs.map(({ over }) => over))
  const patience = Promise.withResolvers<void>()
  const timer = setTimeout(() => patience.resolve(), withinMs)
  await Promise.race([all, patience.promise])
  clearTimeout(timer)
  for (const run of chat.live.all()) run.stop('shutdown')
  await Promise.all(chat.live.all().map(({ over }) => over))
}

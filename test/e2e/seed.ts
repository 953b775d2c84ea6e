// Conversations that were had before the test: as many as it asks for, over as many days.

import type { Change, Threadkeep } from '../../src/server.ts'

const dayMs = 86_400_000

const subjects = [
  'Roses on the north wall',
  'Letter to the landlord',
  'A name for the boat',
  'Why the bread did not rise',
  'Two offers and a deadline',
  'Reading list for the winter',
  'The talk with my sister',
  'Sunday soup',
  'What the doctor said, in plain words',
  'Train to Lisbon or not',
  'Interview on Thursday',
  'How to say no kindly',
]

/** The first is the newest. Ids are `seed-0`, `seed-1`, …; in each one thing was said and answered. */
export async function seedThreads({ store }: Threadkeep, user: string, count: number): Promise<void> {
  const now = Date.now()
  const oldestFirst = Array.from({ length: count }, (_, index) => count - 1 - index)
  const commits = oldestFirst.map((index) =>
    store.commit({
      user,
      at: now - index * 40 * 60_000 - Math.floor((index * index * dayMs) / (4 * count)),
      changes: changesOf(`seed-${index}`, titleOf(index)),
    }),
  )
  await Promise.all(commits)
}

const changesOf = (threadId: string, title: string): Change[] => [
  { kind: 'thread.created', threadId, title },
  { kind: 'message.said', threadId, id: `${threadId}-said`, role: 'user', text: `About this: ${title}.` },
  {
    kind: 'message.said',
    threadId,
    id: `${threadId}-answer`,
    role: 'assistant',
    personaId: 'calm_mature',
    text: 'Let us begin with what you know already, and leave a line of air before the rest.',
  },
]

export const titleOf = (index: number): string => {
  const round = Math.floor(index / subjects.length)
  return `${subjects[index % subjects.length]}${round === 0 ? '' : ` ${round + 1}`}`
}

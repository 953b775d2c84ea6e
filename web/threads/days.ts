// The list as it is read: what is pinned, then each day under its name, then each month.

import type { Thread } from '../../src/client/client.ts'
import type { ShelfName } from './shelf.ts'

export type Row =
  | { kind: 'heading'; key: string; words: string }
  | { kind: 'thread'; key: string; thread: Thread }

const dayMs = 86_400_000

/** The threads of one shelf that have these words in their title, newest first. */
export function threadsOn(name: ShelfName, threads: ReadonlyMap<string, Thread>, words = ''): Thread[] {
  const wanted = words.toLocaleLowerCase().split(/\s+/).filter(Boolean)
  return [...threads.values()]
    .filter((thread) => shelfOf(thread) === name && hasWords(thread, wanted))
    .toSorted(newestFirst)
}

export function rowsOf(threads: readonly Thread[], now: number): Row[] {
  const pinned = threads.filter(({ pinned }) => pinned)
  const others = threads.filter(({ pinned }) => !pinned)
  return [
    ...under(pinned, () => 'Pinned'),
    ...under(others, ({ updatedAt }) => dayName(Date.parse(updatedAt), now)),
  ]
}

/** Today, Yesterday, the name of a day of this week, then the month. */
export function dayName(at: number, now: number): string {
  const days = Math.round((midnight(now) - midnight(at)) / dayMs)
  if (days <= 0) return 'Today'
  if (days === 1) return 'Yesterday'
  if (days < 7) return new Intl.DateTimeFormat(undefined, { weekday: 'long' }).format(at)
  const isThisYear = new Date(at).getFullYear() === new Date(now).getFullYear()
  return new Intl.DateTimeFormat(
    undefined,
    isThisYear ? { month: 'long' } : { month: 'long', year: 'numeric' },
  ).format(at)
}

export function shelfOf({ archived, binned }: Thread): ShelfName {
  if (binned) return 'binned'
  return archived ? 'archived' : 'active'
}

function under(threads: readonly Thread[], headingOf: (thread: Thread) => string): Row[] {
  const rows: Row[] = []
  let heading = ''
  for (const thread of threads) {
    const words = headingOf(thread)
    if (words !== heading) rows.push({ kind: 'heading', key: `heading ${words}`, words })
    rows.push({ kind: 'thread', key: thread.id, thread })
    heading = words
  }
  return rows
}

const hasWords = ({ title }: Thread, wanted: readonly string[]): boolean =>
  wanted.every((word) => (title ?? '').toLocaleLowerCase().includes(word))

const newestFirst = (one: Thread, other: Thread): number =>
  other.updatedAt.localeCompare(one.updatedAt) || other.id.localeCompare(one.id)

const midnight = (at: number): number => new Date(at).setHours(0, 0, 0, 0)

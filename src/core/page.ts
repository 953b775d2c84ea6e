// Which messages of a path stand on a page: arithmetic on stretches, so that an engine reads exactly those rows.

import type { Stretch } from './tree.ts'

export type Window = { stretches: Stretch[]; hasMore: { before: boolean; after: boolean } }
export type WindowAsked = {
  limit: number
  before?: number | undefined
  after?: number | undefined
  around?: number | undefined
}

export function windowOf(path: readonly Stretch[], asked: WindowAsked): Window {
  const stretches = pick(path, asked)
  const first = stretches[0]?.from
  const last = stretches.at(-1)?.to
  return {
    stretches,
    hasMore: {
      before: first !== undefined && (path[0]?.from ?? first) < first,
      after: last !== undefined && (path.at(-1)?.to ?? last) > last,
    },
  }
}

function pick(path: readonly Stretch[], { limit, before, after, around }: WindowAsked): Stretch[] {
  if (around !== undefined) return pickAround(path, limit, around)
  if (after !== undefined) return oldest(clip(path, after + 1, (before ?? Infinity) - 1), limit)
  return newest(clip(path, 1, (before ?? Infinity) - 1), limit)
}

/** Half before, the rest from the message on; what one side lacks, the other gets. */
function pickAround(path: readonly Stretch[], limit: number, around: number): Stretch[] {
  const from = oldest(clip(path, around, Infinity), limit - Math.floor(limit / 2))
  const before = newest(clip(path, 1, around - 1), limit - lengthOf(from))
  const rest = oldest(
    clip(path, (from.at(-1)?.to ?? around) + 1, Infinity),
    limit - lengthOf(from) - lengthOf(before),
  )
  return [...before, ...from, ...rest]
}

export function clip(path: readonly Stretch[], low: number, high: number): Stretch[] {
  return path
    .map(({ from, to }) => ({ from: Math.max(from, low), to: Math.min(to, high) }))
    .filter(({ from, to }) => from <= to)
}

function newest(path: readonly Stretch[], limit: number): Stretch[] {
  const taken: Stretch[] = []
  let left = limit
  for (const { from, to } of path.toReversed()) {
    if (left <= 0) break
    const low = Math.max(from, to - left + 1)
    taken.push({ from: low, to })
    left -= to - low + 1
  }
  return taken.toReversed()
}

function oldest(path: readonly Stretch[], limit: number): Stretch[] {
  const taken: Stretch[] = []
  let left = limit
  for (const { from, to } of path) {
    if (left <= 0) break
    const high = Math.min(to, from + left - 1)
    taken.push({ from, to: high })
    left -= high - from + 1
  }
  return taken
}

const lengthOf = (path: readonly Stretch[]) => path.reduce((sum, { from, to }) => sum + to - from + 1, 0)

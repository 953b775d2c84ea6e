// The shape of a thread. Messages are numbered 1, 2, 3 …; one whose parent is not the message just before it *departs*.
// The departures are all that the shape needs: between two of them every message follows the one before.

import { assert } from './assert.ts'

/** `parent` 0 means that the message is a root. */
export type Departure = { seq: number; parent: number }

/** A stretch of messages that follow each other, both ends included. */
export type Stretch = { from: number; to: number }

export type Tree = {
  lastSeq: number
  readonly departures: Departure[]
  readonly departingFrom: Map<number, number[]>
}

export const departs = (seq: number, parent: number): boolean => parent !== seq - 1

export function treeOf(lastSeq: number, departures: readonly Departure[]): Tree {
  const tree: Tree = { lastSeq: 0, departures: [], departingFrom: new Map() }
  grow(tree, lastSeq, departures)
  return tree
}

/** A tree only ever grows at its end: what was said since, and which of it departs. */
export function grow(tree: Tree, lastSeq: number, later: readonly Departure[]): void {
  for (const departure of later) {
    const { seq, parent } = departure
    assert(
      parent >= 0 && parent < seq && seq <= lastSeq,
      `departure ${seq} of parent ${parent} lies inside the thread`,
    )
    assert(seq > (tree.departures.at(-1)?.seq ?? 0), 'departures come in order of seq')
    tree.departures.push(departure)
    const siblings = tree.departingFrom.get(parent)
    if (siblings) siblings.push(seq)
    else tree.departingFrom.set(parent, [seq])
  }
  tree.lastSeq = lastSeq
}

export function parentOf(tree: Tree, seq: number): number {
  const last = lastDepartureAt(tree, seq)
  return last?.seq === seq ? last.parent : seq - 1
}

export function childrenOf(tree: Tree, seq: number): number[] {
  const departing = tree.departingFrom.get(seq) ?? []
  const follower = seq + 1
  return follower <= tree.lastSeq && parentOf(tree, follower) === seq
    ? [follower, ...departing]
    : [...departing]
}

/** The message itself and every other answer to, or edit of, the same place; oldest first. */
export const siblingsOf = (tree: Tree, seq: number): number[] => childrenOf(tree, parentOf(tree, seq))

/** From the root to this message, as stretches in reading order. */
export function pathTo(tree: Tree, seq: number): Stretch[] {
  const path: Stretch[] = []
  for (let to = seq; to > 0;) {
    const departure = lastDepartureAt(tree, to)
    path.push({ from: departure?.seq ?? 1, to })
    to = departure?.parent ?? 0
  }
  return path.toReversed()
}

/** The newest message at or below this one. It is always a leaf, because a child is younger than its parent. */
export function newestBelow(tree: Tree, seq: number): number {
  const inside: Stretch[] = []
  let newest = seq
  for (const stretch of stretchesFrom(tree, seq)) {
    const parent = stretch.from === seq ? seq - 1 : parentOf(tree, stretch.from)
    if (stretch.from !== seq && !isOnPath(inside, parent)) continue
    inside.push(stretch)
    newest = stretch.to
  }
  return newest
}

/** Stretches of one path are in order of seq. */
export function isOnPath(path: readonly Stretch[], seq: number): boolean {
  const stretch = lastAt(path, seq, ({ from }) => from)
  return stretch !== undefined && seq <= stretch.to
}

const lastDepartureAt = ({ departures }: Tree, seq: number): Departure | undefined =>
  lastAt(departures, seq, (departure) => departure.seq)

/** The last item that begins at or before this seq; items are in order. */
function lastAt<T>(items: readonly T[], seq: number, beginOf: (item: T) => number): T | undefined {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >> 1
    const item = items[middle]
    if (item !== undefined && beginOf(item) <= seq) low = middle + 1
    else high = middle
  }
  return items[low - 1]
}

/** The rest of this message's own stretch, then every later stretch. */
function* stretchesFrom(tree: Tree, seq: number): Generator<Stretch> {
  let from = seq
  for (const departure of tree.departures) {
    if (departure.seq <= seq) continue
    yield { from, to: departure.seq - 1 }
    from = departure.seq
  }
  yield { from, to: tree.lastSeq }
}

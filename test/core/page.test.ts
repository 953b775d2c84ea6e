// Which messages stand on a page: what a naive reader would count off on the way from the root.
import { describe, expect, it } from 'vitest'
import { type Window, type WindowAsked, windowOf } from '../../src/core/page.ts'
import { pathTo, type Stretch, treeOf } from '../../src/core/tree.ts'
import { randomTree } from '../contract/naive-tree.ts'
import { type Random, randomFrom, seeds } from '../random.ts'

describe.each(seeds(15))('a page of a random path (seed %i)', (seed) => {
  const random = randomFrom(seed)
  const tree = randomTree(random, 300)
  const leaf = 1 + random.int(tree.lastSeq)
  const path = pathTo(treeOf(tree.lastSeq, tree.departures), leaf)
  const way = tree.pathTo(leaf)

  it('is the newest, before, after or between', () => {
    for (let i = 0; i < 60; i++) {
      const asked = anyAsk(random, tree.lastSeq)
      const seqs = naiveSeqs(way, asked)
      const hasMore = seqs.length > 0 && { before: seqs[0] !== way[0], after: seqs.at(-1) !== leaf }
      expect(shown(windowOf(path, asked)), `asked ${JSON.stringify(asked)}`).toEqual({ seqs, hasMore })
    }
  })

  it('has a message in its middle, and is as full as it can be', () => {
    for (let i = 0; i < 30; i++) {
      const [at, limit] = [random.int(way.length), 1 + random.int(30)]
      const { seqs } = shown(windowOf(path, { limit, around: way[at] }))
      const from = Math.max(0, Math.min(at - Math.floor(limit / 2), way.length - limit))
      expect(seqs, `${limit} around ${way[at]}`).toEqual(way.slice(from, from + limit))
    }
  })

  it('holds no stretch that is empty, and none that reaches past another', () => {
    const { stretches } = windowOf(path, anyAsk(random, tree.lastSeq))
    const ends = stretches.flatMap(({ from, to }) => [from, to])
    expect(ends).toEqual(ends.toSorted((a, b) => a - b))
  })
})

it('a page of nothing is empty, and nothing more is there', () => {
  const nothing = { stretches: [], hasMore: { before: false, after: false } }
  expect(windowOf([], { limit: 5 })).toEqual(nothing)
  expect(windowOf([{ from: 1, to: 9 }], { limit: 5, after: 9 })).toEqual(nothing)
})

function anyAsk({ int, pick }: Random, lastSeq: number): WindowAsked {
  const seq = () => int(lastSeq + 2)
  const where = pick<Partial<WindowAsked>>([
    {},
    { before: seq() },
    { after: seq() },
    { after: seq(), before: seq() },
  ])
  return { limit: 1 + int(pick([3, 30, 200])), ...where }
}

function naiveSeqs(way: number[], { limit, before, after }: WindowAsked): number[] {
  const between = way.filter((seq) => seq > (after ?? 0) && seq < (before ?? Infinity))
  return after === undefined ? between.slice(-limit) : between.slice(0, limit)
}

/** An empty page is not asked what more there is. */
function shown({ stretches, hasMore }: Window) {
  const seqs = stretches.flatMap(seqsOf)
  return { seqs, hasMore: seqs.length > 0 && hasMore }
}

const seqsOf = ({ from, to }: Stretch): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i)

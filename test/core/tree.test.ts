// The shape of a thread, made from its departures alone, is the shape that parent pointers have.
import { describe, expect, it } from 'vitest'
import {
  childrenOf,
  departs,
  grow,
  isOnPath,
  newestBelow,
  parentOf,
  pathTo,
  siblingsOf,
  type Stretch,
  type Tree,
  treeOf,
} from '../../src/core/tree.ts'
import { NaiveTree, randomTree } from '../contract/naive-tree.ts'
import { randomFrom, seeds } from '../random.ts'

const lookedAt = 60

describe.each(seeds(25))('a random tree (seed %i)', (seed) => {
  const random = randomFrom(seed)
  const naive = randomTree(random, 400)
  const tree = shapeOf(naive)
  const some = random.shuffle(naive.seqs).slice(0, lookedAt)

  it('keeps only the messages that do not follow the one before', () => {
    const departing = naive.seqs.filter((seq) => departs(seq, naive.parentOf(seq)))
    expect(tree.departures.map(({ seq }) => seq)).toEqual(departing)
  })

  it('knows every parent', () => {
    expect(naive.seqs.map((seq) => parentOf(tree, seq))).toEqual(naive.seqs.map((seq) => naive.parentOf(seq)))
  })

  it('knows children, oldest first, and the roots as the children of 0', () => {
    for (const seq of [0, ...some]) expect(childrenOf(tree, seq), `of ${seq}`).toEqual(naive.childrenOf(seq))
  })

  it('knows siblings, the message itself among them', () => {
    for (const seq of some) expect(siblingsOf(tree, seq), `of ${seq}`).toEqual(naive.siblingsOf(seq))
  })

  it('finds the way from the root', () => {
    for (const seq of some) expect(seqsOf(pathTo(tree, seq)), `to ${seq}`).toEqual(naive.pathTo(seq))
  })

  it('tells what lies on the way', () => {
    const path = pathTo(tree, naive.lastSeq)
    const way = naive.pathTo(naive.lastSeq)
    expect(naive.seqs.filter((seq) => isOnPath(path, seq))).toEqual(way)
    expect(isOnPath(path, naive.lastSeq + 1) || isOnPath(path, 0)).toBe(false)
  })

  it('finds the newest message below, which is a leaf', () => {
    for (const seq of some) {
      expect(newestBelow(tree, seq), `below ${seq}`).toBe(naive.newestBelow(seq))
      expect(childrenOf(tree, newestBelow(tree, seq))).toEqual([])
    }
  })

  it('reaches every message from the roots', () => {
    const reached: number[] = []
    const waiting = [0]
    for (let seq = waiting.pop(); seq !== undefined; seq = waiting.pop()) {
      const children = childrenOf(tree, seq)
      reached.push(...children)
      waiting.push(...children)
    }
    expect(reached.toSorted((a, b) => a - b)).toEqual(naive.seqs)
  })

  it('leaves every path as it was when more is said elsewhere', () => {
    const before = some.map((seq) => pathTo(tree, seq))
    for (let i = 0; i < 50; i++) naive.add(random.int(naive.lastSeq + 1))
    const later = naive.departures.filter(({ seq }) => seq > tree.lastSeq)
    grow(tree, naive.lastSeq, later)
    expect(some.map((seq) => pathTo(tree, seq))).toEqual(before)
  })

  it('grown bit by bit is the tree that is made at once', () => {
    const grown = treeOf(0, [])
    for (let to = random.int(10); to <= naive.lastSeq; to += 1 + random.int(40)) {
      grow(grown, to, departuresIn(naive, grown.lastSeq, to))
    }
    grow(grown, naive.lastSeq, departuresIn(naive, grown.lastSeq, naive.lastSeq))
    expect(grown).toEqual(shapeOf(naive))
  })
})

it('a thread without messages has no shape to lose', () => {
  const tree = treeOf(0, [])
  expect([childrenOf(tree, 0), pathTo(tree, 0)]).toEqual([[], []])
})

it('a line of 10,000 messages is one stretch', () => {
  const tree = treeOf(10_000, [])
  expect(pathTo(tree, 10_000)).toEqual([{ from: 1, to: 10_000 }])
  expect(newestBelow(tree, 1)).toBe(10_000)
})

it.each([
  ['a parent that is not older', 3, [{ seq: 2, parent: 2 }]],
  ['a parent before the root', 3, [{ seq: 2, parent: -1 }]],
  ['a departure beyond the thread', 3, [{ seq: 4, parent: 1 }]],
  [
    'departures out of order',
    5,
    [
      { seq: 4, parent: 1 },
      { seq: 3, parent: 1 },
    ],
  ],
  [
    'two parents for one message',
    5,
    [
      { seq: 4, parent: 1 },
      { seq: 4, parent: 2 },
    ],
  ],
])('%s is not a tree', (_, lastSeq, departures) => {
  expect(() => treeOf(lastSeq, departures)).toThrow('Threadkeep is wrong about itself')
})

const departuresIn = (naive: NaiveTree, after: number, to: number) =>
  naive.departures.filter(({ seq }) => seq > after && seq <= to)

const shapeOf = (naive: NaiveTree): Tree => treeOf(naive.lastSeq, naive.departures)

function seqsOf(path: readonly Stretch[]): number[] {
  return path.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => from + i))
}

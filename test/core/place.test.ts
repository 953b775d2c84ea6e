// The fork rule of C5: who meant which place, whose head moves, and that two writers who race lose nothing.
import { describe, expect, it } from 'vitest'
import { headFollows, parentMeant, type PlaceAsked } from '../../src/core/place.ts'
import { NaiveTree } from '../contract/naive-tree.ts'
import { randomFrom, seeds } from '../random.ts'

describe('the parent that is meant', () => {
  it.each<[string, PlaceAsked, ReturnType<typeof parentMeant>]>([
    ['one that is named', { parentId: 'p' }, { by: 'named', parentId: 'p' }],
    ['the root, named by null', { parentId: null }, { by: 'named', parentId: null }],
    [
      'the named one, whatever head was seen',
      { parentId: 'p', expectedHead: 'e' },
      { by: 'named', parentId: 'p' },
    ],
    ['the head that was seen', { expectedHead: 'e' }, { by: 'seen', parentId: 'e' }],
    ['no head, when an empty thread was seen', { expectedHead: null }, { by: 'seen', parentId: null }],
    ['the head as it is', {}, { by: 'head', parentId: 'h' }],
  ])('is %s', (_, asked, meant) => {
    expect(parentMeant(asked, 'h')).toEqual(meant)
  })

  it('is no message at all in an empty thread', () => {
    expect(parentMeant({}, null)).toEqual({ by: 'head', parentId: null })
  })
})

describe('the head', () => {
  it.each([true, false])('goes with a place named on purpose (taken: %s)', (taken) => {
    expect(headFollows('named', taken)).toEqual({ forked: false, headMoves: true })
  })

  it.each(['seen', 'head'] as const)('goes with a free place that was %s', (by) => {
    expect(headFollows(by, false)).toEqual({ forked: false, headMoves: true })
  })

  it.each(['seen', 'head'] as const)('may not go with a taken place that was %s', (by) => {
    expect(headFollows(by, true)).toEqual({ forked: true, headMoves: false })
  })
})

describe('two writers with views of their own', () => {
  it.each(seeds(30))('lose no message, and the head stays a leaf (seed %i)', (seed) => {
    const { chance, int, pick } = randomFrom(seed)
    const tree = new NaiveTree()
    let head = 0
    const seen = [0, 0]
    for (let i = 0; i < 150; i++) {
      const writer = int(2)
      if (chance(0.3)) seen[writer] = head
      const asked = pick<PlaceAsked>([
        { expectedHead: idOf(seen[writer] ?? 0) },
        {},
        { parentId: idOf(int(tree.lastSeq + 1)) },
      ])
      const { by, parentId } = parentMeant(asked, idOf(head))
      const parent = seqOf(parentId)
      const { forked, headMoves } = headFollows(by, tree.childrenOf(parent).length > 0)
      const said = tree.add(parent)
      expect(forked).toBe(!headMoves)
      if (headMoves) head = said
      seen[writer] = said
      expect(tree.childrenOf(head), `seed ${seed}`).toEqual([])
    }
    expect(tree.seqs.every((seq) => tree.pathTo(seq).at(-1) === seq)).toBe(true)
  })

  it('who send at once from one view: the first goes on, the second stands beside', () => {
    const first = headFollows('seen', false)
    const second = headFollows('seen', true)
    expect([first.forked, second.forked]).toEqual([false, true])
  })
})

const idOf = (seq: number): string | null => (seq === 0 ? null : String(seq))
const seqOf = (id: string | null): number => Number(id ?? 0)

// C5: nothing that is sent rewrites or drops a message; branches are siblings, and the head is a leaf that moves by rule.
import { describe, expect, it } from 'vitest'
import { must } from '../../src/core/assert.ts'
import { headFollows, parentMeant, type PlaceAsked } from '../../src/core/place.ts'
import type { Receipt } from '../../src/core/receipt.ts'
import { type Random, randomFrom, seeds } from '../random.ts'
import { created, headMoved, said } from '../store/commits.ts'
import { NaiveTree } from './naive-tree.ts'
import { type Engine, missing, type Person, range, receiptsOf, type World, worldsOn } from './world.ts'

export function branchesContract(engine: Engine): void {
  const openWorld = worldsOn(engine)

  describe('where a message goes', () => {
    it.each<[string, PlaceAsked, Landed]>([
      ['after the head', {}, { parentId: 'c', forked: false, headId: 'new' }],
      [
        'after the head that was seen',
        { expectedHead: 'c' },
        { parentId: 'c', forked: false, headId: 'new' },
      ],
      ['beside an edited message', { parentId: 'a' }, { parentId: 'a', forked: false, headId: 'new' }],
      ['beside the root', { parentId: null }, { parentId: null, forked: false, headId: 'new' }],
      [
        'where it was named, whatever was seen',
        { parentId: 'a', expectedHead: 'a' },
        { parentId: 'a', forked: false, headId: 'new' },
      ],
      ['after a head that is no more', { expectedHead: 'b' }, { parentId: 'b', forked: true, headId: 'c' }],
      ['where there was nothing yet', { expectedHead: null }, { parentId: null, forked: true, headId: 'c' }],
    ])('%s: %j', async (_, place, landed) => {
      await using world = await openWorld()
      await line(world.ann, 'a', 'b', 'c')
      expect(await land(world.ann, 'new', place)).toEqual(landed)
    })

    it('into an empty thread, as its root', async () => {
      await using world = await openWorld()
      const landed = await land(world.ann, 'new', { expectedHead: null })
      expect(landed).toEqual({ parentId: null, forked: false, headId: 'new' })
    })

    it('after the leaf of another branch, and takes the head there', async () => {
      await using world = await openWorld()
      await line(world.ann, 'a', 'b')
      await land(world.ann, 'edit', { parentId: 'a' })
      const landed = await land(world.ann, 'new', { expectedHead: 'b' })
      expect(landed).toEqual({ parentId: 'b', forked: false, headId: 'new' })
    })

    it.each<[string, PlaceAsked]>([
      ['a parent', { parentId: 'nowhere' }],
      ['a head', { expectedHead: 'nowhere' }],
      ['a parent of another thread', { parentId: 'elsewhere' }],
      ['a head of another thread', { expectedHead: 'elsewhere' }],
    ])('may not be after %s that is not here', async (_, place) => {
      await using world = await openWorld()
      await line(world.ann, 'a')
      await world.ann.keep(created('u'))
      await world.ann.keep(said('u', 'x', { id: 'elsewhere' }))
      const outcome = await world.ann.commit(said('t', 'lost', { id: 'new', ...place }))
      expect(outcome).toEqual(missing('message', place.parentId ?? place.expectedHead ?? ''))
      expect((await world.ann.all('t')).map(({ id }) => id)).toEqual(['a'])
    })

    it('in one commit: each after the one before', async () => {
      await using world = await openWorld()
      await world.ann.keep(...['a', 'b', 'c'].map((id) => said('t', id, { id })))
      expect((await world.ann.all('t')).map(({ parentId }) => parentId)).toEqual([null, 'a', 'b'])
      expect((await world.ann.thread('t'))?.headId).toBe('c')
    })
  })

  describe('siblings', () => {
    it('are told with every one of them, oldest first', async () => {
      await using world = await openWorld()
      await line(world.ann, 'a', 'b')
      for (const id of ['b2', 'b3']) await land(world.ann, id, { parentId: 'a' })
      const ids = ['b', 'b2', 'b3']
      const siblings = await Promise.all(ids.map(async (id) => (await world.ann.message('t', id))?.siblings))
      expect(siblings).toEqual(ids.map((_, index) => ({ index, count: 3, ids })))
    })

    it('are alone where nobody stands beside', async () => {
      await using world = await openWorld()
      await line(world.ann, 'a', 'b')
      const alone = await world.ann.message('t', 'b')
      expect(alone?.siblings).toEqual({ index: 0, count: 1, ids: ['b'] })
    })

    it('stand at the root too', async () => {
      await using world = await openWorld()
      await line(world.ann, 'a', 'b')
      await land(world.ann, 'a2', { parentId: null })
      const root = await world.ann.message('t', 'a2')
      expect(root?.siblings).toEqual({ index: 1, count: 2, ids: ['a', 'a2'] })
    })

    it('are all counted, and not all listed, when they are many', async () => {
      await using world = await openWorld()
      await line(world.ann, 'a')
      await world.ann.keep(...range(60).map((i) => said('t', '', { id: `b${i}`, parentId: 'a' })))
      const { siblings } = must(await world.ann.message('t', 'b7'), 'b7 was said')
      expect(siblings).toMatchObject({ index: 7, count: 60 })
      expect(siblings.ids).toHaveLength(50)
      expect(range(60).map((i) => `b${i}`)).toEqual(expect.arrayContaining(siblings.ids))
    })
  })

  describe('a stale tab', () => {
    it('loses no word, and is told that it stands beside', async () => {
      await using world = await openWorld()
      await line(world.ann, 'a', 'b')
      const before = await world.ann.all('t')
      expect(await land(world.ann, 'stale', { expectedHead: 'a' })).toMatchObject({
        forked: true,
        headId: 'b',
      })
      const after = await world.ann.all('t')
      expect(after.slice(0, 2).map(wordsOf)).toEqual(before.map(wordsOf))
      expect(after[2]).toMatchObject({ id: 'stale', parentId: 'a' })
    })

    it('that sends at the same time as the other: one goes on, one forks', async () => {
      await using world = await openWorld()
      await line(world.ann, 'a')
      const both = ['x', 'y'].map((id) => world.ann.commit(said('t', id, { id, expectedHead: 'a' })))
      const forked = receiptsOf(await Promise.all(both)).map((receipt) => receipt.forked)
      expect(new Set(forked)).toEqual(new Set([false, true]))
      expect((await world.ann.thread('t'))?.headId).toBe(['x', 'y'][forked.indexOf(false)])
    })
  })

  describe('moving the head', () => {
    it('goes to the newest leaf at or below the message', async () => {
      await using world = await openWorld()
      await line(world.ann, 'a', 'b', 'c')
      await land(world.ann, 'b2', { parentId: 'a' })
      await land(world.ann, 'c2', { parentId: 'b' })
      expect(await move(world.ann, 'b2')).toBe('b2')
      expect(await move(world.ann, 'b')).toBe('c2')
      expect(await move(world.ann, 'c')).toBe('c')
      expect(await move(world.ann, 'a')).toBe('c2')
    })

    it('loses no message, and what is said next stands there', async () => {
      await using world = await openWorld()
      await line(world.ann, 'a', 'b')
      await land(world.ann, 'b2', { parentId: 'a' })
      await move(world.ann, 'b')
      expect(await world.ann.all('t')).toHaveLength(3)
      expect(await land(world.ann, 'c', {})).toEqual({ parentId: 'b', forked: false, headId: 'c' })
    })

    it.each(['nowhere', 'elsewhere'])('may not be to a message that is not here: %s', async (id) => {
      await using world = await openWorld()
      await line(world.ann, 'a')
      await world.ann.keep(created('u'))
      await world.ann.keep(said('u', 'x', { id: 'elsewhere' }))
      expect(await world.ann.commit(headMoved('t', id))).toEqual(missing('message', id))
      expect((await world.ann.thread('t'))?.headId).toBe('a')
    })
  })

  describe('two devices', () => {
    it.each(seeds(6))('one after the other, as it comes, lose no message (seed %i)', async (seed) => {
      await using world = await openWorld()
      const devices = twoDevices(world, randomFrom(seed))
      for (let step = 0; step < 60; step++) await devices.act()
      expect(await devices.disagreements()).toEqual([])
    })

    it.each(seeds(4))('at the same time lose no message (seed %i)', async (seed) => {
      await using world = await openWorld()
      const devices = twoDevices(world, randomFrom(seed))
      for (let round = 0; round < 15; round++) await devices.sendAtOnce(2 + (round % 4))
      expect(await devices.disagreements()).toEqual([])
    })
  })
}

type Landed = { parentId: string | null; forked: boolean; headId: string | null }

async function line(person: Person, ...ids: string[]): Promise<void> {
  await person.keep(...ids.map((id) => said('t', `the words of ${id}`, { id })))
}

async function land(person: Person, id: string, place: PlaceAsked): Promise<Landed> {
  const { receipt } = await person.keep(said('t', id, { id, ...place }))
  const read = must(await person.message('t', id), 'what was kept can be read')
  expect((await person.thread('t'))?.headId).toBe(receipt.headId)
  return { parentId: read.parentId, forked: receipt.forked, headId: receipt.headId }
}

async function move(person: Person, messageId: string): Promise<string | null> {
  const { receipt } = await person.keep(headMoved('t', messageId))
  expect((await person.thread('t'))?.headId).toBe(receipt.headId)
  return receipt.headId
}

const wordsOf = ({
  id,
  text,
  parentId,
  seq,
}: {
  id: string
  text: string
  parentId: string | null
  seq: number
}) => ({
  id,
  text,
  parentId,
  seq,
})

/**
 * Two devices with views of their own, and beside the store a naive tree in which every step is taken too, by the
 * rule of core/place. Whatever the two do not agree on is told at the end.
 */
function twoDevices({ ann }: World, random: Random) {
  const tree = new NaiveTree()
  const seqs = new Map<string, number>()
  const seen: (string | null)[] = [null, null]
  const disagreements: string[] = []
  let head = 0

  const idOf = (seq: number) => [...seqs].find(([, other]) => other === seq)?.[0] ?? null
  const anyId = () => random.pick([...seqs.keys()])
  const agree = (what: string, found: unknown, expected: unknown) => {
    const [is, shouldBe] = [JSON.stringify(found), JSON.stringify(expected)]
    if (is !== shouldBe) disagreements.push(`${what} is ${is}, and should be ${shouldBe}`)
  }

  function anyPlace(device: number): PlaceAsked {
    const named = { parentId: seqs.size === 0 || random.chance(0.1) ? null : anyId() }
    const expected = { expectedHead: seen[device] ?? null }
    return random.pick<PlaceAsked>([expected, expected, expected, {}, named])
  }

  function follow(id: string, place: PlaceAsked, { seq, forked, headId }: Receipt): void {
    const { by, parentId } = parentMeant(place, idOf(head))
    const parent = parentId === null ? 0 : must(seqs.get(parentId), 'a parent was said before')
    const rule = headFollows(by, tree.childrenOf(parent).length > 0)
    const said = tree.add(parent)
    seqs.set(id, said)
    if (rule.headMoves) head = said
    agree(`the receipt of ${id}`, [seq, forked, headId], [said, rule.forked, idOf(head)])
    agree('what stands under the head', tree.childrenOf(head), [])
  }

  return {
    async act(): Promise<void> {
      const device = random.int(2)
      if (random.chance(0.2)) seen[device] = idOf(head)
      if (random.chance(0.15) && seqs.size > 0) return this.moveHead(anyId())
      const [id, place] = [`m${seqs.size + 1}`, anyPlace(device)]
      const { receipt } = await ann.keep(said('t', id, { id, ...place }))
      seen[device] = id
      follow(id, place, receipt)
    },

    async moveHead(messageId: string): Promise<void> {
      const { receipt } = await ann.keep(headMoved('t', messageId))
      head = tree.newestBelow(must(seqs.get(messageId), 'it was said'))
      agree(`the head moved to ${messageId}`, receipt.headId, idOf(head))
    },

    /** Several sends from the views as they are; their order is told by the store, and the tree follows it. */
    async sendAtOnce(count: number): Promise<void> {
      const sends = range(count).map((i) => ({
        id: `m${seqs.size}-${i}`,
        place: anyPlace(i % 2),
        device: i % 2,
      }))
      const keep = async (send: (typeof sends)[number]) => {
        const { receipt } = await ann.keep(said('t', send.id, { id: send.id, ...send.place }))
        return { ...send, receipt }
      }
      const kept = await Promise.all(sends.map(keep))
      for (const { id, place, device, receipt } of kept.toSorted(
        (a, b) => Number(a.receipt.seq) - Number(b.receipt.seq),
      )) {
        follow(id, place, receipt)
        seen[device] = random.chance(0.5) ? id : idOf(head)
      }
    },

    async disagreements(): Promise<string[]> {
      const messages = await ann.all('t')
      const ids = messages.map(({ id }) => id)
      agree('the thread', ids, tree.seqs.map(idOf))
      for (const { seq, parentId, siblings } of messages) {
        const ids = tree.siblingsOf(seq).map(idOf)
        const index = tree.siblingsOf(seq).indexOf(seq)
        agree(`the parent of ${seq}`, parentId, idOf(tree.parentOf(seq)))
        agree(
          `what stands beside ${seq}`,
          [siblings.index, siblings.count, siblings.ids],
          [index, ids.length, ids],
        )
      }
      agree('the head', (await ann.thread('t'))?.headId, idOf(head))
      return disagreements
    },
  }
}

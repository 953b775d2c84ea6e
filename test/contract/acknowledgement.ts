// C1: what was acknowledged is kept, can be read at once, and is still there after the store was closed and opened again.
import { describe, expect, it } from 'vitest'
import type { Change } from '../../src/core/change.ts'
import { ThreadkeepError } from '../../src/core/errors.ts'
import type { Outcome } from '../../src/core/receipt.ts'
import {
  asked,
  binned,
  created,
  deleted,
  ended,
  headMoved,
  json,
  progressed,
  renamed,
  said,
  saidParts,
  started,
  threadChanged,
  userChanged,
} from '../store/commits.ts'
import { type Engine, missing, openAlone, range, receiptsOf, type World, worldsOn } from './world.ts'

export function acknowledgementContract(engine: Engine): void {
  const openWorld = worldsOn(engine)

  describe('a receipt', () => {
    it('says what was kept, where in the thread, and how safe it is', async () => {
      await using world = await openWorld()
      const { receipt, threadId, run } = await world.ann.keep(said('t', 'hello', { id: 'm' }))
      const durability = expect.stringMatching(/^(disk|replicated)$/)
      const place = { seq: 1, changeSeq: 2, forked: false, headId: 'm' }
      expect(receipt).toEqual({ id: 'm', ...place, position: expect.any(String), durability, result: 'kept' })
      expect([threadId, run]).toEqual(['t', null])
    })

    it.each<[string, Change[], { id: string; seq?: number | null }]>([
      ['a thread', [created('new', { title: 'New' })], { id: 'new', seq: null }],
      ['a new title', [renamed('t', 'New')], { id: 't', seq: null }],
      ['a deleted message', [deleted('t', 'm')], { id: 'm', seq: 1 }],
      ['a run', [started('t', 'm', { runId: 'r' })], { id: 'r' }],
      ['a thread and what is said in it', [created('new'), said('new', 'x')], { id: 'new', seq: null }],
      [
        'what is said in a thread made for it',
        [created('new', { unless: 'there' }), said('new', 'x', { id: 'first' })],
        { id: 'first', seq: 1 },
      ],
    ])('names the thing that its deciding change was about: %s', async (_, changes, thing) => {
      await using world = await openWorld()
      await world.ann.keep(said('t', 'hello', { id: 'm' }))
      const { receipt } = await world.ann.keep(...changes)
      expect(receipt).toMatchObject(thing)
    })

    it('names the user, where it is about the user', async () => {
      await using world = await openWorld()
      const { receipt } = await world.ann.keep(userChanged({ name: 'Ann' }))
      expect(receipt).toMatchObject({ id: world.ann.id, seq: null, changeSeq: 2 })
    })

    it('tells of the head that is, also where nothing was said', async () => {
      await using world = await openWorld()
      const empty = await world.ann.keep(renamed('t', 'Empty'))
      await world.ann.keep(said('t', 'hello', { id: 'm' }))
      const full = await world.ann.keep(renamed('t', 'Full'))
      expect([empty.receipt.headId, full.receipt.headId]).toEqual([null, 'm'])
    })

    it('is not given for what was not kept, and that left nothing', async () => {
      await using world = await openWorld()
      const before = await world.ann.everything()
      const outcome = await world.ann.commit(said('t', 'hello', { parentId: 'nowhere' }))
      expect(outcome).toEqual(missing('message', 'nowhere'))
      expect(await world.ann.everything()).toEqual(before)
    })
  })

  describe('receipts', () => {
    it('come in the order of their positions, and in the order of changes', async () => {
      await using world = await openWorld()
      const arrived: Outcome[] = []
      const commits = range(200).map((i) => world.ann.commit(said('t', `${i}`)))
      await Promise.all(commits.map((commit) => commit.then((outcome) => arrived.push(outcome))))
      const receipts = receiptsOf(arrived)
      expect(receipts.map(({ changeSeq }) => changeSeq)).toEqual(range(200).map((i) => i + 2))
      const positions = receipts.map(({ position }) => position)
      expect(positions.toSorted(byPosition)).toEqual(positions)
    })

    it('of later commits have later positions, also after the store was opened again', async () => {
      await using world = await openAlone(engine)
      const first = await world.ann.keep(said('t', 'one'))
      const second = await world.ann.keep(said('t', 'two'))
      await world.reopen()
      const third = await world.ann.keep(said('t', 'three'))
      expect(byPosition(first.receipt.position, second.receipt.position)).toBeLessThan(0)
      expect(byPosition(second.receipt.position, third.receipt.position)).toBeLessThan(0)
    })
  })

  describe('what was acknowledged', () => {
    it('is in every read at once', async () => {
      await using world = await openWorld()
      for (const i of range(30)) {
        const { receipt } = await world.ann.keep(said('t', `word ${i}`, { id: `m${i}` }))
        expect(await world.ann.message('t', `m${i}`)).toMatchObject({ text: `word ${i}`, seq: receipt.seq })
        expect((await world.ann.page('t', { limit: 1 }))?.messages[0]?.id).toBe(`m${i}`)
        expect(await world.ann.json('t', { limit: 1 })).toContain(`"word ${i}"`)
        expect(await world.ann.thread('t')).toMatchObject({ headId: `m${i}`, changeSeq: receipt.changeSeq })
      }
    })

    it('is there, all of it, after the store was opened again', async () => {
      await using world = await openAlone(engine)
      await live(world)
      const [before, log] = [await world.ann.everything(), await world.ann.runEvents('r2')]
      expect(before.length).toBeGreaterThan(8)
      expect(log).toHaveLength(1)
      await world.reopen()
      expect(await world.ann.everything()).toEqual(before)
      expect(await world.ann.runEvents('r2')).toEqual(log)
    })

    it('is gone on with where it was left', async () => {
      await using world = await openAlone(engine)
      const last = await world.ann.keep(said('t', 'one', { id: 'm1' }))
      await world.reopen()
      const { receipt } = await world.ann.keep(said('t', 'two', { id: 'm2' }))
      expect(receipt).toMatchObject({ seq: 2, changeSeq: last.receipt.changeSeq + 1, headId: 'm2' })
      expect((await world.ann.message('t', 'm2'))?.parentId).toBe('m1')
    })
  })

  describe('a store that is closed', () => {
    it('loses nothing that it acknowledged on its way out, and keeps nothing twice', async () => {
      await using world = await openAlone(engine)
      const commits = range(300).map((i) => world.ann.commit(said('t', 'x', { id: `m${i}` })))
      const settled = Promise.allSettled(commits)
      await world.reopen()
      const acknowledged = (await settled).flatMap(({ status }, i) =>
        status === 'fulfilled' ? [`m${i}`] : [],
      )
      const kept = (await world.ann.all('t')).map(({ id }) => id)
      expect(new Set(kept).size).toBe(kept.length)
      expect(kept).toEqual(expect.arrayContaining(acknowledged))
    })

    it('refuses by an error with a code, and never by silence', async () => {
      await using world = await openAlone(engine)
      const closed = world.store
      await world.reopen()
      const late = closed.commit({ user: world.ann.id, at: 1, changes: [said('t', 'late')] })
      await expect(late).rejects.toBeInstanceOf(ThreadkeepError)
    })
  })
}

/** A bit of everything, so that a reopened store has a bit of everything to lose. */
async function live({ ann }: World): Promise<void> {
  await ann.keep(userChanged({ name: 'Ann', language: 'en', personaPrompt: json({ text: 'Be kind.' }) }))
  await ann.keep(...asked('t', 'a question', { id: 'q1', metadata: json({ b: 1, a: [null] }) }))
  const run = await ann.ask('t', 'another', { id: 'q2', parentId: 'q1' })
  await ann.keep(ended(run, 'an answer', { model: 'a', provider: 'b', usage: json({ tokens: 1 }) }))
  const { run: open } = await ann.keep(started('t', 'q2', { runId: 'r2', attempt: 'another' }))
  await ann.keep(progressed({ runId: 'r2', epoch: open?.epoch ?? 0 }, 0))
  await ann.keep(saidParts('t', [{ type: 'image', url: 'u' }], { id: 'image', parentId: null }))
  await ann.keep(said('t', 'to be deleted', { id: 'gone' }))
  await ann.keep(deleted('t', 'gone'))
  await ann.keep(headMoved('t', 'q1'))
  await ann.keep(created('u', { title: 'U', externalKey: 'key', context: json([1]) }))
  await ann.keep(threadChanged('u', { archived: true, pinned: true }))
  await ann.keep(created('v'))
  await ann.keep(binned('v'))
}

/** Positions are words of the engine's own; the numbers in them rise. */
const byPosition = new Intl.Collator('en', { numeric: true }).compare

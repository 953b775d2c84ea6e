// C2 and C3: the same id with the same content is kept once and answered alike; other content under it is a conflict.
import { describe, expect, it } from 'vitest'
import type { MessageSaid } from '../../src/core/change.ts'
import {
  asked,
  type BesidesWords,
  created,
  deleted,
  fresh,
  json,
  renamed,
  said,
  saidParts,
  started,
} from '../store/commits.ts'
import { conflict, countBy, type Engine, openAlone, range, receiptsOf, refused, worldsOn } from './world.ts'

const told: BesidesWords = {
  id: 'm',
  role: 'assistant',
  tag: 'a',
  intent: 'b',
  confidence: 0.5,
  entities: json([1]),
  sources: json([{ title: 'x' }]),
  metadata: json({ b: 1, a: 2 }),
}

export function onceContract(engine: Engine): void {
  const openWorld = worldsOn(engine)

  describe('the same id and the same content', () => {
    it.each<[string, BesidesWords]>([
      ['nothing', {}],
      ['who said it', { personaId: 'other', personaVersion: 'v2' }],
      ['by which model', { model: 'other', provider: 'another', usage: json({ tokens: 9 }) }],
      ['where it came from', { origin: 'import', format: 'old' }],
      ['the head that was seen', { expectedHead: null }],
      ['less than a hundredth of confidence', { confidence: 0.5049 }],
      ['a parent named only now', { parentId: 'root' }],
    ])('are kept once, whatever else differs: %s', async (_, other) => {
      await using world = await openWorld()
      await world.ann.keep(said('t', 'root', { id: 'root' }))
      const first = await world.ann.keep(said('t', 'hello', told))
      const before = await world.ann.everything()
      const again = await world.ann.commit(said('t', 'hello', { ...told, ...other }))
      expect(again).toMatchObject({ result: 'replayed', threadId: 't', run: null })
      expect(again).toMatchObject({ receipt: { ...sameAs(first), result: 'replayed' } })
      expect(await world.ann.everything()).toEqual(before)
    })

    it('are the same as text and as its one text part', async () => {
      await using world = await openWorld()
      await world.ann.keep(said('t', 'hello', { id: 'm' }))
      const parts = saidParts('t', [{ type: 'text', text: 'hello' }], { id: 'm' })
      expect(await world.ann.commit(parts)).toMatchObject({ result: 'replayed' })
    })

    it('are the same with a note left out and with it null', async () => {
      await using world = await openWorld()
      await world.ann.keep(said('t', 'hello', { id: 'm' }))
      const nulls = said('t', 'hello', { id: 'm', tag: null, confidence: null, metadata: null })
      expect(await world.ann.commit(nulls)).toMatchObject({ result: 'replayed' })
    })

    it('are the same where the parent was named the first time only', async () => {
      await using world = await openWorld()
      await world.ann.keep(said('t', 'hello', { id: 'm', parentId: null }))
      expect(await world.ann.commit(said('t', 'hello', { id: 'm' }))).toMatchObject({ result: 'replayed' })
    })

    it('are told of the fork they made the first time', async () => {
      await using world = await openWorld()
      await world.ann.keep(said('t', 'one', { id: 'one' }))
      await world.ann.keep(said('t', 'two', { id: 'two' }))
      const stale = said('t', 'stale', { id: 'stale', expectedHead: 'one' })
      await world.ann.keep(stale)
      const again = await world.ann.commit(stale)
      expect(again).toMatchObject({ result: 'replayed', receipt: { forked: true, headId: 'two' } })
    })

    it('are the same after the store was opened again', async () => {
      await using world = await openAlone(engine)
      const first = await world.ann.keep(said('t', 'hello', told))
      await world.reopen()
      const again = await world.ann.commit(said('t', 'hello', told))
      expect(again).toMatchObject({ receipt: { ...sameAs(first), result: 'replayed' } })
    })

    it('sent 50 times at once are one message and 50 equal receipts', async () => {
      await using world = await openWorld()
      const outcomes = await Promise.all(range(50).map(() => world.ann.commit(said('t', 'hello', told))))
      const receipts = receiptsOf(outcomes).map((receipt) => sameAs({ receipt }))
      expect(countBy(outcomes, ({ result }) => result)).toEqual({ kept: 1, replayed: 49 })
      expect(receipts).toEqual(range(50).map(() => receipts[0]))
      expect(await world.ann.all('t')).toHaveLength(1)
      expect((await world.ann.user())?.changeSeq).toBe(receipts[0]?.changeSeq)
    })

    it('may be in two threads: an id is one in its thread', async () => {
      await using world = await openWorld()
      await world.ann.keep(created('u'))
      await world.ann.keep(said('t', 'hello', { id: 'm' }))
      await world.ann.keep(said('u', 'hello', { id: 'm' }))
      expect((await world.ann.all('u')).map(({ seq, text }) => [seq, text])).toEqual([[1, 'hello']])
    })
  })

  describe('the same id and other content', () => {
    const { tag: _, ...untagged } = told
    const image = [{ type: 'image', url: 'u' }]

    it.each<[string, MessageSaid]>([
      ['text', said('t', 'Hello', told)],
      ['no text', said('t', '', told)],
      ['parts', saidParts('t', image, told)],
      ['role', said('t', 'hello', { ...told, role: 'user' })],
      ['tag', said('t', 'hello', { ...told, tag: 'A' })],
      ['no tag', said('t', 'hello', untagged)],
      ['an empty tag', said('t', 'hello', { ...told, tag: '' })],
      ['intent', said('t', 'hello', { ...told, intent: 'c' })],
      ['confidence', said('t', 'hello', { ...told, confidence: 0.51 })],
      ['no confidence', said('t', 'hello', { ...told, confidence: null })],
      ['entities', said('t', 'hello', { ...told, entities: json([1, 1]) })],
      ['sources', said('t', 'hello', { ...told, sources: json([{ title: 'y' }]) })],
      ['metadata', said('t', 'hello', { ...told, metadata: json({ b: 1 }) })],
      ['keys of metadata in another order', said('t', 'hello', { ...told, metadata: json({ a: 2, b: 1 }) })],
    ])('may not be: %s', async (_, other) => {
      await using world = await openWorld()
      await world.ann.keep(said('t', 'hello', told))
      const before = await world.ann.everything()
      expect(await world.ann.commit(other)).toEqual(conflict('message', 'm'))
      expect(await world.ann.everything()).toEqual(before)
    })

    it('may not be: words that only look like the parts', async () => {
      await using world = await openWorld()
      await world.ann.keep(saidParts('t', image, { id: 'm' }))
      const lookalike = said('t', JSON.stringify(image), { id: 'm' })
      expect(await world.ann.commit(lookalike)).toEqual(conflict('message', 'm'))
    })

    it('may not be: another parent, both times named', async () => {
      await using world = await openWorld()
      await world.ann.keep(said('t', 'root', { id: 'root' }))
      await world.ann.keep(said('t', 'hello', { id: 'm', parentId: 'root' }))
      const same = said('t', 'hello', { id: 'm', parentId: 'root' })
      expect(await world.ann.commit(same)).toMatchObject({ result: 'replayed' })
      const other = said('t', 'hello', { id: 'm', parentId: null })
      expect(await world.ann.commit(other)).toEqual(conflict('message', 'm'))
    })

    it('sent 20 times at once: one is kept, and 19 are told', async () => {
      await using world = await openWorld()
      const sent = range(20).map((i) => world.ann.commit(said('t', `version ${i}`, { id: 'm' })))
      expect(countBy(await Promise.all(sent), ({ result }) => result)).toEqual({ kept: 1, conflict: 19 })
      expect(await world.ann.all('t')).toHaveLength(1)
    })

    it('take the rest of their commit with them', async () => {
      await using world = await openWorld()
      await world.ann.keep(said('t', 'hello', { id: 'm' }))
      const outcome = await world.ann.commit(renamed('t', 'Lost'), said('t', 'other', { id: 'm' }))
      expect(outcome).toEqual(conflict('message', 'm'))
      expect((await world.ann.thread('t'))?.title).toBeNull()
    })
  })

  describe('the id of a deleted message', () => {
    it.each(['hello', 'other'])('may not be used again, for %j', async (text) => {
      await using world = await openWorld()
      await world.ann.keep(said('t', 'hello', { id: 'm' }))
      await world.ann.keep(deleted('t', 'm'))
      expect(await world.ann.commit(said('t', text, { id: 'm' }))).toEqual(refused('deleted'))
      expect(await world.ann.all('t')).toHaveLength(1)
    })
  })

  describe('a commit whose deciding change is replayed', () => {
    it('writes nothing else', async () => {
      await using world = await openWorld()
      await world.ann.keep(said('t', 'hello', told))
      const again = await world.ann.commit(said('t', 'hello', told), renamed('t', 'New'), said('t', 'more'))
      expect(again).toMatchObject({ result: 'replayed', receipt: { id: 'm', seq: 1 } })
      expect(await world.ann.thread('t')).toMatchObject({ title: null, messageCount: 1 })
    })

    it('is not asked whether the rest of it could be done now', async () => {
      await using world = await openWorld()
      const send = [said('t', 'hello', { id: 'm' }), renamed('t', 'A guess', 'model')]
      await world.ann.keep(...send)
      await world.ann.keep(renamed('t', 'My words'))
      expect(await world.ann.commit(...send)).toMatchObject({
        result: 'replayed',
        receipt: { id: 'm', seq: 1 },
      })
    })

    it('comes back with its run and its reply', async () => {
      await using world = await openWorld()
      const send = asked('t', 'why?')
      const { run } = await world.ann.keep(...send)
      expect(await world.ann.commit(...send)).toMatchObject({ result: 'replayed', run })
    })

    it('finds the thread that it made the first time', async () => {
      await using world = await openWorld()
      const send = [created('new', { unless: 'there' }), ...asked('new', 'why?')]
      const first = await world.ann.keep(...send)
      const again = await world.ann.commit(...send)
      const receipt = { ...sameAs(first), result: 'replayed' }
      expect(again).toMatchObject({ result: 'replayed', threadId: 'new', run: first.run, receipt })
    })

    it('comes back with its run, also when it asks for none now', async () => {
      await using world = await openWorld()
      const [question, start] = asked('t', 'why?')
      const { run } = await world.ann.keep(question, start)
      expect(await world.ann.commit(question)).toMatchObject({ result: 'replayed', run })
    })

    it('starts no other run than the first', async () => {
      await using world = await openWorld()
      const question = said('t', 'why?', { id: 'q' })
      await world.ann.keep(question, started('t', 'q', { attempt: 'another' }))
      const again = await world.ann.commit(question, started('t', 'q', { attempt: 'another', runId: 'r2' }))
      expect(again).toMatchObject({ result: 'replayed', receipt: { id: 'q' } })
      expect(await world.ann.run('r2')).toBeNull()
      expect(await world.ann.all('t')).toHaveLength(2)
    })

    it('finds the same run under another run’s id, and starts no second', async () => {
      await using world = await openWorld()
      const [question, run] = asked('t', 'why?')
      const first = await world.ann.keep(question, run)
      const again = await world.ann.commit(question, { ...run, runId: 'r2', replyId: 'reply2' })
      expect(again).toMatchObject({ result: 'replayed', run: first.run })
      expect(await world.ann.run('r2')).toBeNull()
      expect(await world.ann.all('t')).toHaveLength(2)
    })

    it('starts the first run, when now one is asked for and then was not', async () => {
      await using world = await openWorld()
      const [question, run] = asked('t', 'why?', { id: 'q' })
      const first = await world.ann.keep(question)
      const again = await world.ann.commit(question, run)
      expect(again).toMatchObject({ result: 'replayed', receipt: { id: 'q', seq: first.receipt.seq } })
      expect(again).toMatchObject({
        run: { runId: run.runId, replyId: run.replyId, replySeq: 2, attempt: 1 },
      })
      expect(await world.ann.message('t', run.replyId)).toMatchObject({ status: 'pending', parentId: 'q' })
    })

    it('sent 50 times at once, each with a run of its own, starts one', async () => {
      await using world = await openWorld()
      const question = said('t', 'why?', { id: 'q' })
      const outcomes = await Promise.all(range(50).map(() => world.ann.commit(question, started('t', 'q'))))
      const runs = outcomes.map((outcome) => ('run' in outcome ? outcome.run : outcome))
      expect(runs[0]).toMatchObject({ attempt: 1, replySeq: 2 })
      expect(runs).toEqual(range(50).map(() => runs[0]))
      expect(await world.ann.all('t')).toHaveLength(2)
    })
  })

  describe('a thread', () => {
    it('given the same again is replayed, even after it was renamed', async () => {
      await using world = await openWorld()
      const given = created('new', { title: 'First', metadata: json({ a: 1 }) })
      const first = await world.ann.keep(given)
      await world.ann.keep(renamed('new', 'Second'))
      const again = await world.ann.commit(given)
      expect(again).toMatchObject({ result: 'replayed', threadId: 'new', receipt: { id: first.receipt.id } })
      expect((await world.ann.thread('new'))?.title).toBe('Second')
    })

    it.each([{}, { title: 'Other' }, { title: 'First', metadata: json({}) }, { title: '' }])(
      'may not be given something else: %j',
      async (other) => {
        await using world = await openWorld()
        await world.ann.keep(created('new', { title: 'First' }))
        expect(await world.ann.commit(created('new', other))).toEqual(conflict('thread', 'new'))
        expect((await world.ann.thread('new'))?.title).toBe('First')
      },
    )

    it('that is replayed lets nothing else be written', async () => {
      await using world = await openWorld()
      const outcome = await world.ann.commit(created('t'), said('t', 'x'))
      expect(outcome).toMatchObject({ result: 'replayed', receipt: { id: 't', seq: null } })
      expect(await world.ann.all('t')).toEqual([])
    })

    it('made 50 times at once is one', async () => {
      await using world = await openWorld()
      const id = fresh('thread')
      const outcomes = await Promise.all(range(50).map(() => world.ann.commit(created(id, { title: 'One' }))))
      expect(countBy(outcomes, ({ result }) => result)).toEqual({ kept: 1, replayed: 49 })
      expect((await world.ann.threads({ limit: 10 })).threads).toHaveLength(2)
    })
  })
}

/** What every answer to one write has in common. */
function sameAs({ receipt }: { receipt: { id: string; seq: number | null; changeSeq: number } }) {
  return { id: receipt.id, seq: receipt.seq, changeSeq: receipt.changeSeq }
}

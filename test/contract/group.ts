// A commit is all or nothing, and many that are committed together stay strangers: a bad one never harms its neighbours.
import { describe, expect, it } from 'vitest'
import type { Change } from '../../src/core/change.ts'
import type { Outcome } from '../../src/core/receipt.ts'
import { randomFrom, seeds } from '../random.ts'
import {
  asked,
  binned,
  created,
  deleted,
  ended,
  headMoved,
  progressed,
  renamed,
  restored,
  said,
  started,
  threadChanged,
  threadRestored,
  userChanged,
} from '../store/commits.ts'
import { conflict, type Engine, missing, type Person, range, refused, worldsOn } from './world.ts'

export function groupContract(engine: Engine): void {
  const openWorld = worldsOn(engine)

  const bad: [string, Change[], object][] = [
    ['an unknown thread', [said('nowhere', 'x')], missing('thread', 'nowhere')],
    ['an unknown parent', [said('t', 'x', { parentId: 'nowhere' })], missing('message', 'nowhere')],
    ['an unknown run', [ended({ runId: 'nowhere', epoch: 1 }, 'x')], missing('run', 'nowhere')],
    ['another’s id', [said('t', 'other words', { id: 'taken' })], conflict('message', 'taken')],
    ['a broken rule', [renamed('t', 'by a model', 'model')], refused('invalid')],
    ['words that cannot be kept', [said('t', 'x\0')], refused('invalid')],
    ['too many words', [said('t', 'x'.repeat(2 ** 20 + 1))], refused('too_large')],
    ['no change at all', [], refused('invalid')],
    ['a change of no kind', [{ kind: 'message.sung' } as unknown as Change], refused('invalid')],
    ['a change that is nothing', [null as unknown as Change], refused('invalid')],
    ['a field of a wrong type', [{ ...said('t', 'x'), text: 5 } as unknown as Change], refused('invalid')],
    ['a field left out', [{ kind: 'thread.binned' } as unknown as Change], refused('invalid')],
  ]

  describe('a bad commit among good ones', () => {
    it.each(bad)('fails alone: %s', async (_, changes, outcome) => {
      await using world = await openWorld()
      await world.ann.keep(renamed('t', 'Mine'), said('t', 'first', { id: 'taken' }))
      const commits = [[said('t', 'before')], changes, [said('t', 'between')], changes, [said('t', 'after')]]
      const outcomes = await Promise.all(commits.map((changes) => world.ann.commit(...changes)))
      expect([outcomes[1], outcomes[3]]).toEqual([outcome, outcome])
      const words = (await world.ann.all('t')).map(({ seq, text }) => `${seq} ${text}`)
      expect(words).toEqual(['1 first', '2 before', '3 between', '4 after'])
      expect(await world.ann.thread('t')).toMatchObject({ lastSeq: 4, messageCount: 4, changeSeq: 5 })
    })

    it.each(bad)('leaves nothing of the good changes before it: %s', async (_, changes, outcome) => {
      await using world = await openWorld()
      await world.ann.keep(renamed('t', 'Mine'), said('t', 'first', { id: 'taken' }))
      const before = await world.ann.everything()
      const thread = changes.find((change) => change && 'threadId' in change)?.threadId ?? 't'
      const good = thread === 't' ? [said('t', 'one'), said('t', 'two', { parentId: null })] : []
      const whole = changes.length > 0 ? [...good, userChanged({ name: 'Lost' }), ...changes] : changes
      expect(await world.ann.commit(...whole)).toEqual(outcome)
      expect(await world.ann.everything()).toEqual(before)
    })
  })

  describe('what a failed commit had begun', () => {
    it.each<[string, Change[]]>([
      ['a thread', [created('new', { externalKey: 'key' }), said('new', 'x')]],
      ['the main thread', [created('new', { unless: 'main' }), said('new', 'x')]],
      ['a turn', [...asked('t', 'why?', { id: 'q' })]],
      ['a deletion', [deleted('t', 'b')]],
      ['a moved head', [headMoved('t', 'b')]],
      ['an archived thread', [threadChanged('t', { archived: true, pinned: true })]],
      ['a branch', [said('t', 'beside', { parentId: null })]],
      ['a user', [userChanged({ name: 'Ann' })]],
    ])('is undone: %s', async (_, changes) => {
      await using world = await openWorld()
      await world.ann.keep(said('t', 'a', { id: 'a' }), said('t', 'b', { id: 'b' }))
      await world.ann.keep(said('t', 'b2', { id: 'b2', parentId: 'a' }))
      const before = await world.ann.everything()
      const thread = changes.find((change) => 'threadId' in change)?.threadId ?? 't'
      const last = said(thread, 'lost', { parentId: 'nowhere' })
      expect(await world.ann.commit(...changes, last)).toEqual(missing('message', 'nowhere'))
      expect(await world.ann.everything()).toEqual(before)
      expect([await world.ann.thread('new'), await world.ann.threadByKey('key')]).toEqual([null, null])
    })

    it('can be done again in the same breath, by one who does it right', async () => {
      await using world = await openWorld()
      const lost = [created('new', { externalKey: 'key' }), said('new', 'x', { parentId: 'nowhere' })]
      const right = [created('new', { externalKey: 'key' }), said('new', 'x', { id: 'x' })]
      const outcomes = await Promise.all([world.ann.commit(...lost), world.ann.commit(...right)])
      expect(outcomes).toMatchObject([{ result: 'missing' }, { result: 'kept', receipt: { changeSeq: 2 } }])
      expect(await world.ann.message('new', 'x')).toMatchObject({ seq: 1 })
    })

    it('is no user, where there was none', async () => {
      await using world = await openWorld()
      expect(await world.bob.commit(said('nowhere', 'x'))).toEqual(missing('thread', 'nowhere'))
      expect(await world.bob.commit(userChanged({ name: 'Bob' }), renamed('nowhere', 'x'))).toEqual(
        missing('thread', 'nowhere'),
      )
      expect(await world.bob.user()).toBeNull()
    })
  })

  describe('each change of a commit', () => {
    it('finds what the ones before it said: a head moved there', async () => {
      await using world = await openWorld()
      await line(world.ann)
      const { receipt } = await world.ann.keep(
        said('t', 'x', { id: 'x', parentId: 'a' }),
        headMoved('t', 'x'),
      )
      expect(receipt.headId).toBe('x')
    })

    it('finds where the ones before it stand: a head moved elsewhere', async () => {
      await using world = await openWorld()
      await line(world.ann)
      const { receipt } = await world.ann.keep(
        said('t', 'x', { id: 'x', parentId: null }),
        headMoved('t', 'a'),
      )
      expect(receipt.headId).toBe('c')
      expect((await world.ann.thread('t'))?.headId).toBe('c')
    })

    it('finds what the ones before it said: deleted again', async () => {
      await using world = await openWorld()
      await world.ann.keep(said('t', 'x', { id: 'x' }), deleted('t', 'x'))
      expect(await world.ann.message('t', 'x')).toMatchObject({ status: 'deleted', text: '' })
    })

    it('finds what the ones before it deleted: once, and no second time', async () => {
      await using world = await openWorld()
      await line(world.ann)
      await world.ann.keep(deleted('t', 'b'), deleted('t', 'b'))
      expect(await world.ann.thread('t')).toMatchObject({ messageCount: 2 })
      await world.ann.keep(restored('t', 'b'))
      expect(await world.ann.message('t', 'b')).toMatchObject({ text: 'words of b' })
    })

    it('finds what the ones before it deleted: and takes it back', async () => {
      await using world = await openWorld()
      await line(world.ann)
      await world.ann.keep(deleted('t', 'b'), restored('t', 'b'))
      expect(await world.ann.message('t', 'b')).toMatchObject({ text: 'words of b', status: 'complete' })
    })

    it('finds what the ones before it ended: an answer that is deleted at once', async () => {
      await using world = await openWorld()
      const run = await world.ann.ask('t', 'why?')
      await world.ann.keep(ended(run, 'because'), deleted('t', run.replyId))
      expect(await world.ann.message('t', run.replyId)).toMatchObject({ status: 'deleted' })
    })

    it('finds the thread in the bin where one before it put it', async () => {
      await using world = await openWorld()
      expect(await world.ann.commit(binned('t'), said('t', 'x'))).toEqual(refused('deleted'))
      await world.ann.keep(binned('t'), threadRestored('t'), said('t', 'x'))
      expect(await world.ann.all('t')).toHaveLength(1)
    })

    it('finds the title that one before it gave', async () => {
      await using world = await openWorld()
      const outcome = await world.ann.commit(renamed('t', 'Mine'), renamed('t', 'A guess', 'model'))
      expect(outcome).toEqual(refused('invalid'))
      expect((await world.ann.thread('t'))?.title).toBeNull()
    })

    it('may be about another run than the one before', async () => {
      await using world = await openWorld()
      const [one, other] = [await world.ann.ask('t', 'one?'), await world.ann.ask('t', 'other?')]
      await world.ann.keep(progressed(one, 0), progressed(other, 0))
      await world.ann.keep(ended(one, 'this'), ended(other, 'that'))
      const answers = [await world.ann.message('t', one.replyId), await world.ann.message('t', other.replyId)]
      expect(answers).toMatchObject([{ text: 'this' }, { text: 'that' }])
    })

    it('leaves a run ended, when the next one starts another', async () => {
      await using world = await openWorld()
      const run = await world.ann.ask('t', 'why?', { id: 'q' })
      await world.ann.keep(ended(run, 'because'), started('t', 'q', { attempt: 'another' }))
      expect(await world.ann.commit(ended(run, 'not because'))).toEqual(refused('run_over'))
      expect(await world.ann.message('t', run.replyId)).toMatchObject({ text: 'because' })
    })

    it('may not reach into another thread by a run', async () => {
      await using world = await openWorld()
      await world.ann.keep(created('u'))
      const run = await world.ann.ask('u', 'why?')
      const before = await world.ann.everything()
      expect(await world.ann.commit(said('t', 'x'), ended(run, 'because'))).toEqual(refused('invalid'))
      expect(await world.ann.everything()).toEqual(before)
    })
  })

  describe('the same id twice in one commit', () => {
    it('with the same content is one message', async () => {
      await using world = await openWorld()
      const twice = said('t', 'hello', { id: 'm' })
      const { receipt } = await world.ann.keep(twice, twice)
      expect(receipt).toMatchObject({ id: 'm', seq: 1, forked: false, headId: 'm' })
      expect(await world.ann.all('t')).toHaveLength(1)
      expect(await world.ann.thread('t')).toMatchObject({ messageCount: 1, lastSeq: 1 })
    })

    it('for two first runs of one question is never two runs', async () => {
      await using world = await openWorld()
      const outcome = await world.ann.commit(
        said('t', 'why?', { id: 'q' }),
        started('t', 'q'),
        started('t', 'q'),
      )
      const runs = (await world.ann.everything()).filter(({ type }) => type === 'run')
      expect(runs).toHaveLength(outcome.result === 'kept' ? 1 : 0)
    })

    it('may not be for two contents', async () => {
      await using world = await openWorld()
      const outcome = await world.ann.commit(said('t', 'one', { id: 'm' }), said('t', 'two', { id: 'm' }))
      expect(outcome).toEqual(conflict('message', 'm'))
      expect(await world.ann.all('t')).toEqual([])
    })

    it('may not be for a question and its answer', async () => {
      await using world = await openWorld()
      const outcome = await world.ann.commit(said('t', 'q', { id: 'm' }), started('t', 'm', { replyId: 'm' }))
      expect(outcome).toEqual(conflict('message', 'm'))
      expect(await world.ann.all('t')).toEqual([])
    })
  })

  describe('good and bad commits, many at once', () => {
    it.each(seeds(5))('leave what the good ones alone would have left (seed %i)', async (seed) => {
      await using world = await openWorld()
      const random = randomFrom(seed)
      await world.ann.keep(renamed('t', 'Mine'), said('t', 'first', { id: 'taken' }))
      const isGood = range(150).map(() => random.chance(0.6))
      const outcomes = await Promise.all(
        isGood.map((good, i) => world.ann.commit(...(good ? [said('t', `good ${i}`)] : random.pick(bad)[1]))),
      )
      expect(
        outcomes.map(({ result }) => result === 'kept'),
        `seed ${seed}`,
      ).toEqual(isGood)
      const words = (await world.ann.all('t')).slice(1).map(({ seq, text }) => [seq, text])
      const good = isGood.flatMap((good, i) => (good ? [`good ${i}`] : []))
      expect(words, `seed ${seed}`).toEqual(good.map((text, i) => [i + 2, text]))
    })
  })

  describe('a flood by one user', () => {
    it('does not starve another', async () => {
      await using world = await openWorld()
      await world.bob.keep(created('of bob'))
      let answered = 0
      const flood = range(3000).map((i) => world.ann.commit(said('t', `${i}`)).then(() => answered++))
      expect(await world.bob.commit(said('of bob', 'a word'))).toMatchObject({ result: 'kept' })
      expect(answered).toBeLessThan(1000)
      await Promise.all(flood)
      expect((await world.ann.thread('t'))?.lastSeq).toBe(3000)
    })

    it('does not lose its own order', async () => {
      await using world = await openWorld()
      const others = range(4).map(() => world.newcomer('other'))
      await Promise.all(others.map((other) => other.keep(created('t'))))
      const floods = [world.ann, ...others].map((person) =>
        range(100).map((i) => person.commit(said('t', `${i}`))),
      )
      const outcomes: Outcome[] = await Promise.all(floods.flat())
      expect(outcomes.every(({ result }) => result === 'kept')).toBe(true)
      for (const person of [world.ann, ...others]) {
        expect((await person.all('t')).map(({ text }) => text)).toEqual(range(100).map(String))
      }
    })
  })
}

const line = (person: Person) =>
  person.keep(...['a', 'b', 'c'].map((id) => said('t', `words of ${id}`, { id })))

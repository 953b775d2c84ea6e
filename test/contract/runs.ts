// An attempt to answer: it begins with the question in one commit, is logged on its way, and ends once.
import { describe, expect, it } from 'vitest'
import { must } from '../../src/core/assert.ts'
import type { Change } from '../../src/core/change.ts'
import type { FinishedStatus } from '../../src/core/message.ts'
import type { RunRef } from '../../src/core/receipt.ts'
import {
  asked,
  binned,
  composed,
  created,
  ended,
  type Held,
  json,
  progressed,
  said,
  started,
  stopAsked,
  threadRestored,
} from '../store/commits.ts'
import { conflict, countBy, type Engine, missing, range, refused, worldsOn } from './world.ts'

export function runsContract(engine: Engine): void {
  const openWorld = worldsOn(engine)

  describe('a run', () => {
    it('begins with its question, and with the pending message that will hold the answer', async () => {
      await using world = await openWorld()
      const [question, run] = asked('t', 'why?', { id: 'q' })
      const kept = await world.ann.keep(question, {
        ...run,
        personaId: 'p',
        personaVersion: 'v',
        model: 'm',
        provider: 'x',
      })
      expect(kept.receipt).toMatchObject({ id: 'q', seq: 1, headId: run.replyId, forked: false })
      expect(kept.run).toMatchObject({ runId: run.runId, replyId: run.replyId, replySeq: 2, attempt: 1 })
      expect(await world.ann.message('t', run.replyId)).toMatchObject({
        role: 'assistant',
        status: 'pending',
        text: '',
        parentId: 'q',
        runId: run.runId,
        seq: 2,
        personaId: 'p',
        personaVersion: 'v',
        model: 'm',
        provider: 'x',
        finishedAt: null,
      })
    })

    it('says who runs it, since when, and with what in mind', async () => {
      await using world = await openWorld()
      await world.ann.keep(said('t', 'why?', { id: 'q' }))
      const run = started('t', 'q', { owner: 'node-7', contextReceipt: json({ messages: [1, 2] }) })
      const at = world.now
      await world.ann.keep(run)
      expect(await world.ann.run(run.runId)).toMatchObject({
        userId: world.ann.id,
        id: run.runId,
        threadId: 't',
        messageId: 'q',
        replyId: run.replyId,
        attempt: 1,
        status: 'running',
        owner: 'node-7',
        stopAt: null,
        contextReceipt: { messages: [1, 2] },
        error: null,
        startedAt: at,
        endedAt: null,
        leaseUntil: expect.any(Number),
      })
    })

    it('may tell what it has in mind once it is known', async () => {
      await using world = await openWorld()
      const run = await world.ann.ask('t', 'why?')
      await world.ann.keep(composed(run, { messages: [1] }))
      expect(await world.ann.run(run.runId)).toMatchObject({
        contextReceipt: { messages: [1] },
        status: 'running',
      })
    })

    it('may not begin where there is no question, and no thread', async () => {
      await using world = await openWorld()
      expect(await world.ann.commit(started('t', 'nowhere'))).toEqual(missing('message', 'nowhere'))
      expect(await world.ann.commit(started('nowhere', 'q'))).toEqual(missing('thread', 'nowhere'))
      expect(await world.ann.all('t')).toEqual([])
    })

    it('takes no question along when it cannot begin', async () => {
      await using world = await openWorld()
      const lost = [said('t', 'why?', { id: 'q' }), started('t', 'another')]
      expect(await world.ann.commit(...lost)).toEqual(missing('message', 'another'))
      expect(await world.ann.all('t')).toEqual([])
    })

    it('may not hold its answer under an id that is used already', async () => {
      await using world = await openWorld()
      await world.ann.keep(said('t', 'taken', { id: 'taken' }), said('t', 'why?', { id: 'q' }))
      const outcome = await world.ann.commit(started('t', 'q', { replyId: 'taken' }))
      expect(outcome).toEqual(conflict('message', 'taken'))
      expect(await world.ann.all('t')).toHaveLength(2)
    })

    it('may not hold its answer under an id that is used already, asked with its question', async () => {
      await using world = await openWorld()
      await world.ann.keep(said('t', 'taken', { id: 'taken' }))
      const outcome = await world.ann.commit(
        said('t', 'why?', { id: 'q' }),
        started('t', 'q', { replyId: 'taken' }),
      )
      expect(outcome).toEqual(conflict('message', 'taken'))
      expect(await world.ann.all('t')).toHaveLength(1)
    })

    it('may not have the id of another run, asked with its question', async () => {
      await using world = await openWorld()
      const { runId } = await world.ann.ask('t', 'why?')
      const [question, run] = asked('t', 'and why?')
      expect(await world.ann.commit(question, { ...run, runId })).toEqual(conflict('run', runId))
      expect(await world.ann.all('t')).toHaveLength(2)
    })

    it('may not have the id of another run', async () => {
      await using world = await openWorld()
      const { runId } = await world.ann.ask('t', 'why?')
      await world.ann.keep(said('t', 'and why?', { id: 'q2' }))
      expect(await world.ann.commit(started('t', 'q2', { runId }))).toEqual(conflict('run', runId))
      expect(await world.ann.all('t')).toHaveLength(3)
    })

    it('is what the next message stands under, while it is still going', async () => {
      await using world = await openWorld()
      const { replyId } = await world.ann.ask('t', 'why?')
      await world.ann.keep(said('t', 'and how?', { id: 'next' }))
      expect((await world.ann.message('t', 'next'))?.parentId).toBe(replyId)
    })
  })

  describe('the first attempt', () => {
    it('leaves the head where it is, when the talk has gone on', async () => {
      await using world = await openWorld()
      await world.ann.keep(said('t', 'why?', { id: 'q' }), said('t', 'never mind', { id: 'later' }))
      const { receipt, run } = await world.ann.keep(started('t', 'q'))
      expect(receipt.headId).toBe('later')
      expect((await world.ann.message('t', run?.replyId ?? ''))?.siblings).toMatchObject({
        index: 1,
        count: 2,
      })
    })

    it('is made once, whoever asks again', async () => {
      await using world = await openWorld()
      const { run } = await world.ann.keep(...asked('t', 'why?', { id: 'q' }))
      const again = await world.ann.commit(started('t', 'q', { runId: 'r2', replyId: 'reply2' }))
      expect(again).toMatchObject({ result: 'replayed', run })
      expect([await world.ann.run('r2'), await world.ann.message('t', 'reply2')]).toEqual([null, null])
    })

    it('asked for 20 times at once is one', async () => {
      await using world = await openWorld()
      await world.ann.keep(said('t', 'why?', { id: 'q' }))
      const outcomes = await Promise.all(range(20).map(() => world.ann.commit(started('t', 'q'))))
      expect(countBy(outcomes, ({ result }) => result)).toEqual({ kept: 1, replayed: 19 })
      expect(await world.ann.all('t')).toHaveLength(2)
    })
  })

  describe('another attempt', () => {
    it('stands beside the first, counts on, and takes the head along', async () => {
      await using world = await openWorld()
      const first = await world.ann.ask('t', 'why?', { id: 'q' })
      await world.ann.keep(said('t', 'go on'))
      const another = started('t', 'q', { attempt: 'another' })
      const { receipt, run } = await world.ann.keep(another)
      expect(run).toMatchObject({ runId: another.runId, replyId: another.replyId, attempt: 2 })
      expect(receipt).toMatchObject({ headId: another.replyId, forked: false })
      const reply = await world.ann.message('t', another.replyId)
      expect(reply?.siblings).toEqual({ index: 1, count: 2, ids: [first.replyId, another.replyId] })
    })

    it('asked for again under the same reply is the same', async () => {
      await using world = await openWorld()
      await world.ann.ask('t', 'why?', { id: 'q' })
      const another = started('t', 'q', { attempt: 'another' })
      const { run } = await world.ann.keep(another)
      const before = await world.ann.everything()
      expect(await world.ann.commit(another)).toMatchObject({ result: 'replayed', run })
      expect(await world.ann.everything()).toEqual(before)
    })

    it('is a new one under a new reply, and each has its own number', async () => {
      await using world = await openWorld()
      await world.ann.ask('t', 'why?', { id: 'q' })
      const more = range(10).map(() => world.ann.keep(started('t', 'q', { attempt: 'another' })))
      const attempts = (await Promise.all(more)).map(({ run }) => run?.attempt)
      expect(attempts).toEqual(range(10).map((i) => i + 2))
    })

    it('may be the first of all, and then is the one that a replay finds', async () => {
      await using world = await openWorld()
      const [question, first] = asked('t', 'why?', { id: 'q' })
      await world.ann.keep(question)
      const { run } = await world.ann.keep(started('t', 'q', { attempt: 'another' }))
      expect(run?.attempt).toBe(1)
      expect(await world.ann.commit(question, first)).toMatchObject({ result: 'replayed', run })
      expect(await world.ann.all('t')).toHaveLength(2)
    })
  })

  describe('the log of a run', () => {
    it('is read as it was written, beyond an ordinal', async () => {
      await using world = await openWorld()
      const run = await world.ann.ask('t', 'why?')
      const log = ['a', 'ab', 'abé'].map((text, i) => progressed(run, i, text))
      for (const batch of log) await world.ann.keep(batch)
      const written = log.map(({ ordinal, position, events }) => ({ ordinal, position, events }))
      expect(await world.ann.runEvents(run.runId)).toEqual(written)
      expect(await world.ann.runEvents(run.runId, 0)).toEqual(written.slice(1))
      expect(await world.ann.runEvents(run.runId, 2)).toEqual([])
    })

    it('holds each ordinal once', async () => {
      await using world = await openWorld()
      const run = await world.ann.ask('t', 'why?')
      await world.ann.keep(progressed(run, 0, 'first'))
      expect(await world.ann.commit(progressed(run, 0, 'second'))).toMatchObject({ result: 'replayed' })
      const log = await world.ann.runEvents(run.runId)
      expect(log.map(({ events }) => events)).toEqual([progressed(run, 0, 'first').events])
    })

    it('leaves the message pending', async () => {
      await using world = await openWorld()
      const run = await world.ann.ask('t', 'why?')
      await world.ann.keep(progressed(run, 0))
      expect(await world.ann.message('t', run.replyId)).toMatchObject({ status: 'pending', finishedAt: null })
    })

    it('belongs to one run', async () => {
      await using world = await openWorld()
      const [one, other] = [await world.ann.ask('t', 'one?'), await world.ann.ask('t', 'other?')]
      await world.ann.keep(progressed(one, 0, 'of one'))
      await world.ann.keep(progressed(other, 0, 'of other'))
      expect(await world.ann.runEvents(one.runId)).toMatchObject([
        { events: progressed(one, 0, 'of one').events },
      ])
    })
  })

  describe('the end of a run', () => {
    const ends: FinishedStatus[] = ['complete', 'stopped', 'failed', 'interrupted']

    it.each(ends)('finishes its message: %s', async (status) => {
      await using world = await openWorld()
      const run = await world.ann.ask('t', 'why?')
      const at = world.now
      await world.ann.keep(ended(run, 'because', { status }))
      const message = { status, text: 'because', finishedAt: at, runId: run.runId }
      expect(await world.ann.message('t', run.replyId)).toMatchObject(message)
      expect(await world.ann.run(run.runId)).toMatchObject({ status, endedAt: at })
      expect((await world.ann.thread('t'))?.updatedAt).toBe(at)
    })

    it('leaves what the answer stands on beside it', async () => {
      await using world = await openWorld()
      const run = await world.ann.ask('t', 'why?')
      const besides = { usage: json({ tokens: 3 }), sources: json([{ id: 's' }]), metadata: json({ a: 1 }) }
      await world.ann.keep(ended(run, 'because', { ...besides, model: 'm', provider: 'p' }))
      const read = {
        usage: { tokens: 3 },
        sources: [{ id: 's' }],
        metadata: { a: 1 },
        model: 'm',
        provider: 'p',
      }
      expect(await world.ann.message('t', run.replyId)).toMatchObject(read)
    })

    it('keeps the model that it was started with, when it names none', async () => {
      await using world = await openWorld()
      const run = started('t', 'q', { model: 'm', provider: 'p' })
      const kept = await world.ann.keep(said('t', 'why?', { id: 'q' }), run)
      await world.ann.keep(ended(must(kept.run, 'it was started'), 'because'))
      expect(await world.ann.message('t', run.replyId)).toMatchObject({ model: 'm', provider: 'p' })
    })

    it('may be in parts', async () => {
      await using world = await openWorld()
      const run = await world.ann.ask('t', 'why?')
      const { text: _, ...end } = ended(run, '')
      const parts = [
        { type: 'reasoning', text: 'hm' },
        { type: 'text', text: 'because' },
      ]
      await world.ann.keep({ ...end, parts })
      expect(await world.ann.message('t', run.replyId)).toMatchObject({ text: 'because', parts })
    })

    it('keeps the reason of a failure, and the words that had come', async () => {
      await using world = await openWorld()
      const run = await world.ann.ask('t', 'why?')
      await world.ann.keep(ended(run, 'beca', { status: 'failed', error: json({ code: 'model_failed' }) }))
      expect(await world.ann.run(run.runId)).toMatchObject({ error: { code: 'model_failed' } })
      expect(await world.ann.message('t', run.replyId)).toMatchObject({ status: 'failed', text: 'beca' })
    })

    it('comes once, and the first stays', async () => {
      await using world = await openWorld()
      const run = await world.ann.ask('t', 'why?')
      await world.ann.keep(ended(run, 'because'))
      const before = await world.ann.everything()
      expect(await world.ann.commit(ended(run, 'because'))).toEqual(refused('run_over'))
      expect(await world.ann.commit(ended(run, 'no', { status: 'failed' }))).toEqual(refused('run_over'))
      expect(await world.ann.everything()).toEqual(before)
    })

    it('of fewer batches than the log has by now is a conflict and ends nothing; of all of them it ends', async () => {
      await using world = await openWorld()
      const run = await world.ann.ask('t', 'why?')
      await world.ann.keep(progressed(run, 0, 'because'))
      const outcome = await world.ann.commit({ ...ended(run, ''), batches: 0 })
      expect(outcome).toEqual({ result: 'conflict', what: 'run', id: run.runId })
      expect(await world.ann.run(run.runId)).toMatchObject({ status: 'running' })
      await world.ann.keep({ ...ended(run, 'because'), batches: 1 })
      expect(await world.ann.message('t', run.replyId)).toMatchObject({ text: 'because' })
    })

    it('raced by 10 is won by one, and its words are read', async () => {
      await using world = await openWorld()
      const run = await world.ann.ask('t', 'why?')
      const outcomes = await Promise.all(range(10).map((i) => world.ann.commit(ended(run, `answer ${i}`))))
      expect(countBy(outcomes, ({ result }) => result)).toEqual({ kept: 1, refused: 9 })
      const winner = outcomes.findIndex(({ result }) => result === 'kept')
      expect((await world.ann.message('t', run.replyId))?.text).toBe(`answer ${winner}`)
    })

    it('leaves other runs going', async () => {
      await using world = await openWorld()
      const [one, other] = [await world.ann.ask('t', 'one?'), await world.ann.ask('t', 'other?')]
      await world.ann.keep(ended(one, 'answered'))
      expect(await world.ann.message('t', other.replyId)).toMatchObject({ status: 'pending' })
      await world.ann.keep(ended(other, 'answered too'))
    })
  })

  describe('a former owner', () => {
    const late: [string, (run: Held) => Change][] = [
      ['tell what it had in mind', (run) => composed(run, { late: true })],
      ['log', (run) => progressed(run, 9)],
      ['end', (run) => ended(run, 'too late')],
    ]

    it.each(late)('may not %s in an epoch that is not its own', async (_, write) => {
      await using world = await openWorld()
      const run = await world.ann.ask('t', 'why?')
      const before = await world.ann.everything()
      for (const epoch of otherEpochs(run)) {
        expect(await world.ann.commit(write({ ...run, epoch }))).toEqual(refused('run_over'))
      }
      expect([await world.ann.everything(), await world.ann.runEvents(run.runId)]).toEqual([before, []])
    })

    it.each(late)('may not %s after the end', async (_, write) => {
      await using world = await openWorld()
      const run = await world.ann.ask('t', 'why?')
      await world.ann.keep(ended(run, 'because'))
      expect(await world.ann.commit(write(run))).toEqual(refused('run_over'))
      expect((await world.ann.message('t', run.replyId))?.text).toBe('because')
    })

    it('may not write beside, in the commit that is refused', async () => {
      await using world = await openWorld()
      const run = await world.ann.ask('t', 'why?')
      await world.ann.keep(ended(run, 'because'))
      const outcome = await world.ann.commit(said('t', 'beside', { id: 'beside' }), progressed(run, 5))
      expect(outcome).toEqual(refused('run_over'))
      expect(await world.ann.message('t', 'beside')).toBeNull()
    })
  })

  describe('a stop', () => {
    it('is seen on the run, and the owner may still end it with the words so far', async () => {
      await using world = await openWorld()
      const run = await world.ann.ask('t', 'why?')
      const at = world.now
      await world.ann.keep(stopAsked(run))
      expect(await world.ann.run(run.runId)).toMatchObject({ status: 'running', stopAt: at })
      await world.ann.keep(ended(run, 'beca', { status: 'stopped' }))
      expect(await world.ann.message('t', run.replyId)).toMatchObject({ status: 'stopped', text: 'beca' })
    })
  })

  it('a stop that comes after the end changes nothing', async () => {
    await using world = await openWorld()
    const run = await world.ann.ask('t', 'why?')
    await world.ann.keep(ended(run, 'because'))
    const before = await world.ann.everything()
    expect(await world.ann.commit(stopAsked(run))).not.toMatchObject({ result: 'kept' })
    expect(await world.ann.everything()).toEqual(before)
  })

  it('those under way in a thread are named, to their owner and to nobody else', async () => {
    await using world = await openWorld()
    const [over, ...open] = [
      await world.ann.ask('t', 'one?'),
      await world.ann.ask('t', 'two?'),
      await world.ann.ask('t', 'three?'),
    ]
    await world.ann.keep(created('elsewhere'), ...asked('elsewhere', 'why?'))
    await world.ann.keep(ended(over, 'because'))
    expect(await world.ann.underWay('t')).toEqual(open.map(({ runId }) => runId).toSorted())
    expect(await world.ann.underWay('nowhere')).toEqual([])
    expect(await world.bob.underWay('t')).toEqual([])
  })

  it('a run ends also where its thread was put into the bin, and its words come back with it', async () => {
    await using world = await openWorld()
    const run = await world.ann.ask('t', 'why?')
    await world.ann.keep(binned('t'))
    await world.ann.keep(ended(run, 'because'))
    await world.ann.keep(threadRestored('t'))
    expect(await world.ann.message('t', run.replyId)).toMatchObject({ status: 'complete', text: 'because' })
  })

  describe('a run that is not there', () => {
    it.each<[string, Change]>([
      ['be composed', composed({ runId: 'nowhere', epoch: 1 }, {})],
      ['be logged', progressed({ runId: 'nowhere', epoch: 1 }, 0)],
      ['be stopped', stopAsked({ runId: 'nowhere' })],
      ['end', ended({ runId: 'nowhere', epoch: 1 }, 'x')],
    ])('may not %s', async (_, change) => {
      await using world = await openWorld()
      expect(await world.ann.commit(change)).toEqual(missing('run', 'nowhere'))
    })

    it('has nothing to read', async () => {
      await using world = await openWorld()
      expect(await world.ann.run('nowhere')).toBeNull()
      expect(await world.ann.runEvents('nowhere')).toEqual([])
    })
  })

  it('a question in a thread made for it begins its run there', async () => {
    await using world = await openWorld()
    const { threadId, run } = await world.ann.keep(
      created('new', { unless: 'there' }),
      ...asked('new', 'why?'),
    )
    const { runId } = must(run, 'the question was asked with a run')
    expect(threadId).toBe('new')
    expect(await world.ann.run(runId)).toMatchObject({ threadId: 'new', attempt: 1 })
  })
}

const otherEpochs = ({ epoch }: RunRef): number[] => [epoch - 1, epoch + 1].filter((other) => other >= 0)

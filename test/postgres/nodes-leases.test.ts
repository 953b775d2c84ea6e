// Who owns a run: its node for as long as it says so in time. The runs of the dead are ended by the living, once, with their words.
import { describe, expect, it } from 'vitest'
import { sweep } from '../../src/chat/recover.ts'
import { must } from '../../src/core/assert.ts'
import type { Change } from '../../src/core/change.ts'
import { ThreadkeepError } from '../../src/core/errors.ts'
import type { Run } from '../../src/core/run.ts'
import type { Store } from '../../src/core/store.ts'
import { hang } from '../../src/model/scripted.ts'
import { pause, until } from '../chat/talk.ts'
import { json } from '../store/commits.ts'
import { hasty, type Neighbour, openNodes } from './neighbours.ts'

const never = { sweepMs: 600_000 }

describe('the runs of a node that lives', () => {
  it('are renewed, and left alone by every other for longer than a lease', async () => {
    await using two = await openNodes(2, { script: [['By ', hang]], pace: hasty })
    const run = await asked(two.a)
    await pause(hasty.leaseMs * 2)
    const later = await runAt(two.b, run.id)
    expect(later).toMatchObject({ status: 'running', owner: two.a.keep.chat.owner })
    expect(later.leaseUntil - run.leaseUntil).toBeGreaterThan(hasty.leaseMs)
  })

  it('are left alone by a node that starts', async () => {
    await using two = await openNodes(1, { script: [['By ', hang]], pace: hasty })
    const run = await asked(two.a)
    const b = await two.street.node({ pace: hasty })
    expect(await runAt(b, run.id)).toMatchObject({ status: 'running' })
  })

  it('are told apart by the clock of the database, not by that of a node', async () => {
    await using two = await openNodes(1)
    await leftBehind(two.a, { leaseMs: 60_000, at: 1 })
    expect(await sweep(two.a.keep.chat, two.a.keep.upkeep)).toBe(0)
  })
})

describe('the runs of the dead', () => {
  it('are ended by another node, with what was written down', async () => {
    await using one = await openNodes(1, { pace: hasty })
    await leftBehind(one.a, { leaseMs: 500, words: ['Roses ', 'žl'] })
    const began = performance.now()
    await until(async () => (await runAt(one.a, 'r1')).status !== 'running')
    console.log(
      `a lease of 0.5 s, swept every 0.4 s: ended after ${Math.round(performance.now() - began)} ms`,
    )
    expect(await runAt(one.a, 'r1')).toMatchObject({ status: 'interrupted', error: { code: 'interrupted' } })
    expect((await one.a.as('ann').messages('t1'))[1]).toMatchObject({ text: 'Roses žl', status: 'interrupted' }) // prettier-ignore
  })

  it('are ended by a node that starts, before it opens its doors', async () => {
    await using one = await openNodes(1, { pace: never })
    await leftBehind(one.a, { leaseMs: 1 })
    await pause(20)
    const b = await one.street.node({ pace: never })
    expect(await runAt(b, 'r1')).toMatchObject({ status: 'interrupted' })
  })

  it('are stopped where a stop was asked for', async () => {
    await using one = await openNodes(1, { pace: hasty })
    await leftBehind(one.a, { leaseMs: 500, words: ['Roses '] })
    const { body } = await one.a.as('ann').post('/v1/threads/t1/runs/r1/stop')
    expect(body['run']).toMatchObject({ status: 'stopped', error: { code: 'stopped' } })
    expect((await one.a.as('ann').messages('t1'))[1]).toMatchObject({ text: 'Roses ', status: 'stopped' })
  })

  it('are told to those who follow them at another node', async () => {
    await using one = await openNodes(1, { pace: hasty })
    await leftBehind(one.a, { leaseMs: 800, words: ['Roses '] })
    const events = await (await one.a.as('ann').stream('/v1/threads/t1/runs/r1/events')).all()
    expect(events.map(({ event }) => event)).toEqual(['run.started', 'run.delta', 'run.ended', 'message.finished']) // prettier-ignore
    expect(events[2]?.data).toMatchObject({ status: 'interrupted' })
  })

  it('that nobody may end leave nobody hanging', async () => {
    await using one = await openNodes(1, { pace: { ...hasty, leaseMs: 300, renewMs: 50 }, storeUpkeep: '' })
    await leftBehind(one.a, { leaseMs: 300, words: ['Roses '] })
    const events = await (await one.a.as('ann').stream('/v1/threads/t1/runs/r1/events')).all()
    expect(events.map(({ event }) => event)).toEqual(['run.started', 'run.delta'])
    const { body } = await one.a.as('ann').ask('t1', 'And then?')
    const { id } = body['reply'] as unknown as { id: string }
    await until(async () => (await one.a.keep.store.message('ann', 't1', id))?.status === 'complete')
  })

  it('found by several at once are ended by one, and the others say nothing', async () => {
    await using three = await openNodes(3, { pace: never })
    for (let n = 0; n < 30; n++) await leftBehind(three.a, { leaseMs: 1, run: `r${n}`, thread: `t${n}` })
    const ended = await Promise.all(three.nodes.map(({ keep }) => sweep(keep.chat, keep.upkeep)))
    expect(ended.reduce((sum, count) => sum + count)).toBe(30)
    expect(three.nodes.flatMap(({ logs }) => logs)).toEqual([])
    const changes = must(await three.a.keep.store.changes('ann', 0, 200), 'nothing was trimmed')
    expect(changes.filter(({ kind }) => kind === 'run.ended')).toHaveLength(30)
  })
})

describe('an owner that was thought dead', () => {
  it('changes nothing any more, and lets go of its run', async () => {
    await using two = await openNodes(2, { script: [['By ', hang]], pace: { ...never, renewMs: 200 } })
    const run = await asked(two.a)
    await until(async () => (await two.b.keep.store.runEvents('ann', run.id, -1)).length === 1)
    await ended(two.b, run)
    await until(() => two.a.keep.chat.live.size === 0)
    expect(two.a.model.open).toBe(0)
    const late: Change[] = [
      { kind: 'run.progressed', runId: run.id, epoch: 1, ordinal: 1, position: 9, events: json([]) },
      { kind: 'run.renewed', runId: run.id, epoch: 1, leaseMs: 10_000 },
      { kind: 'run.ended', runId: run.id, epoch: 1, status: 'complete', text: 'By the wall, after all.' },
    ]
    const before = await everythingOf(two.b.keep.store)
    for (const change of late)
      expect(await commit(two.a, change)).toMatchObject({ result: 'refused', code: 'run_over' })
    expect(await everythingOf(two.b.keep.store)).toEqual(before)
  })

  it('that cannot tell the store in time lets go, and those who follow it hear its end', async () => {
    const pace = { ...hasty, sweepMs: 600_000 }
    await using two = await openNodes(1, { script: [['By ', hang]], pace })
    const run = await asked(two.a)
    const events = two.a.as('ann').stream(`/v1/threads/${run.threadId}/runs/${run.id}/events`).then((stream) => stream.all()) // prettier-ignore
    await until(async () => (await two.a.keep.store.runEvents('ann', run.id, -1)).length === 1)
    using cut = new DisposableStack()
    cut.use(cutOff(two.a))
    await until(() => two.a.keep.chat.live.size === 0)
    expect([two.a.model.open, (await runAt(two.a, run.id)).status]).toEqual([0, 'running'])
    const b = await two.street.node({ pace: hasty })
    expect((await events).slice(-2)).toMatchObject([{ event: 'run.ended', data: { status: 'interrupted' } }, { event: 'message.finished' }]) // prettier-ignore
    expect((await b.as('ann').messages(run.threadId))[1]).toMatchObject({
      text: 'By ',
      status: 'interrupted',
    })
  })

  it('that misses one renewal and not the next keeps its run', async () => {
    await using two = await openNodes(2, { script: [['By ', hang]], pace: hasty })
    const run = await asked(two.a)
    const cut = cutOff(two.a)
    await pause(hasty.leaseMs / 2)
    cut[Symbol.dispose]()
    await pause(hasty.leaseMs * 1.5)
    expect(await runAt(two.b, run.id)).toMatchObject({ status: 'running' })
  })
})

async function asked(node: Neighbour): Promise<Run> {
  const ann = node.as('ann')
  const threadId = await ann.thread()
  const stream = await ann.stream(`/v1/threads/${threadId}/messages`, { text: 'Which?' })
  const { data } = await stream.until('message.kept')
  await stream.until('run.delta')
  void stream.leave()
  return runAt(node, String(data['runId']))
}

const runAt = async ({ keep }: Neighbour, id: string): Promise<Run> =>
  must(await keep.store.run('ann', id), `the run ${id} is there`)

const commit = ({ keep }: Neighbour, ...changes: Change[]) =>
  keep.store.commit({ user: 'ann', at: Date.now(), changes })

const ended = (node: Neighbour, { id }: Run) =>
  commit(node, { kind: 'run.ended', runId: id, epoch: 1, status: 'interrupted', text: 'By ' })

type Left = { leaseMs: number; words?: string[]; run?: string; thread?: string; at?: number }

/** What a node that died had written down of an answer. */
async function leftBehind(
  { keep }: Neighbour,
  { leaseMs, words = [], run = 'r1', thread = 't1', at = Date.now() }: Left,
): Promise<void> {
  const id = `${thread} question`
  const [there, owner] = [
    { threadId: thread, messageId: id },
    { owner: 'the dead', leaseMs },
  ]
  const begun: Change[] = [
    { kind: 'thread.created', threadId: thread, unless: 'there', title: 'The garden' },
    { kind: 'message.said', threadId: thread, id, role: 'user', text: 'Which?' },
    { kind: 'run.started', ...there, ...owner, runId: run, replyId: `${run} reply`, attempt: 'first' },
  ]
  expect(await keep.store.commit({ user: 'ann', at, changes: begun })).toMatchObject({ result: 'kept' })
  for (const [ordinal, text] of words.entries()) {
    const events = json([{ type: 'delta', part: 0, kind: 'text', text }])
    const batch: Change = { kind: 'run.progressed', runId: run, epoch: 1, ordinal, position: 0, events }
    await keep.store.commit({ user: 'ann', at, changes: [batch] })
  }
}

/** The chat of this node cannot write; what it reads still comes. */
function cutOff({ keep }: Neighbour): Disposable {
  const store = keep.chat.store
  const real = { ...store }
  const away = new ThreadkeepError('unavailable', 'The store is away.', 'Later.')
  store.commit = async () => {
    throw away
  }
  return { [Symbol.dispose]: () => void Object.assign(store, real) }
}

async function everythingOf(store: Store): Promise<unknown[]> {
  return Array.fromAsync(store.everything('ann'))
}

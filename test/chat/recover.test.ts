// The runs of a process that died end as interrupted at the next start, with what they had written down; nothing keeps the house shut.
import { expect, it } from 'vitest'
import type { Change } from '../../src/core/change.ts'
import type { RunEntry } from '../../src/core/run-log.ts'
import { hang, says } from '../../src/model/scripted.ts'
import { binned, created, json, said, started, threadRestored } from '../store/commits.ts'
import { here, openTalk, pause, until, type Talk, wordsIn } from './talk.ts'

it('an open run of the dead is interrupted, and keeps its durable words', async () => {
  await using talk = await openTalk([])
  await leftBehind(talk, here, 'm1', [['Roses ', 'žl'], ['uté 🌹']])
  expect([await talk.recover(), await talk.openRuns()]).toEqual([1, 0])
  expect(await talk.message('m1 reply')).toMatchObject({ status: 'interrupted', text: 'Roses žluté 🌹', finishedAt: expect.any(Number) }) // prettier-ignore
  const events = await talk.heardOf('m1 run', { epoch: 1, bytes: 6, pieces: 0 })
  expect([wordsIn(events), events.at(-2)]).toMatchObject([
    'žluté 🌹',
    { status: 'interrupted', error: { code: 'interrupted' } },
  ])
})

it('one that had said nothing is interrupted without words', async () => {
  await using talk = await openTalk([])
  await leftBehind(talk, here, 'm1', [])
  await talk.recover()
  expect(await talk.message('m1 reply')).toMatchObject({ status: 'interrupted', text: '' })
})

it('thoughts and pieces are kept too', async () => {
  await using talk = await openTalk([])
  const call = { type: 'tool-call', callId: 'c', name: 'n', input: {} }
  await leftBehind(talk, here, 'm1', [['So. ', call], ['Then.']])
  await talk.recover()
  expect((await talk.message('m1 reply')).parts).toEqual([{ type: 'text', text: 'So. ' }, call, { type: 'text', text: 'Then.' }]) // prettier-ignore
})

it('one in a thread that is in the bin ends too, and comes back with it', async () => {
  await using talk = await openTalk([])
  await leftBehind(talk, here, 'm1', [['Roses ']])
  await talk.commit(binned(here))
  expect([await talk.recover(), await talk.openRuns()]).toEqual([1, 0])
  await talk.commit(threadRestored(here))
  expect(await talk.message('m1 reply')).toMatchObject({ status: 'interrupted', text: 'Roses ' })
})

it('1,000 of them end before anybody could grow impatient', async () => {
  await using talk = await openTalk([])
  const all = Array.from({ length: 1_000 }, (_, n) =>
    leftBehind(talk, `t${n % 250}`, `m${n}`, [[`answer ${n}`]]),
  )
  await Promise.all(all)
  const began = performance.now()
  expect([await talk.recover(), await talk.openRuns()]).toEqual([1_000, 0])
  const ms = performance.now() - began
  console.log(`1,000 open runs recovered in ${Math.round(ms)} ms`)
  expect([await talk.message('m777 reply', 't27'), ms < 5_000]).toMatchObject([{ text: 'answer 777' }, true])
}, 30_000)

it('one that is alive here is left alone', async () => {
  await using talk = await openTalk([['By ', hang]])
  const alive = await talk.say('Which roses?', { threadId: 'thread-2' })
  await leftBehind(talk, here, 'm1', [['Roses ']])
  expect([await talk.recover(), (await talk.run(alive)).status]).toEqual([1, 'running'])
})

it('what was said after the interrupted answer is answered when it is asked for', async () => {
  await using talk = await openTalk([says('Here.')])
  await leftBehind(talk, here, 'm1', [['Roses ']])
  await talk.recover()
  expect(await talk.ask('And now?', { id: 'm2' })).toMatchObject({ text: 'Here.' })
  expect(await talk.message('m2')).toMatchObject({ parentId: 'm1 reply' })
})

it('a log that cannot be read ends its run all the same, is reported, and keeps no other from its end', async () => {
  await using talk = await openTalk([])
  await leftBehind(talk, here, 'm1', [])
  await leftBehind(talk, 'thread-2', 'm2', [['Roses ']])
  await talk.commit({ kind: 'run.progressed', runId: 'm1 run', epoch: 1, ordinal: 0, position: 0, events: json([{ type: 'delta', part: 7, kind: 'text', text: 'x' }]) }) // prettier-ignore
  await talk.recover()
  expect([await talk.openRuns(), talk.reports.length]).toEqual([0, 1])
  expect(await talk.message('m1 reply')).toMatchObject({ status: 'interrupted' })
  expect(await talk.message('m2 reply', 'thread-2')).toMatchObject({ status: 'interrupted', text: 'Roses ' })
})

it('the dead who comes back changes nothing', async () => {
  await using talk = await openTalk([['By ', hang]])
  const said = await talk.say('Which roses?')
  await until(() => said.live?.log.length === 1)
  const { replyId, runId } = said.kept.run ?? { replyId: '', runId: '' }
  await talk.commit({ kind: 'run.ended', runId, epoch: 1, status: 'interrupted', text: 'By' })
  said.live?.stop('asked')
  await said.live?.over
  await pause(10)
  expect(await talk.message(replyId)).toMatchObject({ status: 'interrupted', text: 'By' })
})

/** A question and what a process that died had written down of its answer, batch by batch. */
async function leftBehind(
  talk: Talk,
  threadId: string,
  id: string,
  batches: (string | object)[][],
): Promise<void> {
  const run = { runId: `${id} run`, replyId: `${id} reply`, owner: 'the dead' }
  const question = said(threadId, 'Which roses?', { id })
  await talk.commit(created(threadId, { unless: 'there' }), question, started(threadId, id, run))
  const entries = entriesOf(batches)
  for (const [ordinal, events] of entries.entries()) await talk.commit(batch(run.runId, ordinal, events))
}

function entriesOf(batches: (string | object)[][]): RunEntry[][] {
  let part = -1
  let before: unknown = null
  const entryOf = (said: string | object): RunEntry => {
    if (typeof said === 'object' || typeof before !== 'string') part++
    before = said
    return typeof said === 'string'
      ? { type: 'delta', part, kind: 'text', text: said }
      : { type: 'part', part, value: said as { type: string } }
  }
  return batches.map((batch) => batch.map(entryOf))
}

const batch = (runId: string, ordinal: number, events: RunEntry[]): Change => ({
  kind: 'run.progressed',
  runId,
  epoch: 1,
  ordinal,
  position: 0,
  events: json(events),
})

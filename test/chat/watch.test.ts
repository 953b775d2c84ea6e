// What a house does beside answering, where it is alone with its store: whatever is open and not alive here is ended, at the start and later.
import { expect, it } from 'vitest'
import { usualPace } from '../../src/chat/pace.ts'
import { sweep } from '../../src/chat/recover.ts'
import { ThreadkeepError } from '../../src/core/errors.ts'
import type { Store } from '../../src/core/store.ts'
import { end, hang, says } from '../../src/model/scripted.ts'
import { created, said, started } from '../store/commits.ts'
import { here, openTalk, pause, type Talk, until } from './talk.ts'

const pace = { ...usualPace, leaseMs: 100, sweepMs: 50 }

it('at its start everything that is open is ended, whatever its lease says', async () => {
  await using talk = await openTalk([])
  await leftBehind(talk, 60_000)
  await talk.watch()
  expect(await talk.message('m1 reply')).toMatchObject({ status: 'interrupted' })
})

it('an answer whose end could not be written is ended when its lease is over', async () => {
  await using talk = await openTalk([['By the wall', end()]], { pace, between: withoutEnds })
  await talk.watch()
  const asked = await talk.say('Which roses?')
  await talk.allOver()
  await until(async () => (await talk.run(asked)).status === 'interrupted')
  expect(talk.reports.length).toBeGreaterThan(0)
})

it('one that is alive here is left alone, however long it takes', async () => {
  await using talk = await openTalk([['By ', hang]], { pace })
  await talk.watch()
  const asked = await talk.say('Which roses?')
  await pause(300)
  expect(await talk.upkeep.expiredRuns(9)).toHaveLength(1)
  expect(await talk.run(asked)).toMatchObject({ status: 'running' })
})

it('before its lease is over a run is not swept', async () => {
  await using talk = await openTalk([says('Here.')])
  await leftBehind(talk, 60_000)
  expect([await sweep(talk.chat, talk.upkeep), await talk.openRuns()]).toEqual([0, 1])
})

it('those who were asked to stop are known by their owner', async () => {
  await using talk = await openTalk([])
  await leftBehind(talk, 60_000)
  expect(await talk.upkeep.stopsAsked('the dead')).toEqual([])
  await talk.commit({ kind: 'run.stopAsked', runId: 'm1 run' })
  expect(await talk.upkeep.stopsAsked('the dead')).toMatchObject([{ userId: 'ann', runId: 'm1 run' }])
  expect(await talk.upkeep.stopsAsked('somebody else')).toEqual([])
})

it('after it is over nothing is looked at any more', async () => {
  await using talk = await openTalk([], { pace })
  const watch = await talk.watch()
  watch[Symbol.dispose]()
  await leftBehind(talk, 1)
  await pause(200)
  expect(await talk.openRuns()).toBe(1)
})

/** A question, and the answer of somebody who is gone. */
async function leftBehind(talk: Talk, leaseMs: number): Promise<void> {
  const run = { runId: 'm1 run', replyId: 'm1 reply', owner: 'the dead', leaseMs }
  await talk.commit(created(here), said(here, 'Which roses?', { id: 'm1' }), started(here, 'm1', run))
}

/** The node that answers can write no end, and whoever sweeps can. */
const withoutEnds = (store: Store): Store => ({
  ...store,
  commit: async (asked) => {
    if (asked.changes.some((change) => change.kind === 'run.ended' && change.status !== 'interrupted'))
      throw new ThreadkeepError('storage_full', 'No room.', 'Later.')
    return store.commit(asked)
  },
})

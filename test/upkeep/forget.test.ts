// C13: what is forgotten is in no file of the data folder within a second, and what was thrown away is forgotten after thirty days.
import { spawnSync } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { keptOrThrow } from '../../src/core/receipt.ts'
import type { Change } from '../../src/core/change.ts'
import { scriptedModel } from '../../src/model/scripted.ts'
import { threadkeep } from '../../src/server.ts'
import { expiredIn } from '../../src/store/sqlite/purge.ts'
import { keptInBinMs, purgeBin } from '../../src/upkeep/purge.ts'
import { Home } from '../crash/home.ts'
import {
  asked,
  binned,
  created,
  deleted,
  ended,
  json,
  placePut,
  progressed,
  restored,
  said,
  threadRestored,
} from '../store/commits.ts'
import { examined, forgotten, keep, threadForgotten } from './kept.ts'

const secret = 'xylophone-quartz'
const day = 24 * 60 * 60_000

const housed = (home: Home) =>
  threadkeep({ data: home.folder, model: scriptedModel([]), log: (line) => lines.push(line.what) })
const lines: string[] = []

/** The files in which these words stand. Looked for by another process: closing a file would take this one's locks on it away. */
function holding(home: Home, words: string): string[] {
  const { stdout } = spawnSync('grep', ['-rlaF', words, home.folder], { encoding: 'utf8' })
  return stdout.split('\n').filter(Boolean)
}

async function tellSecret(store: Parameters<typeof keep>[0], thread: string, id: string): Promise<void> {
  const [question, run] = asked(thread, `Between us: ${secret}`, {
    id,
    tag: secret,
    metadata: json({ note: secret.repeat(400) }),
  })
  const outcome = keptOrThrow(await store.commit({ user: 'ann', at: Date.now(), changes: [question, run] }))
  if (!outcome.run) throw new Error('a question has a run')
  for (const draft of [`${secret} begun`, null]) await keep(store, 'ann', placePut(thread, { draft }))
  await keep(store, 'ann', progressed(outcome.run, 0, `you said ${secret}`))
  await keep(store, 'ann', ended(outcome.run, `${secret}, I shall remember`))
  await keep(store, 'ann', forgotten(thread, outcome.run.replyId))
}

describe('what is forgotten', () => {
  it.each<[string, (id: string) => Change]>([
    ['a message', (id) => forgotten('t', id)],
    ['its thread', () => threadForgotten('t')],
  ])('is in no file of the running house a second later: %s', async (_, forget) => {
    using home = new Home()
    await using house = await housed(home)
    await keep(house.store, 'ann', created('t'))
    await keep(house.store, 'ann', created('u'), said('u', 'stays'))
    await tellSecret(house.store, 't', 'm')
    expect(holding(home, secret)).not.toEqual([])
    await keep(house.store, 'ann', forget('m'))
    await pause(1_000)
    expect(holding(home, secret)).toEqual([])
  })

  it('is in no file either as the draft of what was never said', async () => {
    using home = new Home()
    await using house = await housed(home)
    await keep(house.store, 'ann', created('t'), said('t', 'stays'))
    for (const draft of [secret.repeat(400), `${secret}, and more`])
      await keep(house.store, 'ann', placePut('t', { draft }))
    expect(holding(home, secret)).not.toEqual([])
    await keep(house.store, 'ann', threadForgotten('t'))
    await pause(1_000)
    expect(holding(home, secret)).toEqual([])
  })

  it('is in no file although others write all the while', async () => {
    using home = new Home()
    await using house = await housed(home)
    for (const user of ['ann', 'bob', 'cat', 'dan']) await keep(house.store, user, created('t'))
    const writing = new AbortController()
    const others = ['bob', 'cat', 'dan'].map(async (user) => {
      while (!writing.signal.aborted) await keep(house.store, user, said('t', 'something else'))
    })
    await tellSecret(house.store, 't', 'm')
    await keep(house.store, 'ann', forgotten('t', 'm'))
    await pause(1_000)
    writing.abort()
    await Promise.all(others)
    expect(holding(home, secret)).toEqual([])
  })
})

describe('the bin', () => {
  it('is emptied of what has been in it for thirty days, and of nothing sooner', async () => {
    using home = new Home()
    const now = Date.UTC(2026, 6, 1)
    await using store = await home.open()
    const at = async (daysAgo: number, ...changes: Change[]) =>
      keptOrThrow(await store.commit({ user: 'ann', at: now - daysAgo * day, changes }))
    await at(90, created('t'), said('t', `old ${secret}`, { id: 'old' }), said('t', 'young', { id: 'young' }))
    await at(80, said('t', 'taken back', { id: 'back' }))
    for (const thread of ['gone', 'stays', 'back']) await at(80, created(thread), said(thread, secret))
    await at(31, deleted('t', 'old'), deleted('t', 'back'))
    for (const thread of ['gone', 'back']) await at(31, binned(thread))
    await at(29, deleted('t', 'young'), restored('t', 'back'))
    await at(29, binned('stays'))
    await at(29, threadRestored('back'))
    const bin = (before: number, time: number, limit: number) => expiredIn(home.file, before, time, limit)
    expect(await purgeBin(store, bin, now)).toBe(2)
    expect(await store.thread('ann', 'gone')).toBeNull()
    expect(await store.message('ann', 't', 'old')).toMatchObject({ status: 'deleted', text: '' })
    expect((await store.commit({ user: 'ann', at: now, changes: [restored('t', 'old')] })).result).toBe(
      'refused',
    )
    expect((await store.commit({ user: 'ann', at: now, changes: [restored('t', 'young')] })).result).toBe(
      'kept',
    )
    expect((await store.message('ann', 't', 'back'))?.text).toBe('taken back')
    expect((await store.thread('ann', 'stays'))?.binnedAt).toBe(now - 29 * day)
    expect(await purgeBin(store, bin, now)).toBe(0)
    expect(await purgeBin(store, bin, now + keptInBinMs)).toBe(1)
    expect(examined(home).findings).toEqual([])
  })

  it('is emptied by the house itself, and leaves no word in its files', async () => {
    using home = new Home()
    const long = Date.now() - 31 * day
    {
      await using store = await home.open()
      const commit = async (...changes: Change[]) =>
        keptOrThrow(await store.commit({ user: 'ann', at: long, changes }))
      await commit(created('t'), said('t', secret, { id: 'm' }))
      await commit(created('gone'), said('gone', secret))
      await commit(deleted('t', 'm'))
      await commit(binned('gone'))
    }
    expect(holding(home, secret)).not.toEqual([])
    await using house = await housed(home)
    await expect.poll(() => house.store.thread('ann', 'gone'), { timeout: 3_000 }).toBeNull()
    await pause(1_000)
    expect(holding(home, secret)).toEqual([])
  })
})

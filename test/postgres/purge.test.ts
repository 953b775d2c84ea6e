// What has been in the bin for thirty days is forgotten, by whichever node comes first, and nothing else is.
import { describe, expect, it } from 'vitest'
import type { Store } from '../../src/core/store.ts'
import { Everybody } from '../../src/store/postgres/everybody.ts'
import { expiredOf } from '../../src/store/postgres/purge.ts'
import { keptInBinMs, purgeBin } from '../../src/upkeep/purge.ts'
import { binned, deleted } from '../store/commits.ts'
import { keep, messagesOf } from '../upkeep/kept.ts'
import { type Filled, filled } from './filled.ts'
import { openAsApp } from './house.ts'
import { asSuper } from './super.ts'
import { openNode } from './whole-house.ts'

const later = Date.UTC(2026, 0, 1) + keptInBinMs + 60_000

async function purged(house: Filled, store: Store, now: number): Promise<number> {
  await using everybody = new Everybody(house.place, 10_000)
  return await purgeBin(store, (...asked) => expiredOf(everybody, ...asked), now)
}

/** Ann threw a thread away, Bob a message. */
async function thrownAway(house: Filled): Promise<Store> {
  const store = await openAsApp(house.database)
  await keep(store, 'ann', binned('t1'))
  await keep(store, 'bob', deleted('t2', 'm3'))
  return store
}

const left = (house: Filled) =>
  house.asked(`SELECT (SELECT count(*)::int FROM threadkeep.bin) AS bin,
    (SELECT count(*)::int FROM threadkeep.threads) AS threads, (SELECT count(*)::int FROM threadkeep.messages) AS messages`)

describe('the upkeep login', () => {
  it.each(['user_id, deleted_at FROM threadkeep.bin', 'id, keep_until FROM threadkeep.threads'])(
    'may ask whose time has come: %s',
    async (what) => {
      await using house = await filled()
      await expect(asUpkeep(house, what)).resolves.toBeInstanceOf(Array)
    },
  )

  it.each([
    'text FROM threadkeep.bin',
    'seq FROM threadkeep.bin',
    'id FROM threadkeep.messages',
    'title FROM threadkeep.threads',
  ])('may not ask what it is: %s', async (what) => {
    await using house = await filled()
    await expect(asUpkeep(house, what)).rejects.toMatchObject({ code: '42501' })
  })
})

const asUpkeep = (house: Filled, what: string) =>
  asSuper(
    house.database.urlFor('threadkeep_upkeep'),
    async (client) => (await client.query(`SELECT ${what}`)).rows,
  )

describe('the bin', () => {
  it('keeps everything for thirty days, and then nothing of it', async () => {
    await using house = await filled()
    await using store = await thrownAway(house)
    const before = await left(house)
    expect(before).toEqual({ bin: 1, threads: 6, messages: 48 })
    expect(await purged(house, store, later - 120_000)).toBe(0)
    expect(await left(house)).toEqual(before)
    expect(await purged(house, store, later)).toBe(2)
    expect(await left(house)).toEqual({ bin: 0, threads: 5, messages: 40 })
    expect((await messagesOf(store, 'bob', 't2')).find(({ id }) => id === 'm3')).toMatchObject({ text: '' })
    expect(await house.kinds()).toEqual([])
  })

  it('keeps for as long as a thread says itself', async () => {
    await using house = await filled()
    await using store = await thrownAway(house)
    await house.plant(
      `UPDATE threadkeep.threads SET keep_until = ${later + 1} WHERE user_id = 'ann' AND id = 't1'`,
    )
    expect(await purged(house, store, later)).toBe(1)
    expect(await purged(house, store, later + 2)).toBe(1)
  })

  it('is emptied although two nodes come for it at the same time, and nothing is wrong after it', async () => {
    await using house = await filled()
    await using one = await thrownAway(house)
    await using two = await openAsApp(house.database)
    await Promise.all([one, two, one, two].map((store) => purged(house, store, later)))
    expect(await left(house)).toEqual({ bin: 0, threads: 5, messages: 40 })
    expect(await purged(house, one, later)).toBe(0)
    expect(await house.kinds()).toEqual([])
  })

  it('is emptied of everybody whose time has come, however many', async () => {
    await using house = await filled()
    await using store = await openAsApp(house.database)
    await house.plant(`
      INSERT INTO threadkeep.users (id, change_seq, created_at) SELECT 'u' || n, 1, 0 FROM generate_series(1, 450) n;
      INSERT INTO threadkeep.changes (user_id, change_seq, thread_id, kind) SELECT 'u' || n, 1, 't', 5 FROM generate_series(1, 450) n;
      INSERT INTO threadkeep.threads (user_id, id, born, message_count, last_seq, fork_count, chain, created_as, change_seq, created_at,
        updated_at, binned_at) SELECT 'u' || n, 't', 1, 0, 0, 0, decode(repeat('00', 16), 'hex'), '', 1, 0, 0, 0 FROM generate_series(1, 450) n`)
    expect(await purged(house, store, later)).toBe(450)
  })

  it('is emptied by a running node with the upkeep login, and left alone by one without, which says so', async () => {
    await using house = await filled()
    await (await thrownAway(house))[Symbol.asyncDispose]()
    const day = 24 * 60 * 60_000
    await house.plant(
      `UPDATE threadkeep.threads SET binned_at = ${Date.now() - 31 * day} WHERE binned_at IS NOT NULL`,
      `UPDATE threadkeep.bin SET deleted_at = ${Date.now() - 29 * day}`,
    )
    await using without = await openNode(house.database, { storeUpkeep: '' })
    expect(without.logs.map(({ what }) => what).join()).toMatch(
      /THREADKEEP_STORE_UPKEEP is not set.*bin after 30 days/,
    )
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    expect(await left(house)).toMatchObject({ threads: 6 })
    await using _ = await openNode(house.database)
    await expect.poll(() => left(house)).toEqual({ bin: 1, threads: 5, messages: 40 })
  })
})

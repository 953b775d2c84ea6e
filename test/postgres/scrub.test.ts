// The scrub of a database goes round in bounded pieces, finds words and chains that rotted, goes on where it was, and tells the house.
import { describe, expect, it } from 'vitest'
import { readTally } from '../../src/store/doctor/scrub-tally.ts'
import { Everybody } from '../../src/store/postgres/everybody.ts'
import { atTheBeginning, type DatabaseScrub, look } from '../../src/store/postgres/scrub.ts'
import { keepUp } from '../../src/upkeep/house.ts'
import { said } from '../store/commits.ts'
import { keep } from '../upkeep/kept.ts'
import { type Filled, filled } from './filled.ts'
import { openAsApp } from './house.ts'

const rot = `UPDATE threadkeep.messages SET text = 'never said' WHERE user_id = 'bob' AND thread_id = 't2' AND seq = 4`

async function round(
  house: Filled,
  from: DatabaseScrub,
  rows = 7,
): Promise<DatabaseScrub & { pieces: number }> {
  await using everybody = new Everybody(house.place, 10_000)
  let [state, pieces] = [from, 0]
  for (; state.round === from.round && pieces < 1_000; pieces++) state = await look(everybody, state, rows)
  return { ...state, pieces }
}

describe('the scrub of a database', () => {
  it('goes round in pieces and finds nothing where nothing is wrong', async () => {
    await using house = await filled()
    const { pieces, ...state } = await round(house, atTheBeginning)
    expect(state).toMatchObject({ round: 2, user: '', found: [], mismatches: 0 })
    expect(pieces).toBeGreaterThan(10)
  })

  it.each([
    ['altered_words', rot, { user: 'bob', thread: 't2', message: 'm4' }],
    [
      'chain_drift',
      `DELETE FROM threadkeep.messages WHERE user_id = 'ann' AND thread_id = 't3' AND seq = 1`,
      { user: 'ann', thread: 't3' },
    ],
  ])('finds %s wherever it is, once a round', async (kind, planted, where) => {
    await using house = await filled()
    await house.plant(planted)
    const once = await round(house, atTheBeginning)
    expect(once.found).toMatchObject([{ kind, where }])
    expect(await round(house, once)).toMatchObject({ found: [{ kind, where }], mismatches: 2 })
  })

  it('finds nothing while others write', async () => {
    await using house = await filled()
    await using store = await openAsApp(house.database)
    const over = new AbortController()
    const writing = (async () => {
      for (let i = 0; !over.signal.aborted; i++) await keep(store, 'ann', said('t1', `while it looks ${i}`))
    })()
    let state: DatabaseScrub = atTheBeginning
    for (let i = 0; i < 5; i++) state = await round(house, state)
    over.abort()
    await writing
    expect(state).toMatchObject({ round: 6, mismatches: 0 })
  })

  it('goes on where it was after a restart, and tells the house', async () => {
    await using house = await filled()
    await house.plant(rot)
    const told: string[] = []
    const { place, looked, folder } = house
    const settings = {
      ...looked,
      pace: { scrubAfterMs: 0, scrubRows: 10, scrubEveryMs: 5, scrubRestMs: 0, purgeEveryMs: 60_000 },
    }
    {
      await using store = await openAsApp(house.database)
      await using kept = keepUp(store, settings, ({ what }) => void told.push(what))
      await expect.poll(() => kept.gauges()['checksum_fail'] ?? 0).toBeGreaterThan(0)
      expect(kept.gauges()).toMatchObject({ scrub_round: expect.any(Number) as number })
    }
    expect(told.join()).toMatch(/The scrub found: The words of message 4/)
    const first = readTally(folder, () => true)?.round ?? 0
    await using store = await openAsApp(house.database)
    await using _ = keepUp(store, settings, () => {})
    await expect.poll(() => readTally(folder, () => true)?.round).toBeGreaterThan(first)
    expect(place.folder).toBe(folder)
  })
})

describe('between two rounds', () => {
  it('is rest, also over a restart', async () => {
    await using house = await filled()
    const pace = { scrubAfterMs: 0, scrubRows: 1_000, scrubEveryMs: 5, purgeEveryMs: 60_000 }
    await using store = await openAsApp(house.database)
    for (let start = 0; start < 2; start++) {
      await using _ = keepUp(store, { ...house.looked, pace }, () => {})
      await expect.poll(() => readTally(house.folder, () => true)?.round).toBe(2)
      await new Promise((resolve) => setTimeout(resolve, 300))
    }
    expect(readTally(house.folder, () => true)).toMatchObject({ round: 2, messages: 0 })
  })
})

describe('the look at the door', () => {
  it('tells what is wrong with what was said last', async () => {
    await using house = await filled()
    await house.plant(`UPDATE threadkeep.messages SET text = 'never said' WHERE user_id = 'bob' AND seq = 8`)
    const told: string[] = []
    await using store = await openAsApp(house.database)
    await using _ = keepUp(store, house.looked, ({ what }) => void told.push(what))
    await expect.poll(() => told.join()).toMatch(/The words of message 8/)
  })

  it('says nothing where nothing is wrong, and does nothing without the login', async () => {
    await using house = await filled()
    const told: string[] = []
    await using store = await openAsApp(house.database)
    const { storeUpkeep: _, ...without } = house.looked
    await using one = keepUp(store, house.looked, ({ what }) => void told.push(what))
    await using two = keepUp(store, without, ({ what }) => void told.push(what))
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect([told, one.gauges(), two.gauges()]).toEqual([[], {}, {}])
  })
})

// What a running house does without being asked: it scrubs, it backs up and tries the backup, and says how old that is.
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { must } from '../../src/core/assert.ts'
import { Scrub } from '../../src/store/sqlite/scrub.ts'
import { beginning, readScrub, type ScrubState } from '../../src/store/sqlite/scrub-state.ts'
import { keepUp, type UpkeepSettings } from '../../src/upkeep/house.ts'
import { backupsIn, newestVerified } from '../../src/upkeep/shelf.ts'
import { said } from '../store/commits.ts'
import { edit, filledHome, keep } from './kept.ts'

/** Looks until the round is over, in pieces of seven rows. */
function round(file: string, from: ScrubState): ScrubState {
  using scrub = new Scrub(file)
  let state = from
  for (let pieces = 0; state.round === from.round && pieces < 1_000; pieces++) state = scrub.look(state, 7)
  return state
}

describe('the scrub', () => {
  it('goes round and finds nothing where nothing is wrong', async () => {
    using home = await filledHome()
    expect(round(home.file, beginning)).toMatchObject({
      round: 2,
      phase: 'messages',
      found: [],
      mismatches: 0,
    })
  })

  it.each([
    [
      'altered_words',
      `UPDATE messages SET text = 'never said' WHERE user = 2 AND thread = 5 AND seq = 4`,
      { user: 'bob', thread: 't2', message: 'm4' },
    ],
    [
      'chain_drift',
      `DELETE FROM messages WHERE user = 1 AND thread = 3 AND seq = 1`,
      { user: 'ann', thread: 't3' },
    ],
  ])('finds %s wherever it is, once a round', async (kind, planted, where) => {
    using home = await filledHome()
    edit(home.file, planted)
    const once = round(home.file, beginning)
    expect(once.found).toMatchObject([{ kind, where }])
    expect(round(home.file, once)).toMatchObject({ found: [{ kind, where }], mismatches: 2 })
  })

  it('goes on where it was after a restart, and tells the house', async () => {
    using home = await filledHome()
    edit(home.file, `UPDATE messages SET text = 'never said' WHERE user = 2 AND thread = 5 AND seq = 4`)
    const told: string[] = []
    const settings = { data: home.folder, pace: { scrubAfterMs: 0, scrubRows: 10, scrubEveryMs: 5 } }
    {
      await using store = await home.open()
      await using kept = keepUp(store, settings, ({ what }) => void told.push(what))
      await expect.poll(() => kept.gauges()['checksum_fail'], { timeout: 10_000 }).toBeGreaterThan(0)
    }
    expect(told.join()).toMatch(/The scrub found: The words of message 4/)
    const first = must(readScrub(home.folder), 'its place was kept')
    await using store = await home.open()
    await using _ = keepUp(store, settings, () => {})
    await expect.poll(() => readScrub(home.folder)?.round, { timeout: 10_000 }).toBeGreaterThan(first.round)
  })
})

describe('backups by the clock', () => {
  it('are made when one is due, tried, and told by their age and reach', async () => {
    using home = await filledHome()
    await using store = await home.open()
    const settings: UpkeepSettings = { data: home.folder, backup: home.aside, backupKeep: 2 }
    await using kept = keepUp(store, settings, () => {})
    expect(kept.gauges()).toEqual({})
    await expect.poll(() => newestVerified(home.aside), { timeout: 15_000 }).not.toBeNull()
    expect(kept.gauges()).toMatchObject({
      backup_age_seconds: expect.closeTo(5, -1) as number,
      restore_verified_age_seconds: expect.closeTo(5, -1) as number,
    })
    const reach = kept.backedUpTo('ann')
    expect(reach).toBe((await store.user('ann'))?.changeSeq)
    await keep(store, 'ann', said('t1', 'not in the backup'))
    expect(kept.backedUpTo('ann')).toBe(reach)
    expect(kept.backedUpTo('nobody')).toBeNull()
  })

  it('are not made again before their time', async () => {
    using home = await filledHome()
    await using store = await home.open()
    const settings: UpkeepSettings = { data: home.folder, backup: home.aside }
    for (let start = 0; start < 2; start++) {
      await using _ = keepUp(store, settings, () => {})
      await expect.poll(() => newestVerified(home.aside), { timeout: 15_000 }).not.toBeNull()
      await new Promise((resolve) => setTimeout(resolve, 300))
    }
    expect(backupsIn(home.aside)).toHaveLength(1)
  })

  it('that fail are told in words', async () => {
    using home = await filledHome()
    await using store = await home.open()
    const told: object[] = []
    await using _ = keepUp(
      store,
      { data: home.folder, backup: join(home.file, 'not a folder') },
      (line) => void told.push(line),
    )
    await expect
      .poll(() => told, { timeout: 10_000 })
      .toMatchObject([{ level: 'error', what: /could not be made/ }])
  })
})

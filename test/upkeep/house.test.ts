// What a running house does without being asked: it scrubs, it backs up and tries the backup, and says how old that is.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { must } from '../../src/core/assert.ts'
import { openReading } from '../../src/store/sqlite/connection.ts'
import { attempt } from '../../src/store/sqlite/salvage-rows.ts'
import { Scrub } from '../../src/store/sqlite/scrub.ts'
import { beginning, readScrub, type ScrubState } from '../../src/store/sqlite/scrub-state.ts'
import { keepUp, type UpkeepSettings } from '../../src/upkeep/house.ts'
import { backupsIn, newestVerified } from '../../src/upkeep/shelf.ts'
import { said } from '../store/commits.ts'
import { edit, filledHome, keep, newlyFilledHome } from './kept.ts'

/** Rubbish over a page; how many messages can still be read. */
function spoilt(file: string, page: number): number {
  const bytes = readFileSync(file)
  for (let at = 0; at < 8192; at++) bytes[page * 8192 + at] = (at * 7 + 13) & 255
  writeFileSync(file, bytes)
  for (const end of ['-wal', '-shm']) rmSync(file + end, { force: true })
  using db = openReading(file)
  const one = db.prepare('SELECT * FROM messages NOT INDEXED WHERE key = ?')
  return Array.from({ length: 1_000 }, (_, key) => attempt(() => one.get(key))).filter(Boolean).length
}

const pageWith = (file: string, words: string) => Math.floor(readFileSync(file).indexOf(words) / 8192)

/** The page by which every message is found. */
function rootOfMessages(file: string): number {
  using db = openReading(file)
  const row = db.prepare(`SELECT rootpage - 1 AS page FROM sqlite_schema WHERE name = 'messages'`).get()
  return Number(must(row, 'there are messages')['page'])
}

/** Looks until the round is over, in pieces of seven rows. */
function round(file: string, from: ScrubState): ScrubState {
  using scrub = new Scrub(file)
  let state = from
  for (let pieces = 0; state.round === from.round && pieces < 5_000; pieces++) state = scrub.look(state, 7)
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

  it('goes past a page that cannot be read, sees what is behind it, and tells of it once a round', async () => {
    using home = await newlyFilledHome(60)
    const readable = spoilt(home.file, pageWith(home.file, 'ann in t2 says 30'))
    using scrub = new Scrub(home.file)
    let [state, seen] = [beginning, 0]
    for (let pieces = 0; state.round === 1 && pieces < 5_000; pieces++) {
      state = scrub.look(state, 7)
      seen = Math.max(seen, state.messages)
    }
    expect(state).toMatchObject({ round: 2, mismatches: 1, found: [{ kind: 'unreadable' }] })
    expect(seen).toBeGreaterThanOrEqual(readable - 1)
  })

  it('gives a table up of which nothing can be read, and comes round all the same', async () => {
    using home = await newlyFilledHome(60)
    expect(spoilt(home.file, rootOfMessages(home.file))).toBe(0)
    const once = round(home.file, beginning)
    expect(once).toMatchObject({ round: 2, mismatches: 1, found: [{ kind: 'unreadable' }] })
    expect(round(home.file, once)).toMatchObject({ round: 3, mismatches: 2 })
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

describe('the look at what was written last', () => {
  it('is taken at the start, long before the scrub comes there', async () => {
    using home = await filledHome()
    edit(home.file, `UPDATE messages SET text = 'never said' WHERE user = 2 AND thread = 6 AND seq = 8`)
    const told: string[] = []
    await using store = await home.open()
    const settings = { data: home.folder, pace: { scrubAfterMs: 1e9 } }
    await using _ = keepUp(store, settings, ({ what }) => void told.push(what))
    expect(told.join()).toMatch(/The words of message 8/)
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

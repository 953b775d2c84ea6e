// The doctor: nothing is found where nothing is wrong, each planted fault is found and named, and only what is derived is mended.
import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { must } from '../../src/core/assert.ts'
import { examineStore } from '../../src/store/sqlite/doctor.ts'
import { openReading } from '../../src/store/sqlite/connection.ts'
import { repairStore } from '../../src/store/sqlite/doctor-repair.ts'
import { upkeep } from '../../src/upkeep/operator.ts'
import { randomFrom, seeds } from '../random.ts'
import { binned, created, deleted, headMoved, said } from '../store/commits.ts'
import { edit, examined, filledHome, forgotten, keep, kindsOf, messagesOf, threadForgotten } from './kept.ts'

/** Ann's first thread. */
const there = 'user = 1 AND key = 1'
const inIt = 'user = 1 AND thread = 1'

describe('a store with nothing wrong', () => {
  it('is found to be so, beside the house that owns it', async () => {
    using home = await filledHome()
    await using store = await home.open()
    await keep(store, 'ann', created('more'), said('more', 'still in the log'))
    expect(examined(home)).toEqual({ findings: [], users: 2, threads: 7, messages: 49 })
  })

  it.each(seeds(3))('is found to be so whatever was done in it (seed %i)', async (seed) => {
    using home = await filledHome()
    const random = randomFrom(seed)
    {
      await using store = await home.open()
      const ids = ['m1', 'm2', 'm3', 'm4', 'edit']
      for (let i = 0; i < 120; i++) {
        const [thread, id] = [random.pick(['t1', 't2']), random.pick(ids)]
        const fresh = { id: `x${i}` }
        const change = random.pick([
          said(thread, `more ${i}`, fresh),
          said(thread, `a branch ${i}`, { ...fresh, parentId: id }),
          said(thread, `from a stale tab ${i}`, { ...fresh, expectedHead: id }),
          headMoved(thread, id),
          deleted(thread, id),
          forgotten(thread, random.pick(ids)),
        ])
        await store.commit({ user: 'ann', at: Date.now(), changes: [change] })
        if (change.kind === 'message.said') ids.push(change.id)
      }
      await keep(store, 'bob', binned('t1'))
      await keep(store, 'bob', threadForgotten('t2'))
    }
    expect(examined(home).findings).toEqual([])
  })
})

const drifts: [kind: string, planted: string][] = [
  ['dangling_head', `UPDATE threads SET head_id = 'nobody' WHERE ${there}`],
  ['dangling_head', `UPDATE threads SET head_id = NULL WHERE ${there}`],
  ['dangling_head', `UPDATE threads SET head_id = 'm2' WHERE ${there}`],
  ['message_count_drift', `UPDATE threads SET message_count = 99 WHERE ${there}`],
  ['last_seq_drift', `UPDATE threads SET last_seq = 3 WHERE ${there}`],
  ['last_seq_drift', `UPDATE threads SET last_seq = 30 WHERE ${there}`],
  ['fork_count_drift', `UPDATE threads SET fork_count = 0 WHERE ${there}`],
  ['chain_drift', `UPDATE threads SET chain = zeroblob(16) WHERE ${there}`],
  ['change_seq_drift', `UPDATE users SET change_seq = 1 WHERE key = 1`],
  ['dangling_main_thread', `UPDATE users SET main_thread_id = 'gone' WHERE key = 1`],
]

const losses: [kinds: string[], planted: string][] = [
  [['altered_words'], `UPDATE messages SET text = 'never said' WHERE ${inIt} AND seq = 3`],
  [['altered_words'], `UPDATE messages SET role = 2 WHERE ${inIt} AND seq = 3`],
  [['altered_words', 'chain_drift'], `UPDATE messages SET checksum = NULL WHERE ${inIt} AND seq = 3`],
  [
    ['missing_message', 'orphan_parent', 'message_count_drift', 'chain_drift'],
    `DELETE FROM messages WHERE ${inIt} AND seq = 4`,
  ],
  [
    ['missing_message', 'dangling_head', 'message_count_drift', 'chain_drift'],
    `DELETE FROM messages WHERE ${inIt} AND seq = 8`,
  ],
  [['stuck_run'], `UPDATE runs SET status = 0, ended_at = NULL WHERE ${inIt}`],
  [['stuck_answer', 'chain_drift'], `UPDATE messages SET status = 0 WHERE ${inIt} AND seq = 8`],
]

describe('a fault in what is derived', () => {
  it.each(drifts)('is found and made again: %s by %s', async (kind, planted) => {
    using home = await filledHome()
    edit(home.file, planted)
    expect(kindsOf(examined(home))).toEqual([kind])
    const { after, evidence } = await repairStore(home.file, home.folder)
    expect(after.findings).toEqual([])
    const before = examineStore(join(must(evidence, 'a copy was kept'), 'threadkeep.db'), home.aside)
    expect(kindsOf(before)).toEqual([kind])
    await using store = await home.open({ expected: true })
    await keep(store, 'ann', said('t1', 'goes on'))
    expect(await messagesOf(store, 'ann', 't1')).toHaveLength(9)
  })

  it('of an index is found and built again', async () => {
    using home = await filledHome()
    damageIndex(home.file)
    const before = examined(home)
    expect(new Set(kindsOf(before))).toEqual(new Set(['damaged_index']))
    const { after } = await repairStore(home.file, home.folder)
    expect(after.findings).toEqual([])
  })

  it('is not touched by looking', async () => {
    using home = await filledHome()
    edit(home.file, must(drifts[0], 'a drift')[1])
    await upkeep.examine({ store: `sqlite:${home.file}`, data: home.folder })
    expect(kindsOf(examined(home))).toEqual(['dangling_head'])
  })
})

describe('a loss', () => {
  it.each(losses)('is found, and stays found when all else was mended: %j by %s', async (kinds, planted) => {
    using home = await filledHome()
    edit(home.file, planted)
    const had = rows(home.file)
    expect(new Set(kindsOf(examined(home)))).toEqual(new Set(kinds))
    const { after } = await repairStore(home.file, home.folder)
    const left = kinds.filter((kind) => !drifts.some(([derived]) => derived === kind))
    expect(new Set(kindsOf(after))).toEqual(new Set(left))
    expect(rows(home.file)).toBe(had)
  })

  it('is told with its place, what it means and what to do', async () => {
    using home = await filledHome()
    edit(home.file, `UPDATE messages SET text = 'never said' WHERE ${inIt} AND seq = 3`)
    expect(examined(home).findings).toEqual([
      {
        kind: 'altered_words',
        where: { user: 'ann', thread: 't1', message: 'm3' },
        what: expect.stringMatching(/message 3/) as string,
        means: expect.stringMatching(/\w+ \w+/) as string,
        todo: expect.stringMatching(/threadkeep restore/) as string,
      },
    ])
  })
})

describe('an older store', () => {
  it('than was acknowledged is found', async () => {
    using home = await filledHome()
    edit(home.file, `UPDATE meta SET value = value - 3 WHERE name = 'commit_number'`)
    expect(examined(home).findings).toMatchObject([
      { kind: 'older_than_acknowledged', what: /3 are missing/ },
    ])
  })
})

describe('a file that is no database any more', () => {
  it('is told in words, and not mended', async () => {
    using home = await filledHome()
    const looked = { store: `sqlite:${home.file}`, data: home.folder }
    const bytes = readFileSync(home.file)
    bytes.fill(0x5a, 8192 * 2, 8192 * 12)
    writeFileSync(home.file, bytes)
    await expect(upkeep.repair(looked)).rejects.toMatchObject({ code: 'store_refused', hint: /--salvage/ })
    expect(kindsOf(await upkeep.examine(looked)).join()).toMatch(/damaged_file|unreadable/)
    truncateSync(home.file, 60)
    await expect(upkeep.examine(looked)).rejects.toMatchObject({ code: 'store_refused' })
    expect(existsSync(home.file)).toBe(true)
  })
})

const rows = (file: string): number => {
  using db = openReading(file)
  return (db.prepare('SELECT count(*) AS n FROM messages').get() as { n: number }).n
}

/** A message gets another row while an index looks away: the index still names the old one. */
function damageIndex(file: string): void {
  const blindly = (from: string, to: string) =>
    `PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, '${from}', '${to}') WHERE name = 'messages_departing'`
  edit(file, blindly('parent <> seq - 1', 'seq < 0'))
  edit(file, `UPDATE messages SET key = 1000 WHERE ${inIt} AND seq = 6`)
  edit(file, blindly('seq < 0', 'parent <> seq - 1'))
}

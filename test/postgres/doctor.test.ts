// The doctor on a database: nothing is found where nothing is wrong, also while others write; each planted fault is found and named; only
// what is derived is mended, and the nodes that write go on from there.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { must } from '../../src/core/assert.ts'
import { ThreadkeepError } from '../../src/core/errors.ts'
import { upkeep } from '../../src/upkeep/operator.ts'
import { created, said } from '../store/commits.ts'
import { keep, messagesOf } from '../upkeep/kept.ts'
import { filled } from './filled.ts'
import { openAsApp } from './house.ts'
import { asSuper } from './super.ts'

const there = `user_id = 'ann' AND id = 't1'`
const inIt = `user_id = 'ann' AND thread_id = 't1'`
const thread = 'UPDATE threadkeep.threads SET'

const drifts: [kind: string, planted: string][] = [
  ['dangling_head', `${thread} head_id = 'nobody' WHERE ${there}`],
  ['dangling_head', `${thread} head_id = NULL WHERE ${there}`],
  ['dangling_head', `${thread} head_id = 'm2' WHERE ${there}`],
  ['message_count_drift', `${thread} message_count = 99 WHERE ${there}`],
  ['last_seq_drift', `${thread} last_seq = 3 WHERE ${there}`],
  ['last_seq_drift', `${thread} last_seq = 30 WHERE ${there}`],
  ['fork_count_drift', `${thread} fork_count = 0 WHERE ${there}`],
  ['chain_drift', `${thread} chain = decode(repeat('00', 16), 'hex') WHERE ${there}`],
  ['change_seq_drift', `UPDATE threadkeep.users SET change_seq = 1 WHERE id = 'ann'`],
  ['dangling_main_thread', `UPDATE threadkeep.users SET main_thread_id = 'gone' WHERE id = 'ann'`],
]

const losses: [kinds: string[], planted: string][] = [
  [['altered_words'], `UPDATE threadkeep.messages SET text = 'never said' WHERE ${inIt} AND seq = 3`],
  [['altered_words'], `UPDATE threadkeep.messages SET role = 2 WHERE ${inIt} AND seq = 3`],
  [
    ['altered_words', 'chain_drift'],
    `UPDATE threadkeep.messages SET checksum = NULL WHERE ${inIt} AND seq = 3`,
  ],
  [
    ['missing_message', 'orphan_parent', 'message_count_drift', 'chain_drift'],
    `DELETE FROM threadkeep.messages WHERE ${inIt} AND seq = 4`,
  ],
  [
    ['missing_message', 'dangling_head', 'message_count_drift', 'chain_drift'],
    `DELETE FROM threadkeep.messages WHERE ${inIt} AND seq = 8`,
  ],
  [['stuck_run'], `UPDATE threadkeep.runs SET status = 0, ended_at = NULL, lease_until = 0 WHERE ${inIt}`],
  [['stuck_answer', 'chain_drift'], `UPDATE threadkeep.messages SET status = 0 WHERE ${inIt} AND seq = 8`],
  [['loose_row'], `DELETE FROM threadkeep.threads WHERE ${there}`],
  [['loose_row'], `DELETE FROM threadkeep.users WHERE id = 'bob'`],
  [['altered_schema'], 'DROP INDEX threadkeep.messages_persona'],
  [['altered_schema'], `UPDATE threadkeep.meta SET value = 'another' WHERE name LIKE 'migration 0001%'`],
]

describe('a database with nothing wrong', () => {
  it('is found to be so', async () => {
    await using house = await filled()
    expect(await house.examine()).toEqual({ findings: [], users: 2, threads: 6, messages: 48 })
  })

  it('is found to be so while eight write, from two nodes', async () => {
    await using house = await filled()
    await using one = await openAsApp(house.database)
    await using two = await openAsApp(house.database)
    const over = new AbortController()
    let written = 0
    const writers = Array.from({ length: 8 }, async (_, n) => {
      const [user, store] = [`writer-${n % 4}`, n < 4 ? one : two]
      await store.commit({ user, at: 1, changes: [created('t', { unless: 'there' })] })
      for (let i = 0; !over.signal.aborted; i++, written++)
        await store.commit({ user, at: 1, changes: [said('t', `${n} says ${i}`, { id: `${n}-${i}` })] })
    })
    for (let round = 0; round < 12; round++) expect((await house.examine()).findings).toEqual([])
    over.abort()
    await Promise.all(writers)
    expect(written).toBeGreaterThan(200)
  })
})

describe('a fault in what is derived', () => {
  it.each(drifts)('is found and made again: %s by %s', async (kind, planted) => {
    await using house = await filled()
    await house.plant(planted)
    expect(await house.kinds()).toEqual([kind])
    const had = await house.words()
    const { after, evidence } = await upkeep.repair(house.looked)
    expect(after.findings).toEqual([])
    expect(await house.words()).toEqual(had)
    const before = readFileSync(join(must(evidence, 'evidence was kept'), 'before.jsonl'), 'utf8')
    expect(JSON.parse(before)).toMatchObject({ user: 'ann', before: {}, after: {} })
    await using store = await openAsApp(house.database)
    await keep(store, 'ann', said('t1', 'goes on'))
    expect(await messagesOf(store, 'ann', 't1')).toHaveLength(9)
  })

  it('is mended under a node that remembers it, which then goes on from what is right', async () => {
    await using house = await filled()
    await using store = await openAsApp(house.database)
    await keep(store, 'ann', said('t1', 'remembered from here on'))
    await house.plant(`${thread} message_count = 99 WHERE ${there}`)
    expect((await upkeep.repair(house.looked)).after.findings).toEqual([])
    await keep(store, 'ann', said('t1', 'goes on'))
    expect(await house.kinds()).toEqual([])
    expect((await store.thread('ann', 't1'))?.messageCount).toBe(10)
  })

  it('is mended while four write to the same thread, and none of them is lost', async () => {
    await using house = await filled()
    const over = new AbortController()
    let told = 0
    const writers = Array.from({ length: 4 }, () =>
      asSuper(house.database.urlFor('threadkeep_service'), async (client) => {
        for (; !over.signal.aborted; told++)
          await client.query(
            `SELECT pam.store_pam_message(pam.get_or_create_pam_conversation('ann'), 'user', 'goes on')`,
          )
      }),
    )
    for (let round = 0; round < 6; round++) {
      await house.plant(
        `${thread} message_count = message_count + 50 WHERE user_id = 'ann' AND head_id IS NOT NULL`,
      )
      expect((await upkeep.repair(house.looked)).after.findings).toEqual([])
    }
    over.abort()
    await Promise.all(writers)
    expect(await house.examine()).toMatchObject({ findings: [], messages: 48 + told })
  })

  it('is told to whoever keeps a copy', async () => {
    await using house = await filled()
    await using store = await openAsApp(house.database)
    const seen = must(await store.user('ann'), 'ann is there').changeSeq
    await house.plant(`${thread} head_id = 'm2' WHERE ${there}`)
    await upkeep.repair(house.looked)
    expect(await store.changes('ann', seen, 10)).toMatchObject([{ threadId: 't1', kind: 'thread.changed' }])
  })

  it('is not touched by looking, and nothing is kept where there is nothing to mend', async () => {
    await using house = await filled()
    expect(await upkeep.repair(house.looked)).toMatchObject({ evidence: null })
    await house.plant(must(drifts[0], 'a drift')[1])
    await upkeep.examine(house.looked)
    expect(await house.kinds()).toEqual(['dangling_head'])
  })
})

describe('a loss', () => {
  it.each(losses)('is found, and stays found when all else was mended: %j by %s', async (kinds, planted) => {
    await using house = await filled()
    await house.plant(planted)
    const had = await house.words()
    expect(new Set(await house.kinds())).toEqual(new Set(kinds))
    const { after } = await upkeep.repair(house.looked)
    const left = kinds.filter((kind) => !drifts.some(([derived]) => derived === kind))
    expect(new Set(after.findings.map(({ kind }) => kind))).toEqual(new Set(left))
    expect(await house.words()).toEqual(had)
  })

  it('is told with its place, what it means and what to do there', async () => {
    await using house = await filled()
    await house.plant(`UPDATE threadkeep.messages SET text = 'never said' WHERE ${inIt} AND seq = 3`)
    expect((await house.examine()).findings).toEqual([
      {
        kind: 'altered_words',
        where: { user: 'ann', thread: 't1', message: 'm3' },
        what: expect.stringMatching(/message 3/) as string,
        means: expect.stringMatching(/not the words/) as string,
        todo: expect.stringMatching(/point-in-time/) as string,
      },
    ])
  })

  it.each(['messages DROP COLUMN text', 'users DROP COLUMN id', 'runs DROP COLUMN lease_until'])(
    'of a column is told, and what cannot be read without it: %s',
    async (column) => {
      await using house = await filled()
      await house.plant(`ALTER TABLE threadkeep.${column} CASCADE`)
      expect(await house.kinds()).toEqual(expect.arrayContaining(['altered_schema', 'unreadable']))
    },
  )
})

describe('a database that is not the one of this folder', () => {
  it.each([
    ['other_store', `UPDATE threadkeep.meta SET value = 'another' WHERE name = 'store_id'`],
    ['older_than_acknowledged', null],
  ])('is found: %s', async (kind, planted) => {
    await using house = await filled()
    await (await openAsApp(house.database, { folder: house.folder }))[Symbol.asyncDispose]()
    expect(await house.kinds()).toEqual([])
    if (planted === null) house.remember('FFFFFF/0')
    else await house.plant(planted)
    expect(await house.kinds()).toEqual([kind])
  })
})

describe('without the upkeep login', () => {
  it('the doctor says which setting it needs, and looks at nothing', async () => {
    await using house = await filled()
    const { store, data } = house.looked
    const told = { code: 'config', message: /THREADKEEP_STORE_UPKEEP is not set/, hint: /docs\/postgres.md/ }
    await expect(upkeep.examine({ store, data })).rejects.toMatchObject(told)
    await expect(upkeep.repair({ store, data })).rejects.toMatchObject(told)
    expect(existsSync(join(data, 'scrub.json'))).toBe(false)
  })

  it('no other is taken for it', async () => {
    await using house = await filled()
    const storeUpkeep = house.database.urlFor('threadkeep_app')
    await expect(upkeep.examine({ ...house.looked, storeUpkeep })).rejects.toMatchObject({
      message: /is no threadkeep_upkeep/,
    })
  })

  it('a salvage is told to be for files', async () => {
    await using house = await filled()
    expect(() => upkeep.refuseSalvage(house.looked.store, undefined)).toThrow(ThreadkeepError)
    expect(() => upkeep.refuseSalvage(house.looked.store, join(house.folder, 'nothing.db'))).toThrow(
      /SQLite file/,
    )
    expect(() => upkeep.refuseSalvage(house.looked.store, import.meta.filename)).not.toThrow()
  })
})

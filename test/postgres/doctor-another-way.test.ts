// Rows that somebody wrote by hand: each is named, with why it is known, and neither it nor the sums of its thread are touched. What came
// by /v1 and by pam.* is never taken for one.
import { describe, expect, it } from 'vitest'
import { checksumOf } from '../../src/store/hash.ts'
import { moveHouse } from '../../src/server.ts'
import { upkeep } from '../../src/upkeep/operator.ts'
import { created, deleted, said } from '../store/commits.ts'
import { filledHome, keep, threadForgotten } from '../upkeep/kept.ts'
import { Filled, filled } from './filled.ts'
import { openAsApp } from './house.ts'
import { asSuper } from './super.ts'
import { migratedDatabase } from './whole-house.ts'

type Row = {
  thread?: string
  seq?: number
  checksum?: string
  changeSeq?: string
  text?: string
  parts?: string
}

/** A message as somebody writes one who knows the columns and not what they are for. */
const byHand = ({
  thread = 't1',
  seq = 9,
  checksum = 'NULL',
  changeSeq = '0',
  text = 'by hand',
  parts,
}: Row = {}) => `
  INSERT INTO threadkeep.messages (user_id, thread_id, seq, id, parent, role, status, placed, text, parts, checksum, change_seq, created_at)
  VALUES ('ann', '${thread}', ${seq}, 'hand-${seq}', ${seq - 1}, 0, 1, 0, '${text}', ${parts ?? 'NULL'}, ${checksum}, ${changeSeq}, 0)`

const right = `decode('${checksumOf('user', { text: 'by hand', parts: null })}', 'hex')`
const newest = `(SELECT change_seq FROM threadkeep.users WHERE id = 'ann')`
const ofThread = `(SELECT change_seq FROM threadkeep.threads WHERE user_id = 'ann' AND id = 't1')`
const counted = `UPDATE threadkeep.threads SET last_seq = 9, message_count = 9, head_id = 'hand-9' WHERE user_id = 'ann' AND id = 't1'`

describe('a message that was inserted by hand', () => {
  it.each([
    ['as a beginner does it', [byHand()], [/change_seq is 0/, /no checksum/, /last_seq is 8/]],
    [
      'with its checksum',
      [byHand({ checksum: right })],
      [/change_seq is 0/, /last_seq is 8/, /chain .* without it/],
    ],
    [
      'with a checksum of other words',
      [byHand({ checksum: right, text: 'else' })],
      [/not that of its words/],
    ],
    [
      'with the next change_seq',
      [byHand({ changeSeq: `${newest} + 1` })],
      [/changes of its user go up to \d+/],
    ],
    [
      'with the change_seq of another thread',
      [byHand({ changeSeq: newest })],
      [/no change of its thread tells/],
    ],
    [
      'with the change_seq of its thread',
      [byHand({ changeSeq: ofThread, checksum: right })],
      [/last_seq is 8/, /chain/],
    ],
    [
      'with the change_seq of its thread, without a checksum',
      [byHand({ changeSeq: ofThread })],
      [/no checksum/],
    ],
    [
      'with its thread counting it',
      [byHand({ checksum: right }), counted],
      [/change_seq is 0/, /chain .* without it/],
    ],
    ['far beyond the last', [byHand({ seq: 900 })], [/last_seq is 8/, /message 899, .* is not there/]],
    ['in no form of ours', [byHand({ parts: `'[{"type": "text"}]'` })], [/not in the form/]],
  ])('is named, and it alone: %s', async (_, planted, why) => {
    await using house = await filled()
    await house.plant(...planted)
    const { findings } = await house.examine()
    expect(findings.map(({ kind }) => kind)).toEqual(['came_another_way'])
    const [found] = findings
    expect(found?.where).toMatchObject({
      user: 'ann',
      thread: 't1',
      message: expect.stringMatching(/^hand/) as string,
    })
    for (const words of why) expect(found?.what).toMatch(words)
    expect(found?.todo).toMatch(/pam\.store_pam_message.*take this row away/)
  })

  it('with everything told but the sums is named by what it would have added to the chain', async () => {
    await using house = await filled()
    const within = `UPDATE threadkeep.threads SET last_seq = 9, head_id = 'hand-9' WHERE user_id = 'ann' AND id = 't1'`
    await house.plant(byHand({ changeSeq: ofThread, checksum: right }), within)
    const found = (await house.examine()).findings
    expect(found).toContainEqual(
      expect.objectContaining({
        kind: 'came_another_way',
        what: expect.stringMatching(/^Message 9 .*chain/) as string,
      }),
    )
  })

  it('is not repaired into the sums, and goes as it came', async () => {
    await using house = await filled()
    await house.plant(byHand({ checksum: right }), counted)
    const before = await rowsOf(house)
    expect(await upkeep.repair(house.looked)).toMatchObject({ evidence: null })
    expect(await rowsOf(house)).toEqual(before)
    await house.plant(`DELETE FROM threadkeep.messages WHERE id = 'hand-9'`)
    const { before: found, after } = await upkeep.repair(house.looked)
    expect(found.findings.map(({ kind }) => kind)).toContain('message_count_drift')
    expect(after.findings).toEqual([])
  })

  it('does not hide what else is wrong in another thread, which is mended', async () => {
    await using house = await filled()
    await house.plant(
      byHand(),
      `UPDATE threadkeep.threads SET message_count = 99 WHERE user_id = 'ann' AND id = 't2'`,
    )
    const { after } = await upkeep.repair(house.looked)
    expect(after.findings.map(({ kind }) => kind)).toEqual(['came_another_way'])
  })
})

describe('a whole thread that was inserted by hand', () => {
  it('is named once, with how much is in it', async () => {
    await using house = await filled()
    await house.plant(
      `INSERT INTO threadkeep.threads (user_id, id, born, message_count, last_seq, fork_count, chain, created_as, change_seq, created_at, updated_at)
       VALUES ('ann', 'hand', 0, 2, 2, 0, decode(repeat('00', 16), 'hex'), '', 0, 0, 0)`,
      byHand({ thread: 'hand', seq: 1 }),
      byHand({ thread: 'hand', seq: 2 }),
    )
    expect((await house.examine()).findings).toMatchObject([
      {
        kind: 'came_another_way',
        where: { user: 'ann', thread: 'hand' },
        what: expect.stringMatching(/its 2 messages/) as string,
      },
    ])
  })

  it('of a user of whom no change was ever counted, too', async () => {
    await using house = await filled()
    await house.plant(
      `INSERT INTO threadkeep.users (id, change_seq, created_at) VALUES ('hand', 0, 0)`,
      `INSERT INTO threadkeep.threads (user_id, id, born, message_count, last_seq, fork_count, chain, created_as, change_seq, created_at, updated_at)
       VALUES ('hand', 'hand', 1, 0, 0, 0, decode(repeat('00', 16), 'hex'), '', 1, 0, 0)`,
    )
    expect((await house.examine()).findings).toMatchObject([
      {
        kind: 'came_another_way',
        where: { user: 'hand' },
        what: expect.stringMatching(/changes of its user go up to 0/) as string,
      },
    ])
  })
})

describe('what came by the doors of the house', () => {
  it('by pam is never taken for it', async () => {
    await using house = await filled()
    await asSuper(house.database.urlFor('threadkeep_service'), async (client) => {
      const sql = `SELECT pam.store_pam_message(pam.get_or_create_pam_conversation($1, $2), 'user', $3)`
      for (const [user, session] of [
        ['ann', null],
        ['ann', 's'],
        ['new', null],
      ])
        // prettier-ignore
        for (const words of ['one', 'two', 'three']) await client.query(sql, [user, session, words])
    })
    expect(await house.examine()).toMatchObject({ findings: [], users: 3, messages: 57 })
  })

  it('by a move from a file is never taken for it', async () => {
    using home = await filledHome()
    await using database = await migratedDatabase()
    await using house = new Filled(database)
    const { store, storeUpkeep, data } = house.looked
    await moveHouse({ from: `sqlite:${home.file}`, to: store }, { storeUpkeep, data })
    expect(await house.examine()).toEqual({ findings: [], users: 2, threads: 6, messages: 48 })
  })

  it('is never taken for it: bulk, deleted, forgotten, begun again by the same name', async () => {
    await using house = await filled()
    await using store = await openAsApp(house.database)
    await keep(store, 'cat', created('t'), ...[1, 2, 3].map((n) => said('t', `${n}`, { id: `m${n}` })))
    await keep(store, 'cat', deleted('t', 'm2'))
    await keep(store, 'cat', threadForgotten('t'))
    await keep(store, 'cat', created('t'), said('t', 'again'))
    expect(await house.kinds()).toEqual([])
  })

  it('is never taken for it when the oldest changes are gone', async () => {
    await using house = await filled()
    await house.plant(`DELETE FROM threadkeep.changes WHERE change_seq < 20`)
    expect(await house.kinds()).toEqual([])
  })
})

const rowsOf = (house: Filled) =>
  house.asked(`SELECT string_agg(t::text, '' ORDER BY user_id, id) AS rows FROM threadkeep.threads t`)

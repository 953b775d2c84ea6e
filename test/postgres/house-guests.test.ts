// Guests of a house on PostgreSQL: whom one node made, any other knows, and the database holds nobody's token.
import { Client } from 'pg'
import { describe, expect, it } from 'vitest'
import { asSuper } from './super.ts'
import { Visitor } from '../http/visitor.ts'
import { migratedDatabase, openNode } from './whole-house.ts'

describe('a guest', () => {
  it('of one node is known by another at once, and after both were opened again', async () => {
    await using database = await migratedDatabase()
    const made = await (async () => {
      await using first = await openNode(database)
      await using second = await openNode(database)
      const ann = await first.guest()
      await ann.thread({ id: 't1' })
      const there = new Visitor((request) => second.keep.fetch(request), ann.user, ann.token)
      expect((await there.get('/v1/threads/t1')).status).toBe(200)
      expect((await there.keep('t1', 'From the other node')).status).toBe(201)
      return ann
    })()
    await using third = await openNode(database)
    const later = new Visitor((request) => third.keep.fetch(request), made.user, made.token)
    expect((await later.get('/v1/me')).body).toMatchObject({ id: made.user })
    const other = new Visitor(
      (request) => third.keep.fetch(request),
      '',
      `${String(made.token).slice(0, -4)}AAAA`,
    )
    expect((await other.get('/v1/me')).status).toBe(401)
  })

  it('is in the database by a hash alone', async () => {
    await using database = await migratedDatabase()
    await using node = await openNode(database)
    const { user, token } = await node.guest()
    const rows = await asSuper(database.superUrl, async (client) => {
      const found = await client.query<Record<string, unknown>>('select * from threadkeep_identity.guests')
      return found.rows
    })
    expect(rows).toMatchObject([{ user_id: user, token_hash: expect.any(Buffer) as Buffer }])
    expect(Buffer.from(rows[0]?.['token_hash'] as Buffer).toString('latin1')).not.toContain(
      String(token).slice(9),
    )
  })

  it('is nobody to the other logins, and is not forgotten or renamed by the app', async () => {
    await using database = await migratedDatabase()
    for (const role of ['threadkeep_upkeep', 'threadkeep_report', 'threadkeep_service'])
      expect(await asked(database.urlFor(role), 'select * from threadkeep_identity.guests')).toMatch(/denied/)
    for (const sql of [
      'delete from threadkeep_identity.guests',
      `update threadkeep_identity.guests set user_id = 'ann'`,
      `insert into threadkeep_identity.migrations values ('x', 'y')`,
    ])
      expect(await asked(database.urlFor('threadkeep_app'), sql)).toMatch(/denied/)
    const sees = 'select user_id from threadkeep_identity.guests'
    expect(await asked(database.urlFor('threadkeep_app'), sees)).toBe('done')
  })
})

async function asked(url: string, sql: string): Promise<string> {
  const client = new Client(url)
  await client.connect()
  const words = await client.query(sql).then(() => 'done', String)
  await client.end()
  return words
}

// Who may open a house on PostgreSQL, on which database, and what it says to whom it refuses.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { inspectAcceptance, migrate } from '../../src/server.ts'
import { freshDatabase } from './database.ts'
import { asSuper } from './super.ts'
import { as, migratedDatabase, openNode, refusal, settingsFor } from './whole-house.ts'

let folder = ''
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'threadkeep-node-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const card = () => JSON.parse(readFileSync(join(folder, 'store.json'), 'utf8')) as Record<string, unknown>

describe('a house on PostgreSQL', () => {
  it('says where it is, and not by which password', async () => {
    await using database = await migratedDatabase()
    const store = database.urlFor('threadkeep_app').replace('threadkeep_app@', 'threadkeep_app:p4ss@')
    await using node = await openNode(database, { store })
    expect(node.keep.about).toMatchObject({
      engine: 'postgres',
      database: database.name,
      created: false,
      durability: 'none',
    })
    expect(JSON.stringify([node.keep.about, node.logs])).not.toContain('p4ss')
  })

  it('begins a store where there is none, if it may, and finds it again', async () => {
    await using database = await freshDatabase()
    const storeOwner = database.urlFor('threadkeep_owner')
    await using first = await openNode(database, { storeOwner })
    expect(first.keep.about.created).toBe(true)
    const ann = await first.guest()
    await ann.thread({ id: 't1' })
    await using second = await openNode(database)
    expect(second.keep.about.created).toBe(false)
    expect(await second.keep.store.thread(ann.user, 't1')).toMatchObject({ id: 't1' })
  })

  it('does not begin one that was expected to be there', async () => {
    await using database = await freshDatabase()
    const storeOwner = database.urlFor('threadkeep_owner')
    expect(await refusal(openNode(database, { storeOwner, expectStore: true }))).toMatch(
      /no store at .*THREADKEEP_EXPECT_STORE/,
    )
    await asSuper(database.superUrl, async (client) => {
      const { rows } = await client.query(`select from pg_namespace where nspname like 'threadkeep%'`)
      expect(rows).toEqual([])
    })
  })

  it('that nobody migrated says how', async () => {
    await using database = await freshDatabase()
    expect(await refusal(openNode(database))).toMatch(/no Threadkeep yet[^]*threadkeep migrate/)
  })

  it('whose guests have no tables yet says how', async () => {
    await using database = await migratedDatabase()
    await asSuper(database.superUrl, (client) => client.query('drop schema threadkeep_identity cascade'))
    expect(await refusal(openNode(database))).toMatch(/0001-guests[^]*threadkeep migrate/)
  })

  it('whose owner migrates another database says which two they are', async () => {
    await using database = await freshDatabase()
    await using other = await freshDatabase()
    const words = await refusal(openNode(database, { storeOwner: other.urlFor('threadkeep_owner') }))
    expect(words).toContain(database.name)
    expect(words).toContain(other.name)
  })
})

describe('a login', () => {
  const sql = /CREATE ROLE threadkeep_app LOGIN/

  it('that is a superuser is refused', async () => {
    await using database = await migratedDatabase()
    expect(await refusal(openNode(database, { store: database.superUrl }))).toMatch(/is a superuser/)
    expect(await refusal(openNode(database, { store: database.superUrl }))).toMatch(sql)
  })

  it('that owns the tables is refused', async () => {
    await using database = await migratedDatabase()
    const words = await refusal(openNode(database, { store: database.urlFor('threadkeep_owner') }))
    expect(words).toMatch(/owns the tables/)
    expect(words).toMatch(sql)
  })

  it.each([
    ['may bypass row security', 'bypassrls in role threadkeep_app', /may bypass row security/],
    ['belongs to the upkeep', 'in role threadkeep_app, threadkeep_upkeep', /sees every user/],
    ['belongs to the report', 'in role threadkeep_app, threadkeep_report', /sees every user/],
    ['may make roles', 'createrole in role threadkeep_app', /may bypass row security/],
    ['belongs to the owner', 'in role threadkeep_app, threadkeep_owner', /owns the tables/],
  ])('that %s is refused', async (what, made, why) => {
    await using database = await migratedDatabase()
    const role = `mighty_${what.replaceAll(' ', '_')}`
    await asSuper(database.superUrl, (client) => client.query(`create role ${role} login ${made}`))
    const words = await refusal(openNode(database, { store: database.urlFor(role) }))
    await asSuper(database.superUrl, (client) => client.query(`drop role ${role}`))
    expect(words).toMatch(why)
    expect(words).toMatch(sql)
  })

  it('that only belongs to the app may', async () => {
    await using database = await migratedDatabase()
    await asSuper(database.superUrl, (client) =>
      client.query('create role my_app login in role threadkeep_app'),
    )
    {
      await using node = await openNode(database, { store: database.urlFor('my_app') })
      expect(await (await node.guest()).thread({ id: 't1' })).toBe('t1')
    }
    await asSuper(database.superUrl, (client) => client.query('drop role my_app'))
  })

  it('that nobody knows is told with the place and the setting, and without its password', async () => {
    await using database = await migratedDatabase()
    const store = database.urlFor('nobody').replace('nobody@', 'nobody:p4ss@')
    const words = await refusal(openNode(database, { store }))
    expect(words).toMatch(/THREADKEEP_STORE \(127\.0\.0\.1:\d+\/test_\w+, as nobody\) failed.*"nobody"/)
    expect(words).not.toContain('p4ss')
  })

  it('that may not see the tables is told what the server says', async () => {
    await using database = await migratedDatabase()
    await asSuper(database.superUrl, (client) => client.query('create role somebody login'))
    expect(await refusal(openNode(database, { store: database.urlFor('somebody') }))).toMatch(
      /permission denied.*\n.*threadkeep roles/,
    )
    await asSuper(database.superUrl, (client) => client.query('drop role somebody'))
  })

  it('for the upkeep that may more, or less, is refused by the name of its setting', async () => {
    await using database = await migratedDatabase()
    for (const storeUpkeep of [database.superUrl, database.urlFor('threadkeep_app')])
      expect(await refusal(openNode(database, { storeUpkeep }))).toContain('THREADKEEP_STORE_UPKEEP')
  })

  it('for the upkeep that leads to another house is refused, and so is one that is more besides', async () => {
    await using database = await migratedDatabase()
    await using other = await migratedDatabase()
    const storeUpkeep = other.urlFor('threadkeep_upkeep')
    expect(await refusal(openNode(database, { storeUpkeep }))).toContain('leads to another store')
    const make = 'create role two_hats login in role threadkeep_upkeep, threadkeep_report'
    await asSuper(database.superUrl, (client) => client.query(make))
    const words = await refusal(openNode(database, { storeUpkeep: database.urlFor('two_hats') }))
    await asSuper(database.superUrl, (client) => client.query('drop role two_hats'))
    expect(words).toContain('far more than it needs')
  })

  it('for the upkeep that is missing is missed in the log, and the house is open', async () => {
    await using database = await migratedDatabase()
    await using node = await openNode(database, { storeUpkeep: '' })
    expect(node.logs).toMatchObject([
      { level: 'warn', what: expect.stringContaining('THREADKEEP_STORE_UPKEEP') as string },
    ])
    expect((await node.keep.upkeep.schema()).length).toBeGreaterThan(100)
    await expect(node.keep.upkeep.openRuns(1)).rejects.toThrow('no upkeep')
    await using other = await openNode(database)
    expect(other.logs).toEqual([])
  })
})

describe('migrating', () => {
  it('by twenty at once is done once', async () => {
    await using database = await freshDatabase()
    const storeOwner = database.urlFor('threadkeep_owner')
    const done = await Promise.all(Array.from({ length: 20 }, () => migrate({ storeOwner })))
    expect(done.flatMap(({ applied }) => applied).toSorted()).toEqual([
      ...new Set(done.flatMap(({ applied }) => applied)),
    ].toSorted()) // prettier-ignore
    expect(done.flatMap(({ applied }) => applied)).toContain('identity/0001-guests')
    await using node = await openNode(database)
    await (await node.guest()).thread()
  })

  it('by twenty nodes that start at once leaves twenty open houses on one store', async () => {
    await using database = await freshDatabase()
    const storeOwner = database.urlFor('threadkeep_owner')
    const opened = await Promise.all(
      Array.from({ length: 20 }, () =>
        openNode(database, { storeOwner, storeConnections: '2', storeUpkeep: '' }),
      ),
    )
    const ann = await (opened[0] as (typeof opened)[0]).guest()
    await ann.thread({ id: 't1' })
    const seen = await Promise.all(opened.map(({ keep }) => keep.store.thread(ann.user, 't1')))
    expect(seen.map((thread) => thread?.id)).toEqual(Array.from({ length: 20 }, () => 't1'))
    await Promise.all(opened.map((node) => node[Symbol.asyncDispose]()))
  })

  it('as somebody who may not says as whom, where, and what the server said', async () => {
    await using database = await freshDatabase()
    const words = await migrate({ storeOwner: as('threadkeep_app', database.superUrl) }).catch(String)
    expect(words).toMatch(/THREADKEEP_STORE_OWNER \(127.*, as threadkeep_app\) failed.*permission denied/)
    expect(await migrate({}).catch(String)).toMatch(/THREADKEEP_STORE_OWNER is not set/)
  })
})

describe('the card in the data folder', () => {
  it('remembers the store and the last place in its log, for nobody else', async () => {
    await using database = await migratedDatabase()
    {
      await using node = await openNode(database, { folder })
      const [before, ann] = [card(), await node.guest()]
      await ann.thread()
      await node.keep.close()
      expect(card()).toMatchObject({
        engine: 'postgres',
        system: expect.stringMatching(/^\d+$/) as string,
        timeline: 1,
      })
      expect(Number(`0x${String(card()['lsn']).split('/')[1]}`)).toBeGreaterThan(
        Number(`0x${String(before['lsn']).split('/')[1]}`),
      )
    }
    expect(statSync(join(folder, 'store.json')).mode & 0o077).toBe(0)
    await (await openNode(database, { folder }))[Symbol.asyncDispose]()
  })

  it('refuses another store, and nothing of it is migrated, until it is accepted', async () => {
    await using database = await migratedDatabase()
    await (await openNode(database, { folder }))[Symbol.asyncDispose]()
    await using other = await freshDatabase()
    const storeOwner = other.urlFor('threadkeep_owner')
    expect(await refusal(openNode(other, { folder, storeOwner }))).toMatch(
      /holds no Threadkeep[^]*threadkeep accept/,
    )
    await migrate({ storeOwner })
    expect(await refusal(openNode(other, { folder }))).toMatch(/holds another store[^]*threadkeep accept/)
    await accept(settingsFor(other, folder))
    await (await openNode(other, { folder }))[Symbol.asyncDispose]()
    expect(await refusal(openNode(database, { folder }))).toMatch(/holds another store/)
  })

  it('refuses an older copy under the same name in the same server', async () => {
    await using database = await migratedDatabase()
    await (await openNode(database, { folder }))[Symbol.asyncDispose]()
    const server = inject('postgresUrl')
    await asSuper(server, (client) =>
      client.query(`create database ${database.name}_old template ${database.name}`),
    )
    await using node = await openNode(database, { folder })
    await (await node.guest()).thread()
    await node.keep.close()
    await database.drop()
    await asSuper(server, (client) =>
      client.query(`alter database ${database.name}_old rename to ${database.name}`),
    )
    expect(await refusal(openNode(database, { folder }))).toMatch(
      /another database of the same server[^]*threadkeep accept/,
    )
  })

  it('of a store in a file is not taken for one of a server, nor the other way round', async () => {
    await using database = await migratedDatabase()
    await (await openNode(database, { folder, store: '' }))[Symbol.asyncDispose]()
    expect(await refusal(openNode(database, { folder }))).toMatch(/sqlite[^]*postgres[^]*threadkeep accept/)
    await accept(settingsFor(database, folder))
    await (await openNode(database, { folder }))[Symbol.asyncDispose]()
    expect(await refusal(openNode(database, { folder, store: '' }))).toMatch(/postgres[^]*sqlite/)
  })

  it('has one owner at a time', async () => {
    await using database = await migratedDatabase()
    await using _ = await openNode(database, { folder })
    expect(await refusal(openNode(database, { folder }))).toMatch(/in use by another process/)
  })
})

async function accept(settings: { store: string; data: string }): Promise<void> {
  using found = await inspectAcceptance(settings)
  found.offer?.accept()
}

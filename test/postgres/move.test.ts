// A store moves from SQLite to PostgreSQL and back: every row, exactly, and nothing twice.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Change } from '../../src/core/change.ts'
import { keptOrThrow } from '../../src/core/receipt.ts'
import type { Store } from '../../src/core/store.ts'
import { move } from '../../src/store/move/move.ts'
import type { Destination, Origin } from '../../src/store/move/rows.ts'
import { PostgresDestination, PostgresOrigin } from '../../src/store/postgres/moving.ts'
import { Pool } from '../../src/store/postgres/pool.ts'
import { openReading, openWriting } from '../../src/store/sqlite/connection.ts'
import { SqliteDestination, SqliteOrigin } from '../../src/store/sqlite/moving.ts'
import { openSqlite } from '../../src/store/sqlite/open.ts'
import * as make from '../store/commits.ts'
import type { FreshDatabase } from './database.ts'
import { freshHouse, openAsApp } from './house.ts'

const users = ['ann', 'bob@example.org', 'Ω 王']

describe('a moved store', () => {
  it('reads the same from SQLite to PostgreSQL, and back again', async () => {
    await using world = await openWorld()
    const before = await everythingOf(await world.sqlite('first'))
    const there = await world.move('first', 'postgres')
    expect(there).toMatchObject({ users: 3, differences: [] })
    expect(there.threadsWritten).toBe(there.threads)
    expect(await everythingOf(await world.postgres())).toEqual(before)
    expect(await world.move('postgres', 'second')).toMatchObject({ users: 3, differences: [] })
    expect(await everythingOf(await world.sqlite('second'))).toEqual(before)
  })

  it('has its references, also those that went to another thread between two runs', async () => {
    await using world = await openWorld()
    const refs = async (store: Store) =>
      Promise.all(['t', 'beside'].map((thread) => store.refs('ann', thread)))
    const source = await world.sqlite('first')
    await keep(source, 'ann', make.created('beside'))
    await keep(source, 'ann', make.refPut('beside', 'openai', 'thread_abc'))
    await world.move('first', 'postgres')
    const again = await world.sqlite('first')
    await keep(again, 'ann', make.refPut('t', 'openai', 'thread_abc'))
    const before = await refs(again)
    expect(await world.move('first', 'postgres')).toMatchObject({ differences: [] })
    expect(await refs(await world.postgres())).toEqual(before)
    expect(await world.move('postgres', 'second')).toMatchObject({ differences: [] })
    expect(await refs(await world.sqlite('second'))).toEqual(before)
    expect(before).toEqual([[{ provider: 'openai', externalId: 'thread_abc' }], []])
  })

  it('is written once: a second run changes nothing', async () => {
    await using world = await openWorld()
    await world.move('first', 'postgres')
    expect(await world.move('first', 'postgres')).toMatchObject({ threadsWritten: 0, differences: [] })
  })

  it('can be written on where it is, with the ids and the order it had', async () => {
    await using world = await openWorld()
    await world.move('first', 'postgres')
    const store = await world.postgres()
    const { receipt } = await keep(store, 'ann', make.said('t', 'after the move', { id: 'new' }))
    expect(receipt).toMatchObject({ seq: 6, forked: false })
    expect(
      await store.commit(
        commitOf(
          'ann',
          make.said('t', 'one', { id: 'm1', confidence: 0.25, sources: make.json([{ id: 's' }]) }),
        ),
      ),
    ).toMatchObject({
      result: 'replayed',
    })
    const run = (await keep(store, 'bob@example.org', ...make.asked('t', 'again?'))).run
    expect(run?.attempt).toBe(1)
  })

  it('goes on where it was stopped', async () => {
    await using world = await openWorld()
    await expect(world.move('first', 'postgres', { stopAfter: 2 })).rejects.toThrow('pulled the plug')
    const rest = await world.move('first', 'postgres')
    expect(rest.differences).toEqual([])
    expect(rest.threadsWritten).toBeLessThan(rest.threads)
    expect(await everythingOf(await world.postgres())).toEqual(
      await everythingOf(await world.sqlite('first')),
    )
  })

  it('that differs in one word is told by user and thread', async () => {
    await using world = await openWorld()
    await world.move('first', 'postgres')
    await world.tamper(`UPDATE threadkeep.messages SET text = 'onE' WHERE id = 'm1' AND user_id = 'ann'`)
    const { differences } = await world.move('first', 'postgres')
    expect(differences).toEqual([{ user: 'ann', thread: 't', what: 'the words of message m1' }])
  })

  it('that lived on where it went is left as it is there, and told', async () => {
    await using world = await openWorld()
    await world.move('first', 'postgres')
    await keep(await world.postgres(), 'ann', make.said('t', 'said there', { id: 'there' }))
    for (const id of ['here', 'here too'])
      await keep(await world.sqlite('first'), 'ann', make.said('u', id, { id }))
    await keep(await world.sqlite('first'), 'ann', make.said('t', 'said here', { id: 'here' }))
    const before = await (await world.postgres()).changes('ann', 0, 200)
    const { differences } = await world.move('first', 'postgres')
    expect(differences).toContainEqual(expect.objectContaining({ user: 'ann', thread: 't' }))
    const store = await world.postgres()
    expect(await store.message('ann', 't', 'there')).toMatchObject({ text: 'said there' })
    expect(await store.changes('ann', 0, 200)).toEqual(before)
  })

  it('takes over what was said since: only the threads that changed are written again', async () => {
    await using world = await openWorld()
    await world.move('first', 'postgres')
    await keep(await world.sqlite('first'), 'ann', make.said('t', 'later', { id: 'later' }))
    expect(await world.move('first', 'postgres')).toMatchObject({ threadsWritten: 1, differences: [] })
    expect(await (await world.postgres()).message('ann', 't', 'later')).toMatchObject({ text: 'later' })
  })
})

const commitOf = (user: string, ...changes: Change[]) => ({ user, at: Date.UTC(2026, 5, 1), changes })
const keep = async (store: Store, user: string, ...changes: Change[]) =>
  keptOrThrow(await store.commit(commitOf(user, ...changes)))

/** Something of every kind, for people whose ids are not easy. */
async function fill(store: Store): Promise<void> {
  for (const user of users) {
    await keep(
      store,
      user,
      make.created('t', { title: 'Tëa “time”', externalKey: 'k', context: make.json({ a: [1, null] }) }),
    )
    await keep(
      store,
      user,
      make.said('t', 'one', { id: 'm1', confidence: 0.25, sources: make.json([{ id: 's' }]) }),
    )
    const { run } = await keep(store, user, ...make.asked('t', 'why? 🫖', { id: 'q' }))
    if (run) await keep(store, user, make.progressed(run, 0))
    if (run && user === 'ann') await keep(store, user, make.ended(run, 'because\n“so”'))
    await keep(store, user, make.said('t', 'beside', { id: 'm2', parentId: null }), make.deleted('t', 'm2'))
    await keep(store, user, make.said('t', 'other', { id: 'm3', parentId: 'm1', personaId: 'riya', personaVersion: 'v1', role: 'assistant', model: 'm', provider: 'p' })) // prettier-ignore
    await keep(store, user, {
      kind: 'mark.put',
      threadId: 't',
      messageId: 'm3',
      mark: 'pin',
      value: make.json(true),
    })
    await keep(
      store,
      user,
      make.placePut('t', { readSeq: 2, draft: 'And “so”' }),
      make.refPut('t', 'openai', 'x'),
    )
    await keep(store, user, make.created('u', { unless: 'main' }), make.renamed('u', 'Main'))
    await keep(store, user, make.created('v'), make.threadChanged('v', { archived: true }))
    await keep(store, user, make.created('w'), make.binned('w'))
    await keep(store, user, make.userChanged({ name: `Näme of ${user}`, language: 'hi' }))
  }
}

async function everythingOf(store: Store) {
  return Promise.all(
    users.map(async (user) => ({
      everything: await Array.fromAsync(store.everything(user)),
      changes: await store.changes(user, 0, 200),
      threads: await store.threads(user, { limit: 200, state: 'all' }),
    })),
  )
}

async function openWorld(): Promise<World> {
  const database = await freshHouse()
  const world = new World(database)
  await fill(await world.sqlite('first'))
  return world
}

type Place = 'first' | 'second' | 'postgres'

class World implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'threadkeep-move-'))
  readonly #database: FreshDatabase
  #open: AsyncDisposable[] = []

  constructor(database: FreshDatabase) {
    this.#database = database
  }

  async sqlite(name: string): Promise<Store> {
    await this.close()
    const folder = join(this.#folder, name)
    return this.#opened(await openSqlite({ file: join(folder, 'threadkeep.db'), folder, ephemeral: false }))
  }

  async postgres(): Promise<Store> {
    await this.close()
    return this.#opened(await openAsApp(this.#database))
  }

  async move(from: Place, to: Place, { stopAfter = Infinity } = {}) {
    if (to !== 'postgres') await this.sqlite(to)
    await this.close()
    let done = 0
    const destination = this.#destination(to)
    const putThread = destination.putThread.bind(destination)
    destination.putThread = (...asked) => {
      if (done++ >= stopAfter) throw new Error('pulled the plug')
      return putThread(...asked)
    }
    try {
      return await move(this.#origin(from), destination)
    } finally {
      await this.close()
    }
  }

  async tamper(sql: string): Promise<void> {
    const pool = this.#pool('postgres')
    await pool.all((session) => session.rows({ name: 'tamper', text: sql }))
  }

  async close(): Promise<void> {
    for (const one of this.#open.splice(0)) await one[Symbol.asyncDispose]()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
    await this.#database.drop()
    rmSync(this.#folder, { recursive: true })
  }

  #origin(place: Place): Origin {
    if (place === 'postgres')
      return new PostgresOrigin(this.#pool('threadkeep_app'), this.#pool('threadkeep_upkeep'), place)
    const db = openReading(join(this.#folder, place, 'threadkeep.db'))
    this.#open.push({ [Symbol.asyncDispose]: async () => db.close() })
    return new SqliteOrigin(db, place)
  }

  #destination(place: Place): Destination {
    if (place === 'postgres') return new PostgresDestination(this.#pool('threadkeep_app'), place)
    const db = openWriting(join(this.#folder, place, 'threadkeep.db'), 'FULL')
    this.#open.push({ [Symbol.asyncDispose]: async () => db.close() })
    return new SqliteDestination(db, place)
  }

  #pool(role: string): Pool {
    const url = role === 'postgres' ? this.#database.superUrl : this.#database.urlFor(role)
    return this.#opened(new Pool({ url, connectionsMax: 2, waitMs: 5_000, statementMs: 30_000 }))
  }

  #opened<T extends AsyncDisposable>(one: T): T {
    this.#open.push(one)
    return one
  }
}

// Connections that die, hang, are cancelled or left behind: nobody is told a lie, nothing grows without bound, and the house works again by itself.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { must } from '../../src/core/assert.ts'
import type { Change } from '../../src/core/change.ts'
import { ThreadkeepError } from '../../src/core/errors.ts'
import type { Outcome } from '../../src/core/receipt.ts'
import type { Store } from '../../src/core/store.ts'
import type { Thread } from '../../src/core/thread.ts'
import { Pool } from '../../src/store/postgres/pool.ts'
import { migratePostgres } from '../../src/store/postgres/migrate.ts'
import { openPostgres, type PostgresPlace } from '../../src/store/postgres/open.ts'
import { countBy, range } from '../contract/world.ts'
import { type Random, randomFrom, seeds } from '../random.ts'
import { created, headMoved, said } from '../store/commits.ts'
import type { FreshDatabase } from './database.ts'
import { hear } from './heard.ts'
import { freshHouse, openAsApp } from './house.ts'
import { lineTo } from './line.ts'
import { makeRoles } from './roles.ts'
import { type PostgresServer, startPostgres } from './server.ts'
import { asSuper } from './super.ts'
import { wholeThread } from './whole.ts'

const unavailable = expect.objectContaining({
  code: 'unavailable',
  hint: expect.stringMatching(/same ids/) as string,
}) as ThreadkeepError

let house: FreshDatabase | undefined
beforeAll(async () => {
  house = await freshHouse()
})
afterAll(() => house?.drop())
const database = (): FreshDatabase => must(house, 'the house is there')
const open = (more: Partial<PostgresPlace> = {}) => openAsApp(database(), more)

let people = 0
/** Somebody with an empty thread, in a store that may be in trouble. */
async function newcomer(store: Store) {
  const user = `user ${++people}`
  const commit = (...changes: Change[]) => store.commit({ user, at: 1, changes })
  await commit(created('t'))
  return { user, commit, read: () => store.thread(user, 't'), whole: () => wholeThread(store, user, 't') }
}

/** Runs `work` until the server is at a statement of this name, which is held up there, and does `then` to it. */
async function caughtAt<T>(
  name: string,
  work: () => Promise<T>,
  then: (pid: number) => Promise<unknown>,
): Promise<T | ThreadkeepError> {
  let caught = false
  const pause = `select pg_sleep(30) /* ${name} */`
  using _ = hear(
    () => {},
    (statement) => {
      if (caught || statement.name !== name) return null
      caught = true
      return { text: pause }
    },
  )
  const answer = work().catch((fault: unknown) => fault as ThreadkeepError)
  await then(await backendAt(`%/* ${name} */`))
  return answer
}

async function backendAt(text: string): Promise<number> {
  return asSuper(database().superUrl, async (client) => {
    for (let looks = 0; looks < 1_000; looks++) {
      const { rows } = await client.query<{ pid: number }>(
        `select pid from pg_stat_activity
         where datname = current_database() and query like $1 and state = 'active' and pid <> pg_backend_pid()`,
        [text],
      )
      if (rows[0]) return rows[0].pid
      await sleep(10)
    }
    throw new Error(`no backend came to ${text}`)
  })
}

const signalled = (what: 'terminate' | 'cancel') => (pid: number) =>
  asSuper(database().superUrl, (client) => client.query(`select pg_${what}_backend($1)`, [pid]))

const moves = [headMoved('t', 'nowhere'), headMoved('t', 'nowhere')]

describe.each(['terminate', 'cancel'] as const)('a backend that somebody has to %s', (what) => {
  it.each([['begin'], ['set user'], ['ask user'], ['ask thread'], ['write say'], ['write setHead']])(
    'in the middle of a commit, at %s, is unavailable, and the same ids are kept once after it',
    async (name) => {
      await using store = await open()
      const { user, commit, whole } = await newcomer(store)
      await using other = await open()
      const send = () => other.commit({ user, at: 1, changes: [said('t', 'x', { id: 'm' })] })
      expect(await caughtAt(name, send, signalled(what))).toEqual(unavailable)
      expect(await send()).toMatchObject({ result: 'kept' })
      expect(await commit(said('t', 'x', { id: 'm' }))).toMatchObject({ result: 'replayed' })
      expect(await whole()).toHaveLength(1)
    },
  )

  it.each([['savepoint'], ['take back']])(
    'in a commit of several steps, at %s, is unavailable',
    async (name) => {
      await using store = await open()
      const { commit, whole } = await newcomer(store)
      expect(await caughtAt(name, () => commit(said('t', 'x'), ...moves), signalled(what))).toEqual(
        unavailable,
      )
      expect(await commit(said('t', 'x'))).toMatchObject({ result: 'kept' })
      expect(await whole()).toHaveLength(1)
    },
  )

  it('in the middle of a group is unavailable for all of it, and the same ids are kept once after it', async () => {
    await using store = await open()
    const crowd = await Promise.all(range(5).map(() => newcomer(store)))
    const send = () =>
      Promise.all(
        crowd.map(({ commit }) => commit(said('t', 'x', { id: 'm' })).catch((fault: unknown) => fault)),
      )
    // threadkeep.keep waits where somebody else holds one of its users.
    const answers = await whileHeld(must(crowd[2], 'five').user, send, async () =>
      signalled(what)(await backendAt('%threadkeep.keep%')),
    )
    expect(answers).toEqual(crowd.map(() => unavailable))
    expect(countBy((await send()) as Outcome[], ({ result }) => result)).toEqual({ kept: 5 })
    for (const { whole } of crowd) expect(await whole()).toHaveLength(1)
  })

  it.each(['read thread', 'read page', 'begin reading', 'set user', 'read place'])(
    'in the middle of a read, at %s, is unavailable, and read again',
    async (name) => {
      await using store = await open()
      const { user, commit, read } = await newcomer(store)
      await commit(said('t', 'x', { id: 'm' }))
      const page = async () => (await store.messages(user, 't', { limit: 5 }))?.messages
      const inSnapshot = async () => (await store.messages(user, 't', { limit: 5, branch: 'm' }))?.messages
      const all = async () => [await read(), await page(), await inSnapshot()]
      expect(await caughtAt(name, all, signalled(what))).toEqual(unavailable)
      const one = [expect.objectContaining({ id: 'm' })]
      expect(await all()).toEqual([expect.objectContaining({ id: 't' }), one, one])
    },
  )
})

/** Another session has the user's row until `then` is done. */
async function whileHeld<T>(user: string, work: () => Promise<T>, then: () => Promise<unknown>): Promise<T> {
  return asSuper(database().superUrl, async (holder) => {
    await holder.query('begin')
    await holder.query('select from threadkeep.users where id = $1 for update', [user])
    const answer = work()
    await then()
    await holder.query('rollback')
    return answer
  })
}

describe('a connection', () => {
  it('that was cancelled is thrown away', async () => {
    await using store = await open({ connectionsMax: 1 })
    const { commit } = await newcomer(store)
    let cancelled = 0
    await caughtAt(
      'ask thread',
      () => commit(said('t', 'x'), ...moves),
      (pid) => ((cancelled = pid), signalled('cancel')(pid)),
    )
    const pids = new Set<unknown>()
    using _ = hear(({ client }) => pids.add((client as unknown as { processID: number }).processID))
    await commit(said('t', 'y'))
    expect([...pids]).toEqual([expect.any(Number)])
    expect(pids).not.toContain(cancelled)
  })

  it('whose work forgets it in a transaction is taken away by the server, and thrown away here', async () => {
    await using pool = new Pool({
      url: database().urlFor('threadkeep_app'),
      connectionsMax: 1,
      waitMs: 1_000,
      statementMs: 300,
    })
    await expect(pool.write('ann', () => sleep(1_500))).rejects.toEqual(unavailable)
    expect((await pool.once({ name: 'one', text: 'SELECT 1' })).rows).toEqual([[1]])
  })

  it('that waits too long for a statement is cancelled by the server, and nothing of it is kept', async () => {
    await using store = await open({ statementMs: 400 })
    const { user, commit, whole } = await newcomer(store)
    const send = () => commit(said('t', 'x', { id: 'm' }))
    expect(
      await whileHeld(
        user,
        () => send().catch((fault: unknown) => fault),
        () => sleep(900),
      ),
    ).toEqual(unavailable)
    expect(await whole()).toEqual([])
    expect(await send()).toMatchObject({ result: 'kept' })
  })
})

it('a connection that was left in a transaction is thrown away', async () => {
  const url = database().urlFor('threadkeep_app')
  await using pool = new Pool({ url, connectionsMax: 1, waitMs: 1_000, statementMs: 5_000 })
  const pid = async () => (await pool.once({ name: 'pid', text: 'SELECT pg_backend_pid()' })).rows[0]?.[0]
  const before = await pid()
  await pool.once({ name: 'left open', text: 'BEGIN' })
  expect(await pid()).not.toBe(before)
})

describe('when every connection is taken', () => {
  it('who waits is turned away in time, however many they are', async () => {
    await using store = await open({ connectionsMax: 2, waitMs: 300 })
    const busy = await Promise.all(range(2).map(() => newcomer(store)))
    const { read } = await newcomer(store)
    const taken = busy.map(({ user }) => user)
    const answers = await asSuper(database().superUrl, async (holder) => {
      await holder.query('begin')
      await holder.query('select from threadkeep.users where id = any ($1) for update', [taken])
      const held = busy.map(({ commit }) => commit(...moves).catch((fault: unknown) => fault))
      await sleep(100)
      const start = performance.now()
      const turnedAway = await Promise.all(range(500).map(() => read().catch((fault: unknown) => fault)))
      const ms = performance.now() - start
      await holder.query('rollback')
      await Promise.all(held)
      return { turnedAway, ms }
    })
    expect(answers.turnedAway).toEqual(range(500).map(() => unavailable))
    expect(answers.ms).toBeLessThan(300 + 1_000)
    expect(await read()).toMatchObject({ id: 't' })
  })
})

describe('an answer that never comes', () => {
  it.each(['alone', 'in a group'])(
    'is told as unknown, and the same ids find what was kept: %s',
    async (how) => {
      await using line = await lineTo(database().superUrl)
      await using store = await openPostgres({
        url: line.through(database().urlFor('threadkeep_app')),
        trustUnflushed: true,
      })
      await using near = await open()
      const { user, commit, whole } = await newcomer(near)
      if (how === 'in a group') await store.commit({ user, at: 1, changes: [said('t', 'first')] })
      const before = (await whole()).length
      const change = said('t', 'x', { id: 'm' })
      const answer = store.commit({ user, at: 1, changes: [change] }).catch((fault: unknown) => fault)
      // Its connection is there and busy by now; what it sends arrives, and nothing comes back.
      line.silence()
      await sleep(500)
      line.cut()
      expect(await answer).toEqual(unavailable)
      expect((await store.commit({ user, at: 1, changes: [change] })) as object).toHaveProperty(
        'result',
        expect.stringMatching(/kept|replayed/),
      )
      expect(await commit(change)).toMatchObject({ result: 'replayed' })
      expect(await whole()).toHaveLength(before + 1)
    },
  )

  it('of a commit that was kept is found to be a replay', async () => {
    await using line = await lineTo(database().superUrl)
    await using store = await openPostgres({
      url: line.through(database().urlFor('threadkeep_app')),
      trustUnflushed: true,
    })
    const { commit, whole } = await newcomer(store)
    using _ = hear(({ name }) => void (name === 'keep' && line.silence()))
    const change = said('t', 'x', { id: 'm' })
    const answer = commit(change).catch((fault: unknown) => fault)
    await expect
      .poll(
        async () =>
          (
            await asSuper(database().superUrl, (client) =>
              client.query(`select from threadkeep.messages where id = 'm' and user_id = $1`, [
                `user ${people}`,
              ]),
            )
          ).rowCount,
      )
      .toBe(1)
    line.cut()
    expect(await answer).toEqual(unavailable)
    expect(await commit(change)).toMatchObject({ result: 'replayed' })
    expect(await whole()).toHaveLength(1)
  })
})

describe('connections that are killed and cancelled at random under load', () => {
  it.each(seeds(1))('never hand on a transaction, and tell no lie (seed %i)', async (seed) => {
    await using store = await open({ connectionsMax: 4 })
    const crowd = await Promise.all(range(10).map(() => newcomer(store)))
    const told: Record<string, string[]> = {}
    const seenAs = new Set<string>()
    const dirty = await openTransactionsHandedOut(() =>
      whileShot(randomFrom(seed), 300, async (more) => {
        const live = async ({ user, commit, read }: (typeof crowd)[number]) => {
          const heard = (told[user] = [] as string[])
          while (more()) {
            const n = heard.length
            const [answer, seen] = await Promise.allSettled([
              commit(said('t', `${n}`, { id: `m${n}` })),
              read(),
            ])
            heard.push(wordOf(answer))
            seenAs.add(wordOf(seen))
          }
        }
        await Promise.all(crowd.map(live))
      }),
    )
    const counts = countBy(Object.values(told).flat(), String)
    console.log(`seed ${seed}: ${JSON.stringify(counts)}`)
    expect(Object.keys(counts).toSorted()).toEqual(['kept', 'unavailable'])
    expect(dirty).toEqual([])
    expect(seenAs.difference(new Set(['t', 'unavailable']))).toEqual(new Set())
    for (const { user, commit, whole } of crowd) {
      const sent = must(told[user], 'each was told')
      const kept = new Set((await whole()).map(({ id }) => id))
      expect(sent.filter((result, n) => result === 'kept' && !kept.has(`m${n}`))).toEqual([])
      for (const n of sent.keys()) await commit(said('t', `${n}`, { id: `m${n}` }))
      expect(await whole()).toHaveLength(sent.length)
    }
  })
})

/** What became of a commit, which thread was read, or by which code neither was. */
function wordOf(answer: PromiseSettledResult<Outcome | Thread | null>): string {
  if (answer.status === 'rejected') return (answer.reason as ThreadkeepError).code
  return answer.value && 'result' in answer.value ? answer.value.result : (answer.value?.id ?? 'nothing')
}

/** The states in which connections were when they were given something new to do, if not idle. */
async function openTransactionsHandedOut(work: () => Promise<void>): Promise<string[]> {
  const dirty: string[] = []
  using _ = hear(({ client, name }) => {
    const state = client.getTransactionStatus()
    if (/^(begin|keep|begin reading)$/.test(name) && state !== 'I') dirty.push(`${name} in ${state}`)
  })
  await work()
  return dirty
}

/** So many shots at connections of the house, one every few milliseconds. */
async function whileShot(
  random: Random,
  shots: number,
  work: (more: () => boolean) => Promise<void>,
): Promise<void> {
  const state = { over: false }
  const done = work(() => !state.over)
  await asSuper(database().superUrl, async (client) => {
    for (let shot = 0; shot < shots; shot++) {
      await client.query(
        `select pg_${random.chance(0.7) ? 'cancel' : 'terminate'}_backend(pid) from pg_stat_activity
         where usename = 'threadkeep_app' and datname = current_database() and state <> 'idle' limit 1`,
      )
      await sleep(random.int(8))
    }
  }).finally(() => (state.over = true))
  await done
}

describe('a server', () => {
  it.each([['SIGINT'], ['SIGKILL']] as const)(
    'that ends with %s and comes again is used again, and nothing it kept is lost',
    async (signal) => {
      await using first = await houseOn()
      await using store = await openOn(first)
      const { commit } = await newcomer(store)
      expect(await commit(said('t', 'before', { id: 'before' }))).toMatchObject({ result: 'kept' })
      await first.kill(signal)
      await expect(commit(said('t', 'during', { id: 'during' }))).rejects.toEqual(unavailable)
      await using _ = await startPostgres({ dataFolder: first.folder, port: first.port })
      const start = performance.now()
      await expect
        .poll(() =>
          commit(said('t', 'during', { id: 'during' })).then(
            ({ result }) => result,
            () => 'not yet',
          ),
        )
        .toBe('kept')
      console.log(`after ${signal}: written again in ${(performance.now() - start).toFixed(0)} ms`)
      expect((await wholeThread(store, `user ${people}`, 't')).map(({ id }) => id)).toEqual([
        'before',
        'during',
      ])
    },
  )

  it('that hangs makes 1,000 requests wait for a bounded time, and takes them all when it goes on', async () => {
    await using server = await houseOn()
    await using store = await openOn(server, { waitMs: 500, statementMs: 1_000 })
    const crowd = await Promise.all(range(50).map(() => newcomer(store)))
    const send = () =>
      Promise.all(
        range(1_000).map(async (i) => {
          const { commit, read } = must(crowd[i % 50], 'fifty')
          const asked = i % 2 === 0 ? commit(said('t', `${i}`, { id: `m${i}` })) : read()
          return asked.then(
            () => 'answered',
            (fault: unknown) => (fault as ThreadkeepError).code,
          )
        }),
      )
    await server.kill('SIGSTOP')
    const start = performance.now()
    const told = countBy(await send(), String)
    const ms = performance.now() - start
    console.log(`a hung server: ${JSON.stringify(told)} in ${ms.toFixed(0)} ms`)
    expect(told).toEqual({ unavailable: 1_000 })
    expect(ms).toBeLessThan(2 * 1_000 + 2 * 500 + 1_500)
    await server.kill('SIGCONT')
    await expect
      .poll(() =>
        store.user('nobody').then(
          () => true,
          () => false,
        ),
      )
      .toBe(true)
    // A busy machine may turn some away once more, and the same ids again are the same messages.
    await expect
      .poll(async () => countBy(await send(), String), { timeout: 30_000 })
      .toEqual({ answered: 1_000 })
    for (const { whole } of crowd.slice(0, 3))
      expect(new Set((await whole()).map(({ id }) => id)).size).toBe((await whole()).length)
  })

  it('that hangs does not keep a store from closing', async () => {
    await using server = await houseOn()
    const store = await openOn(server, { waitMs: 300, statementMs: 500 })
    await newcomer(store)
    await server.kill('SIGSTOP')
    const closed = store[Symbol.asyncDispose]()
    const isClosed = await Promise.race([closed.then(() => true), sleep(5_000, false)])
    await server.kill('SIGCONT')
    await closed
    expect(isClosed).toBe(true)
  })
})

/** A server of the test's own, with an empty house in its database postgres. */
async function houseOn(): Promise<PostgresServer> {
  const server = await startPostgres()
  await makeRoles(server.url)
  await asSuper(server.url, (client) => client.query('create database house owner threadkeep_owner'))
  await migratePostgres(urlOn(server, 'threadkeep_owner'))
  return server
}

const openOn = (server: PostgresServer, more: Partial<PostgresPlace> = {}) =>
  openPostgres({ url: urlOn(server, 'threadkeep_app'), trustUnflushed: true, ...more })

function urlOn(server: PostgresServer, role: string): string {
  const url = new URL(server.url)
  url.username = role
  url.pathname = '/house'
  return url.href
}

// The context of a batch, which names many users, is never there when anything is read: heard on every connection of a mixed load.
import type pg from 'pg'
import { expect, it } from 'vitest'
import { must } from '../../src/core/assert.ts'
import type { Store } from '../../src/core/store.ts'
import { countBy, range, receiptsOf } from '../contract/world.ts'
import { asked, created, deleted, ended, headMoved, progressed, said } from '../store/commits.ts'
import { hear } from './heard.ts'
import { freshHouse, openAsApp } from './house.ts'
import { Stranger, threePeople } from './three-people.ts'

/** What a connection was sent, statement after statement. */
type Heard = Map<pg.Client, string[]>

it('reads nothing in a transaction in which a batch was kept, nor keeps one in which anything was read', async () => {
  await using house = await mixedLoad()
  const statements = [...house.heard.values()].flat()
  const transactions = [...house.heard.values()].flatMap(transactionsOf)
  const batches = transactions.filter((transaction) => transaction.includes('keep'))
  console.log(JSON.stringify(countBy(statements, (name) => name)))
  expect(batches.length).toBeGreaterThan(20)
  expect(
    transactions.filter((names) => names.some((name) => name.startsWith('read'))).length,
  ).toBeGreaterThan(100)
  expect(batches.filter((names) => names.length !== 1)).toEqual([])
})

it('asks right after a batch for the place of the log alone, which is no row', async () => {
  await using house = await mixedLoad()
  const after = [...house.heard.values()].flatMap((names) => names.filter((_, i) => names[i - 1] === 'keep'))
  expect(new Set(after)).toEqual(new Set(['lsn']))
})

it('leaves no context on a connection', async () => {
  await using house = await mixedLoad()
  expect(house.heard.size).toBeGreaterThan(1)
  for (const client of house.heard.keys()) {
    const { rows } = await client.query<unknown[]>({ text: contexts, rowMode: 'array' })
    expect(rows).toEqual([['', '']])
  }
})

it('is over with the call that kept it, also within a transaction that goes on', async () => {
  await using people = await threePeople()
  await using stranger = await Stranger.at(people)
  const nobodyKnown = `SELECT threadkeep.keep('[{"id":"zebra-bob","seen":-1}]', ${Array.from({ length: 11 }, () => 'null').join(', ')})`
  const somebody = nobodyKnown.replace(',"seen":-1', '')
  for (const call of [nobodyKnown, somebody]) {
    const { rows, fault } = await stranger.says('ann', call, 'SELECT user_id FROM threadkeep.messages')
    expect(fault).toBeNull()
    expect(new Set(rows.slice(1).flat())).toEqual(new Set(['ann']))
  }
})

const contexts = `SELECT coalesce(current_setting('threadkeep.users', true), ''), coalesce(current_setting('threadkeep.user_id', true), '')`

/** What was sent between a beginning and its end; what was sent outside is a transaction by itself. */
function transactionsOf(names: readonly string[]): string[][] {
  const transactions: string[][] = []
  let open: string[] | null = null
  for (const name of names) {
    if (name.startsWith('begin')) open = []
    else if (name === 'commit' || name === 'rollback') {
      transactions.push(must(open, `${name} ends something`))
      open = null
    } else if (open) open.push(name)
    else transactions.push([name])
  }
  expect(open).toBeNull()
  return transactions
}

async function mixedLoad() {
  const database = await freshHouse()
  const heard: Heard = new Map()
  using _ = hear(({ client, name }) => void heard.set(client, [...(heard.get(client) ?? []), name]))
  const store = await openAsApp(database)
  await Promise.all(range(20).map((i) => live(store, `user ${i}`)))
  return {
    heard,
    [Symbol.asyncDispose]: async () => {
      await store[Symbol.asyncDispose]()
      await database.drop()
    },
  }
}

async function live(store: Store, user: string): Promise<void> {
  const commit = (...changes: Parameters<Store['commit']>[0]['changes']) =>
    store.commit({ user, at: 1, changes })
  await commit(created('t'))
  for (const i of range(12)) {
    const [question, run] = asked('t', `${i}`, { id: `q${i}` })
    receiptsOf([await commit(question, run)])
    const [, page] = await Promise.all([
      commit(progressed({ runId: run.runId, epoch: 1 }, 0)),
      store.messages(user, 't', { limit: 20 }),
      store.runEvents(user, run.runId, -1),
      commit(said('t', 'lost', { parentId: 'nowhere' })),
    ])
    expect(must(page, 't is there').messages.at(-1)?.status).toBe('pending')
    await Promise.all([
      commit(ended({ runId: run.runId, epoch: 1 }, 'so')),
      store.threads(user, { limit: 5 }),
      commit(question),
    ])
  }
  await Promise.all([commit(headMoved('t', 'q1')), commit(deleted('t', 'q2')), store.changes(user, 0, 50)])
}

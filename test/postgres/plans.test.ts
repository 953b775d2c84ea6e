// How PostgreSQL means to carry out each of our statements in a house of 100,000 messages: by a search that begins with the user.
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { must } from '../../src/core/assert.ts'
import type { Change } from '../../src/core/change.ts'
import type { Store } from '../../src/core/store.ts'
import { askSql } from '../../src/store/postgres/ask-sql.ts'
import { openPostgres } from '../../src/store/postgres/open.ts'
import { readSql } from '../../src/store/postgres/read-sql.ts'
import { writeSql } from '../../src/store/postgres/write-sql.ts'
import { range } from '../contract/world.ts'
import {
  asked,
  composed,
  created,
  deleted,
  ended,
  headMoved,
  placePut,
  progressed,
  said,
} from '../store/commits.ts'
import { bigHouse } from './big-house.ts'
import type { FreshDatabase } from './database.ts'
import { hear } from './heard.ts'
import { type PlanNode, type Step, stepsOf, wideSorts } from './plan.ts'
import { asSuper } from './super.ts'

let house: FreshDatabase | undefined
let client: Client | undefined
beforeAll(async () => {
  house = await bigHouse()
  client = new Client(house.urlFor('threadkeep_app'))
  await client.connect()
  await client.query(`set plan_cache_mode = force_generic_plan; set threadkeep.user_id = 'user-7'`)
})
afterAll(async () => {
  await client?.end()
  await house?.drop()
})

const statements = { ask: askSql, read: readSql, write: writeSql }

/** The least or the greatest of a user's own; and what is gone through as a whole when a thread is forgotten for good. */
const byUserAlone = ['changes', 'forgetChanges'] as const

describe.each(Object.entries(statements))('%s', (_, sqls) => {
  it.each(Object.entries(sqls))(
    '%s searches from its user on, and sorts no more than a page',
    async (name, { text }) => {
      const plan = await planOf(text)
      expect(astray(stepsOf(plan), byUserAlone.some((alone) => alone === name) ? 1 : 2)).toEqual([])
      expect(wideSorts(plan)).toEqual([])
    },
  )
})

/** Those that are not entered by the user, or by too little beside. */
const astray = (steps: readonly Step[], columnsMin: number): Step[] =>
  steps.filter(({ node, table, by }) => {
    if (table === 'meta') return false
    if (!/Index|Bitmap/.test(node)) return true
    return table === 'users' ? by[0] !== 'id' : by[0] !== 'user_id' || by.length < columnsMin
  })

describe('a read of', () => {
  it.each([
    ['user', ['users_pkey (id)']],
    ['thread', ['threads_pkey (user_id, id)']],
    ['threadByKey', ['threads_external_key (user_id, external_key)']],
    ['place', ['threads_pkey (user_id, id)', 'messages_id (user_id, thread_id, id)']],
    ['objects', ['messages_pkey (user_id, thread_id, seq)']],
    ['objectsIn', ['messages_pkey (user_id, thread_id, seq)']],
    ['idsAt', ['messages_pkey (user_id, thread_id, seq)']],
    ['seqOf', ['messages_id (user_id, thread_id, id)']],
    ['marks', ['marks_pkey (user_id, thread_id, seq)']],
    ['firstOfPersona', ['messages_persona (user_id, thread_id, persona_id, seq)']],
    ['lastOfPersona', ['messages_persona (user_id, thread_id, persona_id, seq)']],
    ['hasPersona', ['messages_persona (user_id, thread_id, persona_id, seq)']],
    ['departuresAfter', ['messages_departing (user_id, thread_id, seq)']],
    ['changes', ['changes_pkey (user_id)', 'changes_pkey (user_id, change_seq)']],
    [
      'page',
      [
        'threads_pkey (user_id, id)',
        'messages_id (user_id, thread_id, id)',
        'messages_pkey (user_id, thread_id, seq)',
        'marks_pkey (user_id, thread_id, seq)',
      ],
    ],
    [
      'message',
      [
        'threads_pkey (user_id, id)',
        'messages_id (user_id, thread_id, id)',
        'messages_id (user_id, thread_id, id)',
        'messages_pkey (user_id, thread_id, seq)',
        'marks_pkey (user_id, thread_id, seq)',
      ],
    ],
  ] as const)('%s is led by its own index, by all that is asked', async (name, indexes) => {
    const steps = stepsOf(await planOf(readSql[name].text))
    expect(steps.map(({ index, by }) => `${index} (${by.join(', ')})`)).toEqual(indexes)
  })

  it.each(['active', 'archived', 'binned'] as const)('%s threads goes down their own list', async (name) => {
    const steps = stepsOf(await planOf(readSql[name].text))
    expect(steps).toContainEqual({
      node: 'Index Scan',
      table: 'threads',
      index: `threads_${name}`,
      by: ['user_id', 'updated_at', 'born'],
    })
  })
})

describe('a read that is a transaction by itself', () => {
  const alone = Object.entries(readSql).filter(([, { text }]) => text.includes('set_config'))

  it('is looked at', () => {
    expect(alone.map(([name]) => name)).toEqual(
      expect.arrayContaining(['page', 'message', 'active', 'changes']),
    )
  })

  it.each(alone)('%s sets its one user before it looks at any table', async (_, { text }) => {
    expect(text.match(/\$1\b/g)).toHaveLength(1)
    expect(beginningOf(await planOf(text))).toMatchObject({ 'Node Type': 'CTE Scan', 'CTE Name': 'me' })
  })

  it('would be caught looking first', async () => {
    const plan = await planOf('SELECT * FROM threadkeep.threads WHERE user_id = $1')
    expect(beginningOf(plan)).not.toMatchObject({ 'Node Type': 'CTE Scan' })
  })
})

type Placed = PlanNode & { 'Parent Relationship'?: string }
/** Nothing else is begun before this has its first row. */
function beginningOf(plan: Placed): PlanNode {
  const outer = plan.Plans?.find((below: Placed) => below['Parent Relationship'] === 'Outer')
  return outer ? beginningOf(outer) : plan
}

describe('a house of this size', () => {
  it('has what was meant', async () => {
    const { rows } = await asSuper(must(house, 'open').superUrl, (client) =>
      client.query(
        `SELECT relname, reltuples::int AS rows FROM pg_class WHERE relnamespace = 'threadkeep'::regnamespace AND relname = ANY ('{messages,threads,users}') ORDER BY 1`,
      ),
    )
    expect(rows).toEqual([
      { relname: 'messages', rows: expect.closeTo(99_979, -3) as number },
      { relname: 'threads', rows: 10_000 },
      { relname: 'users', rows: 5_050 },
    ])
  })

  it.each([
    ['reads a table through', `SELECT * FROM threadkeep.messages WHERE tag = $1`, ['Seq Scan']],
    [
      'goes through all of a user’s',
      `SELECT * FROM threadkeep.runs WHERE user_id = $1 AND owner = $2`,
      ['Bitmap Heap Scan'],
    ],
  ])('would show who %s', async (_, sql, nodes) => {
    expect(astray(stepsOf(await planOf(sql)), 2).map(({ node }) => node)).toEqual(nodes)
  })

  it('would show who sorts all of a user’s', async () => {
    const plan = await planOf(
      `SELECT id FROM threadkeep.threads WHERE user_id = $1 AND binned_at IS NOT NULL ORDER BY title LIMIT $2`,
    )
    expect(wideSorts(plan)).toEqual(['sorts by threads.title'])
  })
})

describe('all that a house really asks, also inside threadkeep.keep and for foreign keys', () => {
  it.each([
    ['by plans for any values', 'force_generic_plan', wrongIn],
    ['by plans for the values at hand', 'auto', throughOthers],
  ] as const)('is searched for from its user on: %s', async (_, mode, wrong) => {
    await using copy = await bigHouse()
    const plans = await plansOf(copy, mode, live)
    const inside = plans.filter(({ text }) => /json_to_recordset/.test(text))
    const kinds = (of: typeof plans) => new Set(of.map(({ text }) => text)).size
    console.log(
      `${plans.length} plans of ${kinds(plans)} statements, ${kinds(inside)} of them inside threadkeep.keep`,
    )
    expect(kinds(inside)).toBeGreaterThan(9)
    expect(plans.some(({ text }) => /FOR KEY SHARE/.test(text))).toBe(true)
    expect([...new Set(plans.flatMap(({ text, plan }) => wrong(text, plan)))]).toEqual([])
  })
})

/** A batch locks its users in their order, and that is a sort of a batch. */
function wrongIn(text: string, plan: PlanNode): string[] {
  const sorts = /json_to_recordset/.test(text) ? [] : wideSorts(plan)
  const alone = byUserAlone.some((name) => text === { ...readSql, ...writeSql }[name].text)
  return [...sorts.map((sort) => `${sort}: ${short(text)}`), ...through(text, plan, alone ? 1 : 2)]
}

/** For some values everything that a user has is the best way: a thread may be all there is of him. But it is his. */
const throughOthers = (text: string, plan: PlanNode): string[] => through(text, plan, 1)

const through = (text: string, plan: PlanNode, least: number): string[] =>
  astray(stepsOf(plan), least).map(
    ({ node, table, index, by }) => `${node} ${index ?? table} (${by.join(', ')}): ${short(text)}`,
  )

const short = (text: string): string => text.replaceAll(/\s+/g, ' ').slice(0, 100)

async function live(store: Store): Promise<void> {
  const commit = (user: string, ...changes: Change[]) => store.commit({ user, at: 10_000, changes })
  await Promise.all(range(40).map((i) => commit(`user-${i + 1}`, created('new'))))
  for (const round of range(4))
    await Promise.all(
      range(40).map(async (i) => {
        const user = `user-${i + 1}`
        const [question, start] = asked('new', 'why?')
        const run = { runId: start.runId, epoch: 1 }
        await commit(user, question, start)
        await commit(user, composed(run, ['seen']))
        await commit(user, progressed(run, 0), { kind: 'run.renewed', ...run, leaseMs: 1_000 })
        await commit(user, ended(run, 'because'))
        await commit(user, said('new', 'and?', { id: `said ${round}` }))
      }),
    )
  await commit('user-1', said('thread-1', 'one more', { parentId: 'message-7' }))
  await commit('user-1', headMoved('thread-1', 'message-9'))
  await commit('user-1', deleted('thread-1', 'message-10'))
  await commit('user-1', { kind: 'message.forgotten', threadId: 'thread-1', messageId: 'message-10' })
  await commit('user-2', { kind: 'thread.forgotten', threadId: 'thread-2' })
  for (const around of range(6))
    await store.messages('user-3', 'thread-1', { limit: 50, around: `message-${1_000 * (around + 1)}` })
  for (const before of range(6))
    await store.messagesJson('user-3', 'thread-1', {
      limit: 50,
      before: 9_000 - before,
      personaId: 'persona-1',
    })
  for (const state of ['active', 'archived', 'binned', 'all'] as const)
    for (const _ of range(6)) await store.threads('user-3', { limit: 30, state })
  for (const _ of range(6)) await store.threadByKey('user-3', 'key-6')
  for (const _ of range(6)) await store.messagesJson('user-3', 'thread-4', { limit: 5 })
  for (const _ of range(6)) await store.message('user-3', 'thread-4', 'message-5')
  for (const readSeq of range(6))
    await commit('user-4', placePut('thread-4', { readSeq, draft: `${readSeq}` }))
  for (const _ of range(6)) await store.place('user-4', 'thread-4')
  for (const _ of range(6)) await store.refs('user-4', 'thread-4')
  await Array.fromAsync(store.everything('user-50'))
}

async function planOf(text: string): Promise<PlanNode> {
  const asking = must(client, 'connected')
  const values = Math.max(0, ...[...text.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number)))
  await asking.query(`prepare planned as ${text}`)
  const nulls = values > 0 ? `(${Array.from({ length: values }, () => 'null').join(', ')})` : ''
  const { rows } = await asking.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
    `explain (format json) execute planned${nulls}`,
  )
  await asking.query('deallocate planned')
  return must(rows[0], 'a plan is a row')['QUERY PLAN'][0].Plan
}

/** The plans by which the server carries out what a store asks, as it tells them beside its answers. */
async function plansOf(
  database: FreshDatabase,
  mode: string,
  work: (store: Store) => Promise<void>,
): Promise<{ text: string; plan: PlanNode }[]> {
  const settings = {
    session_preload_libraries: 'auto_explain',
    'auto_explain.log_min_duration': '0',
    'auto_explain.log_nested_statements': 'on',
    'auto_explain.log_format': 'json',
    client_min_messages: 'log',
    plan_cache_mode: mode,
  }
  await asSuper(database.superUrl, async (client) => {
    for (const [name, value] of Object.entries(settings))
      await client.query(`alter database ${database.name} set ${name} = '${value}'`)
  })
  const plans: { text: string; plan: PlanNode }[] = []
  const listened = new WeakSet<Client>()
  using _ = hear(({ client }) => {
    if (listened.has(client)) return
    listened.add(client)
    client.on('notice', ({ message = '' }) => {
      const json = /^duration: [^{]* plan:\s*(\{[^]*)$/.exec(message)?.[1]
      if (json === undefined) return
      const told = JSON.parse(json) as { 'Query Text': string; Plan: PlanNode }
      if (/threadkeep"?\./.test(told['Query Text'])) plans.push({ text: told['Query Text'], plan: told.Plan })
    })
  })
  await using store = await openPostgres({ url: database.urlFor('threadkeep_app'), trustUnflushed: true })
  await work(store)
  return plans
}

// The one question for all who listen at a node, in a house of five thousand people: by their keys, and with what the upkeep may see.
import { Client } from 'pg'
import { expect, it } from 'vitest'
import { must } from '../../src/core/assert.ts'
import { openPostgres } from '../../src/store/postgres/open.ts'
import { upkeepSql } from '../../src/store/postgres/upkeep-sql.ts'
import { range } from '../contract/world.ts'
import { bigHouse } from './big-house.ts'
import { freshHouse, openAsApp } from './house.ts'
import { type PlanNode, stepsOf } from './plan.ts'

it('searches for each by key, however many there are in the house', async () => {
  await using house = await bigHouse()
  const client = new Client(house.urlFor('threadkeep_upkeep'))
  await client.connect()
  await client.query('set plan_cache_mode = force_generic_plan')
  await client.query(`prepare asked as ${upkeepSql.changedAmong.text}`)
  const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
    'explain (format json) execute asked (null, null)',
  )
  await client.end()
  const steps = stepsOf(must(rows[0], 'a plan is a row')['QUERY PLAN'][0].Plan)
  expect(steps.map(({ index, by }) => `${index} (${by.join(', ')})`)).toEqual(['users_pkey (id)'])
})

it('names those who stand elsewhere than was seen of them, also behind it or nowhere, among many, and no stranger', async () => {
  await using house = await freshHouse()
  const upkeepUrl = house.urlFor('threadkeep_upkeep')
  await using store = await openPostgres({
    url: house.urlFor('threadkeep_app'),
    upkeepUrl,
    trustUnflushed: true,
    waitMs: 30_000,
  })
  const users = range(300).map((n) => `user ${n}`)
  await Promise.all(users.map((user) => store.commit({ user, at: 1, changes: [{ kind: 'thread.created', threadId: 't' }] }))) // prettier-ignore
  const seen = users.map((user, n) => ({ user, changeSeq: n === 7 || n === 200 ? 0 : n === 9 ? 5 : 1 }))
  const strangers = [
    { user: 'nobody', changeSeq: 0 },
    { user: 'gone', changeSeq: 3 },
  ]
  const changed = await store.upkeep.changedAmong([...seen.slice(0, 250), ...strangers])
  expect(changed).toHaveLength(4)
  expect(changed).toContainEqual({ user: 'user 9', changeSeq: 1 })
  expect(changed).toContainEqual({ user: 'gone', changeSeq: 0 })
  expect(changed).toContainEqual({ user: 'user 7', changeSeq: 1 })
  expect(changed).toContainEqual({ user: 'user 200', changeSeq: 1 })
})

it('is refused to a node without the upkeep login', async () => {
  await using house = await freshHouse()
  await using store = await openAsApp(house)
  await expect(store.upkeep.changedAmong([])).rejects.toMatchObject({ code: 'config' })
})

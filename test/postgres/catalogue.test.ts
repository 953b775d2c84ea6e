// The catalogue of a house says that users are kept apart; and it would say so of every table, view and function that is new.
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { must } from '../../src/core/assert.ts'
import { breachesIn, ourSchemas, userTables } from './catalogue.ts'
import type { FreshDatabase } from './database.ts'
import { freshHouse } from './house.ts'
import { asSuper } from './super.ts'
import { threePeople } from './three-people.ts'

let house: FreshDatabase | undefined
let owner: Client | undefined
beforeAll(async () => {
  house = await freshHouse()
  owner = new Client(house.urlFor('threadkeep_owner'))
  await owner.connect()
})
afterAll(async () => {
  await owner?.end()
  await house?.drop()
})

const asOwner = (): Client => must(owner, 'the owner is connected')

describe('the catalogue', () => {
  it('has no breach', async () => {
    expect(await breachesIn(asOwner())).toEqual([])
  })

  it('knows every table that holds something of a user', async () => {
    const names = (await userTables(asOwner())).map(({ name }) => name.replace('threadkeep.', ''))
    expect(names).toEqual(
      expect.arrayContaining([
        'bin',
        'changes',
        'marks',
        'messages',
        'run_events',
        'runs',
        'threads',
        'users',
      ]),
    )
  })
})

describe('the statistics of the planner', () => {
  it('hold no words of anybody, which would outlive them there', async () => {
    await using people = await threePeople()
    const held = await asSuper(people.database.superUrl, async (client) => {
      await client.query('ANALYZE')
      const { rows } = await client.query<{ at: string; values: string }>(
        `SELECT format('%s.%s', tablename, attname) AS at, concat(most_common_vals, histogram_bounds) AS values FROM pg_stats
         WHERE schemaname = ANY ($1)`,
        [ourSchemas],
      )
      return rows
    })
    expect(held.length).toBeGreaterThan(50)
    expect(held.filter(({ values }) => /quagga/.test(values)).map(({ at }) => at)).toEqual([])
  })
})

const table = 'CREATE TABLE threadkeep.planted (user_id text PRIMARY KEY)'
const secure = `${table}; ALTER TABLE threadkeep.planted ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY`
const policy = (to: string, using: string) =>
  `CREATE POLICY own ON threadkeep.planted TO ${to} USING (${using})`
const own = policy('threadkeep_app', 'user_id = (SELECT threadkeep.user_of_context())')
const lawful = `${secure}; ${own}`
const quiet = (sql: string) =>
  `${sql} RETURNS integer LANGUAGE sql RETURN 1; REVOKE ALL ON FUNCTION threadkeep.planted FROM PUBLIC`

describe('a new', () => {
  it('table that obeys is no breach', async () => {
    expect(await breachesWith(lawful)).toEqual([])
  })

  it.each([
    ['table with nothing said', table, ['has no policy', 'has no row security', 'does not force']],
    ['table without a policy', secure, ['has no policy']],
    [
      'table that its owner may read',
      `${lawful}; ALTER TABLE threadkeep.planted NO FORCE ROW LEVEL SECURITY`,
      ['does not force'],
    ],
    ['table without a user', 'CREATE TABLE threadkeep.planted (id text)', ['no column for its user']],
    [
      'policy for everybody',
      `${lawful}; CREATE POLICY p ON threadkeep.planted USING (true)`,
      ['for everybody', 'asks for no user'],
    ],
    [
      'policy that lets all through',
      `${secure}; ${policy('threadkeep_app', 'true')}`,
      ['has no policy', 'asks for no user'],
    ],
    [
      'policy by which upkeep reads words',
      'CREATE POLICY p ON threadkeep.messages FOR SELECT TO threadkeep_upkeep USING (true)',
      ['asks for no user'],
    ],
    [
      'right to empty a table',
      `${lawful}; GRANT TRUNCATE ON threadkeep.planted TO threadkeep_app`,
      ['more than its rows'],
    ],
    [
      'right to hang triggers on a table',
      `${lawful}; GRANT TRIGGER ON threadkeep.planted TO threadkeep_service`,
      ['more than its rows'],
    ],
    [
      'right to refer to a table',
      `${lawful}; GRANT REFERENCES ON threadkeep.planted TO threadkeep_app`,
      ['more than its rows'],
    ],
    [
      'right that may be passed on',
      `${lawful}; GRANT SELECT ON threadkeep.planted TO threadkeep_app WITH GRANT OPTION`,
      ['passed on'],
    ],
    ['right of everybody', `${lawful}; GRANT SELECT ON threadkeep.planted TO PUBLIC`, ['open to everybody']],
    [
      'right of everybody to a column',
      'GRANT SELECT (text) ON threadkeep.messages TO PUBLIC',
      ['open to everybody'],
    ],
    [
      'function with nothing said',
      'CREATE FUNCTION threadkeep.planted() RETURNS integer LANGUAGE sql RETURN 1',
      ['open to everybody'],
    ],
    [
      'function that runs as its owner',
      quiet('CREATE FUNCTION threadkeep.planted() ').replace('LANGUAGE', 'SECURITY DEFINER LANGUAGE'),
      ['runs as its owner'],
    ],
    [
      'view with nothing said',
      'CREATE VIEW threadkeep.planted AS SELECT * FROM threadkeep.messages',
      ['with its owner’s eyes'],
    ],
    [
      'view kept as rows',
      'CREATE MATERIALIZED VIEW threadkeep.planted AS SELECT * FROM threadkeep.meta',
      ['beyond row security'],
    ],
    ['sequence', 'CREATE SEQUENCE threadkeep.planted', ['is a sequence']],
    [
      'column that counts by itself',
      `${lawful}; ALTER TABLE threadkeep.planted ADD n bigint GENERATED ALWAYS AS IDENTITY`,
      ['is a sequence'],
    ],
    [
      'trigger',
      'CREATE TRIGGER planted BEFORE UPDATE ON threadkeep.meta FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()',
      ['is a trigger'],
    ],
    ['rule', 'CREATE RULE planted AS ON INSERT TO threadkeep.meta DO ALSO NOTHING', ['is a rule']],
    ['schema open to everybody', 'GRANT USAGE ON SCHEMA threadkeep TO PUBLIC', ['open to everybody']],
    [
      'place where the app may make things',
      'GRANT CREATE ON SCHEMA threadkeep TO threadkeep_app',
      ['make things'],
    ],
    [
      'schema that others are used to',
      `CREATE SCHEMA IF NOT EXISTS companion; CREATE VIEW companion.planted AS SELECT * FROM threadkeep.messages`,
      ['with its owner’s eyes'],
    ],
  ])('%s is a breach', async (_, sql, words) => {
    const breaches = await breachesWith(sql)
    expect(breaches).toHaveLength(words.length)
    for (const word of words) expect(breaches).toContainEqual(expect.stringContaining(word))
  })
})

/** Beyond those that were there before. */
async function breachesWith(sql: string): Promise<string[]> {
  const client = asOwner()
  const before = await breachesIn(client)
  await client.query('BEGIN')
  try {
    await client.query(sql)
    return (await breachesIn(client)).filter((breach) => !before.includes(breach))
  } finally {
    await client.query('ROLLBACK')
  }
}

// SQL that wants to see or change what is another's, said on the app's own login: it gets 0 rows and 0 words of anybody else.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { must } from '../../src/core/assert.ts'
import { range } from '../contract/world.ts'
import { created, headMoved, said } from '../store/commits.ts'
import { userTables } from './catalogue.ts'
import { openAsApp } from './house.ts'
import { asSuper } from './super.ts'
import { strangers, Stranger, threePeople, type ThreePeople, whatStrangersHave } from './three-people.ts'

let people: ThreePeople | undefined
let stranger: Stranger | undefined
const counted = { statements: 0, rows: 0, foreignRows: 0, foreignWords: 0 }

beforeAll(async () => {
  people = await threePeople()
  stranger = await Stranger.at(people)
})
afterAll(async () => {
  console.log(`hostile SQL: ${JSON.stringify(counted)}`)
  await stranger?.[Symbol.asyncDispose]()
  await people?.[Symbol.asyncDispose]()
})

const world = (): ThreePeople => must(people, 'they have moved in')

const tables = [
  'users',
  'threads',
  'messages',
  'runs',
  'run_events',
  'changes',
  'marks',
  'bin',
  'external_refs',
  'places',
].map((name) => `threadkeep.${name}`)
const others = [
  'threadkeep_owner',
  'threadkeep_upkeep',
  'threadkeep_report',
  'threadkeep_service',
  'postgres',
  'pg_read_all_data',
]
const each = (of: readonly string[], sql: (name: string) => string) => of.map(sql)
const message = (user: string, thread: string, seq: number, id: string) =>
  `INSERT INTO threadkeep.messages (user_id, thread_id, seq, id, parent, role, status, placed, text, change_seq, created_at)
   VALUES ('${user}', '${thread}', ${seq}, '${id}', 0, 0, 1, 0, 'planted', 1, 1)`
const thread = (user: string, id: string, key: string) =>
  `INSERT INTO threadkeep.threads (user_id, id, born, external_key, message_count, last_seq, fork_count, chain, created_as, change_seq, created_at, updated_at)
   VALUES ('${user}', '${id}', 9, '${key}', 0, 0, 0, '\\x00000000000000000000000000000000', '\\x00', 1, 1, 1)`

/** Each is one transaction. */
const attempts: Record<string, string[][]> = {
  'plain reading': [
    ...each(tables, (t) => `SELECT * FROM ${t}`).map((sql) => [sql]),
    ...each(tables, (t) => `TABLE ${t}`).map((sql) => [sql]),
    ...each(tables, (t) => `SELECT t::text, to_jsonb(t), row_to_json(t) FROM ${t} t`).map((sql) => [sql]),
    ...each(tables, (t) => `SELECT * FROM ${t} WHERE true OR random() < 2 FOR UPDATE`).map((sql) => [sql]),
    ...each(tables, (t) => `SELECT ctid, xmin, tableoid::regclass, * FROM ${t} WHERE ctid = '(0,1)'`).map(
      (sql) => [sql],
    ),
    ['SELECT * FROM threadkeep.messages TABLESAMPLE SYSTEM (100)'],
    [`SELECT query_to_xml('SELECT * FROM threadkeep.messages', true, true, '')`],
    [
      `SELECT table_to_xml('threadkeep.messages', true, true, '')`,
      `SELECT schema_to_xml('threadkeep', true, true, '')`,
    ],
    [`SELECT cursor_to_xml('c', 100, true, true, '') FROM (SELECT 1) x`],
  ],
  'becoming somebody else': [
    ...each(others, (role) => `SET ROLE ${role}`).map((sql) => [sql, 'SELECT * FROM threadkeep.messages']),
    ...each(others, (role) => `SET LOCAL ROLE ${role}`).map((sql) => [
      sql,
      'SELECT * FROM threadkeep.messages',
    ]),
    ...each(others, (role) => `SET SESSION AUTHORIZATION ${role}`).map((sql) => [
      sql,
      'SELECT * FROM threadkeep.messages',
    ]),
    ...each(others, (role) => `GRANT ${role} TO threadkeep_app`).map((sql) => [sql]),
    ['RESET ROLE', 'SELECT * FROM threadkeep.messages'],
    ['SET ROLE NONE', 'SELECT * FROM threadkeep.messages'],
    ['RESET SESSION AUTHORIZATION', 'SELECT * FROM threadkeep.messages'],
    [`SELECT set_config('role', 'threadkeep_report', true)`, 'SELECT * FROM threadkeep.messages'],
    [`SELECT set_config('session_authorization', 'postgres', true)`, 'SELECT * FROM threadkeep.messages'],
    ['ALTER ROLE threadkeep_app BYPASSRLS'],
    ['ALTER ROLE threadkeep_app SUPERUSER'],
    ['CREATE ROLE planted SUPERUSER'],
  ],
  'taking the lock away': [
    ...each(tables, (t) => `ALTER TABLE ${t} DISABLE ROW LEVEL SECURITY`).map((sql) => [sql]),
    ...each(tables, (t) => `ALTER TABLE ${t} NO FORCE ROW LEVEL SECURITY`).map((sql) => [sql]),
    ...each(tables, (t) => `CREATE POLICY p ON ${t} USING (true)`).map((sql) => [sql]),
    ...each(tables, (t) => `DROP POLICY own ON ${t}`).map((sql) => [sql]),
    ...each(tables, (t) => `ALTER TABLE ${t} OWNER TO threadkeep_app`).map((sql) => [sql]),
    ...each(tables, (t) => `TRUNCATE ${t} CASCADE`).map((sql) => [sql]),
    ...each(tables, (t) => `SET LOCAL row_security = off; SELECT * FROM ${t}`).map((sql) => [sql]),
    [
      'CREATE OR REPLACE FUNCTION threadkeep.user_of_context() RETURNS text LANGUAGE sql RETURN $$zebra-bob$$',
    ],
    ['ALTER FUNCTION threadkeep.user_of_context() SECURITY DEFINER'],
    ['SET LOCAL session_replication_role = replica', 'SELECT * FROM threadkeep.messages'],
    [`SELECT set_config('threadkeep.user_id', '', true)`, 'SELECT * FROM threadkeep.messages'],
    ['SET LOCAL threadkeep.user_id TO DEFAULT', 'SELECT * FROM threadkeep.messages'],
    ['RESET threadkeep.user_id', 'SELECT * FROM threadkeep.messages'],
    ['RESET ALL', 'SELECT * FROM threadkeep.messages'],
  ],
  'things of one’s own making': [
    ['CREATE VIEW threadkeep.planted AS SELECT * FROM threadkeep.messages'],
    ['CREATE VIEW pg_temp.planted AS SELECT * FROM threadkeep.messages', 'SELECT * FROM planted'],
    [
      'CREATE VIEW pg_temp.planted WITH (security_invoker = false) AS SELECT * FROM threadkeep.bin',
      'SELECT * FROM pg_temp.planted',
    ],
    ['CREATE TABLE threadkeep.planted AS SELECT * FROM threadkeep.messages'],
    ['CREATE TABLE public.planted AS SELECT * FROM threadkeep.messages'],
    [
      'CREATE TEMP TABLE planted ON COMMIT DROP AS SELECT * FROM threadkeep.messages',
      'SELECT * FROM planted',
    ],
    ['CREATE SCHEMA planted'],
    ['CREATE EXTENSION dblink'],
    ['CREATE EXTENSION postgres_fdw'],
    ['CREATE EXTENSION file_fdw'],
    [`SELECT dblink('dbname=postgres', 'SELECT 1')`],
    [
      'CREATE FUNCTION threadkeep.planted() RETURNS SETOF threadkeep.messages LANGUAGE sql AS $$ SELECT * FROM threadkeep.messages $$',
    ],
    [
      'CREATE FUNCTION pg_temp.planted() RETURNS SETOF threadkeep.messages LANGUAGE sql SECURITY DEFINER AS $$ SELECT * FROM threadkeep.messages $$',
      'SELECT * FROM pg_temp.planted()',
    ],
    [
      `DO $$ DECLARE r record; BEGIN FOR r IN SELECT * FROM threadkeep.messages LOOP RAISE NOTICE '%', r; END LOOP; END $$`,
    ],
    [
      `CREATE FUNCTION pg_temp.cheap(t text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN RAISE NOTICE '%', t; RETURN true; END $$`,
      'SELECT count(*) FROM threadkeep.messages WHERE pg_temp.cheap(text)',
      'SELECT count(*) FROM threadkeep.bin WHERE pg_temp.cheap(text)',
    ],
    [`CREATE FUNCTION pg_temp.sly(t text) RETURNS boolean LANGUAGE sql LEAKPROOF AS $$ SELECT true $$`],
    ['CREATE OPERATOR pg_temp.<<< (LEFTARG = text, RIGHTARG = text, FUNCTION = texteq)'],
    [
      'CREATE TRIGGER planted BEFORE INSERT ON threadkeep.messages FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()',
    ],
    ['CREATE RULE planted AS ON SELECT TO threadkeep.messages DO INSTEAD SELECT 1'],
    ['CREATE STATISTICS planted ON text, tag FROM threadkeep.messages'],
    ['CREATE PUBLICATION planted FOR ALL TABLES'],
    ['CREATE SUBSCRIPTION planted CONNECTION $$$$ PUBLICATION p'],
  ],
  'sentences within sentences': [
    ['WITH all_of_it AS MATERIALIZED (SELECT * FROM threadkeep.messages) SELECT * FROM all_of_it'],
    [
      'WITH RECURSIVE r AS (SELECT * FROM threadkeep.messages UNION SELECT m.* FROM threadkeep.messages m JOIN r ON m.seq > r.seq) SELECT * FROM r',
    ],
    [
      'SELECT (SELECT string_agg(text, $$,$$) FROM threadkeep.messages), array(SELECT text FROM threadkeep.bin)',
    ],
    ['SELECT m.* FROM threadkeep.changes c JOIN LATERAL (SELECT * FROM threadkeep.messages) m ON true'],
    ['SELECT * FROM threadkeep.threads t FULL JOIN threadkeep.messages m ON m.user_id <> t.user_id'],
    ['SELECT u.id, m.text FROM threadkeep.users u RIGHT JOIN threadkeep.messages m ON false'],
    [
      '(SELECT user_id, id FROM threadkeep.threads) UNION ALL SELECT user_id, id FROM threadkeep.messages EXCEPT SELECT $$x$$, $$y$$',
    ],
    ['DECLARE c CURSOR FOR SELECT * FROM threadkeep.messages', 'FETCH ALL FROM c'],
    [
      'SELECT max(text), min(text), count(*), string_agg(user_id, $$,$$) FROM threadkeep.messages GROUP BY CUBE (role)',
    ],
    ['SELECT first_value(text) OVER (ORDER BY user_id DESC) FROM threadkeep.messages'],
  ],
  'copying out and in': [
    ...each(tables, (t) => `COPY ${t} TO STDOUT`).map((sql) => [sql]),
    ...each(tables, (t) => `COPY (SELECT * FROM ${t}) TO STDOUT`).map((sql) => [sql]),
    ['COPY threadkeep.messages FROM STDIN'],
    [`COPY threadkeep.messages TO '/tmp/planted'`],
    [`COPY threadkeep.messages TO PROGRAM 'cat'`],
    [`SELECT pg_read_file('PG_VERSION'), pg_ls_dir('base')`],
    [`SELECT lo_import('/etc/passwd')`],
    [`SELECT lo_export(1, '/tmp/planted')`],
    [`SELECT convert_from(lo_get(oid), 'UTF8') FROM pg_largeobject_metadata`],
    ['SELECT * FROM pg_largeobject'],
  ],
  'faults that tell what they met': [
    ['SELECT 1 / (length(text) - length(text)) FROM threadkeep.messages'],
    ['SELECT text::integer FROM threadkeep.messages'],
    ['SELECT * FROM threadkeep.messages WHERE text::integer = 1'],
    [`SELECT * FROM threadkeep.messages WHERE user_id = 'zebra-bob' AND text::integer = 1`],
    [`SELECT * FROM threadkeep.users WHERE id <> 'ann' AND name::date > now()`],
    [`SELECT * FROM threadkeep.bin WHERE text::json IS NOT NULL AND user_id <> 'ann'`],
    [`SELECT * FROM threadkeep.run_events WHERE (events::json ->> 0)::integer = 1 AND user_id > 'ann'`],
    [`SELECT * FROM threadkeep.messages WHERE text ~ ('(' || text)`],
    [`SELECT * FROM threadkeep.threads ORDER BY title::integer`],
    [`UPDATE threadkeep.messages SET seq = 1 WHERE user_id <> 'ann'`],
    [`UPDATE threadkeep.messages SET parent = text::integer`],
    [`UPDATE threadkeep.messages SET role = 9`],
    ['ALTER TABLE threadkeep.messages ADD CHECK (length(text) < 1)'],
  ],
  'plans and statistics': [
    ...each(tables, (t) => `EXPLAIN (ANALYZE, VERBOSE) SELECT * FROM ${t}`).map((sql) => [sql]),
    ['SELECT * FROM pg_stats WHERE schemaname = $$threadkeep$$'],
    ['SELECT * FROM pg_stats_ext', 'SELECT * FROM pg_stats_ext_exprs'],
    ['SELECT * FROM pg_statistic'],
    [
      'SELECT * FROM pg_stat_activity',
      'SELECT * FROM pg_prepared_statements',
      'SELECT * FROM pg_cursors',
      'SELECT * FROM pg_locks',
    ],
    ['SELECT * FROM pg_prepared_xacts', 'SELECT * FROM pg_settings', 'SELECT * FROM pg_db_role_setting'],
    [`SELECT pg_get_expr(polqual, polrelid) FROM pg_policy`],
    ['SELECT pg_relation_filepath($$threadkeep.messages$$::regclass)', 'SELECT pg_current_logfile()'],
    ['SELECT * FROM pg_hba_file_rules'],
    ['SELECT * FROM pg_shadow', 'SELECT * FROM pg_authid'],
    ['CREATE EXTENSION pageinspect'],
    ['CREATE EXTENSION pg_stat_statements'],
    [`SELECT pg_logical_slot_get_changes('s', NULL, NULL)`],
    [`SELECT pg_create_logical_replication_slot('s', 'test_decoding')`],
  ],
  'writing where others live': [
    ...each(
      tables,
      (t) => `DELETE FROM ${t} WHERE ${t.endsWith('users') ? 'id' : 'user_id'} <> 'ann' RETURNING *`,
    ).map((sql) => [sql]),
    [`UPDATE threadkeep.messages SET text = 'planted' WHERE user_id <> 'ann' RETURNING *`],
    [`UPDATE threadkeep.messages SET user_id = 'zebra-bob' RETURNING *`],
    [`UPDATE threadkeep.users SET id = 'zebra-bob' RETURNING *`],
    [`UPDATE threadkeep.threads SET user_id = 'zebra-bob', id = 'zebra-thread' RETURNING *`],
    [`UPDATE threadkeep.users SET main_thread_id = 'zebra-thread' WHERE id = 'zebra-bob' RETURNING *`],
    [
      `MERGE INTO threadkeep.users u USING (SELECT 'zebra-bob' AS id) s ON u.id = s.id
      WHEN MATCHED THEN UPDATE SET name = 'planted' WHEN NOT MATCHED THEN INSERT (id, change_seq, created_at) VALUES (s.id, 1, 1)`,
    ],
    [message('zebra-bob', 'zebra-thread', 99, 'planted')],
    [message('ann', 'zebra-thread', 99, 'planted')],
    [thread('zebra-bob', 'planted', 'planted')],
    [
      `SELECT * FROM threadkeep.keep('[{"id":"zebra-bob","seen":null,"change_seq":99}]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL) WHERE false`,
    ],
  ],
  'asking whether somebody is there': [
    [`INSERT INTO threadkeep.users (id, change_seq, created_at) VALUES ('zebra-bob', 1, 1)`],
    [
      `INSERT INTO threadkeep.users (id, change_seq, created_at) VALUES ('zebra-bob', 1, 1) ON CONFLICT (id) DO UPDATE SET name = 'planted' RETURNING *`,
    ],
    [
      `INSERT INTO threadkeep.users (id, change_seq, created_at) VALUES ('zebra-bob', 1, 1) ON CONFLICT DO NOTHING RETURNING *`,
    ],
    [
      thread('ann', 'zebra-thread', 'zebra-key'),
      'SELECT * FROM threadkeep.threads WHERE external_key = $$zebra-key$$',
      'ROLLBACK',
    ],
    [
      `INSERT INTO threadkeep.changes (user_id, change_seq, kind) VALUES ('zebra-bob', 1, 1) ON CONFLICT (user_id, change_seq) DO UPDATE SET kind = 2 RETURNING *`,
    ],
    [
      `INSERT INTO threadkeep.marks (user_id, thread_id, seq, mark, value, marked_at) VALUES ('ann', 'zebra-thread', 1, 'pin', '1', 1)`,
    ],
    [
      `INSERT INTO threadkeep.runs (user_id, id, thread_id, message, reply, attempt, status, owner, epoch, lease_until, started_at)
      VALUES ('ann', 'zebra-run', 'zebra-thread', 1, 2, 1, 0, 'me', 1, 1, 1)`,
    ],
    [`SELECT * FROM threadkeep.users WHERE id = 'zebra-bob' FOR UPDATE NOWAIT`],
    [
      `SELECT has_table_privilege('threadkeep_owner', 'threadkeep.messages', 'SELECT'), threadkeep.user_of_context(), threadkeep.users_of_batch()`,
    ],
  ],
  'other ways of hearing': [
    ['LISTEN planted', `SELECT pg_notify('planted', 'x')`, 'SELECT * FROM pg_listening_channels()'],
    ['LISTEN "*"'],
    [`SELECT current_setting('threadkeep.users', true), current_setting('threadkeep.user_id', true)`],
    ['SHOW ALL'],
    ['SELECT pg_advisory_lock(1)', 'SELECT * FROM pg_locks', 'SELECT pg_advisory_unlock_all()'],
    ['LOCK TABLE threadkeep.messages IN ACCESS SHARE MODE', 'SELECT * FROM threadkeep.messages'],
    ['VACUUM threadkeep.messages'],
    ['ANALYZE threadkeep.messages', 'SELECT * FROM pg_stats'],
    ['CLUSTER threadkeep.messages USING messages_pkey'],
    ['REINDEX TABLE threadkeep.messages'],
    ['LOAD $$auto_explain$$'],
    ['SET LOCAL log_statement = $$all$$'],
    [
      'SET LOCAL debug_print_plan = on; SET LOCAL client_min_messages = debug5; SELECT * FROM threadkeep.messages',
    ],
  ],
}

describe.each(Object.entries(attempts))('%s', (_, transactions) => {
  it.each(
    transactions.map((statements) => [statements.join('; ').replaceAll(/\s+/g, ' '), statements] as const),
  )('%s', async (_, statements) => {
    const { rows, heard } = await must(stranger, 'somebody is hostile').says('ann', ...statements)
    const guesses = statements.join(' ')
    const foreign = (text: string) =>
      (text.match(/[\w-]*(?:zebra|quagga)[\w-]*/g) ?? []).filter((word) => !guesses.includes(word))
    const foreignRows = rows.filter((row) => foreign(JSON.stringify(row)).length > 0)
    counted.statements += statements.length
    counted.rows += rows.length
    counted.foreignRows += foreignRows.length
    counted.foreignWords += foreign(heard).length
    expect(foreignRows).toEqual([])
    expect(foreign(heard)).toEqual([])
  })
})

describe('what is hostile', () => {
  it('has changed nothing of anybody else’s', async () => {
    await using fresh = await threePeople()
    const untouched = await whatStrangersHave(fresh)
    expect(untouched.rows).toBeGreaterThan(50)
    expect((await whatStrangersHave(world())).rows).toBe(untouched.rows)
  })

  it('would be caught: a superuser hears rows and words', async () => {
    const { rows } = await asSuper(world().database.superUrl, (client) =>
      client.query('SELECT * FROM threadkeep.messages'),
    )
    expect(JSON.stringify(rows)).toMatch(/zebra[^]*quagga/)
  })

  it.each([
    [
      'the id of a user',
      (id: string) => `INSERT INTO threadkeep.users (id, change_seq, created_at) VALUES ('${id}', 1, 1)`,
      'zebra-bob',
    ],
    [
      'the id of a user, politely',
      (id: string) =>
        `INSERT INTO threadkeep.users (id, change_seq, created_at) VALUES ('${id}', 1, 1) ON CONFLICT DO NOTHING`,
      'zebra-bob',
    ],
    ['the id of a thread', (id: string) => thread('ann', id, `key ${id}`), 'zebra-thread'],
    ['an outside key', (id: string) => thread('ann', `thread ${id}`, id), 'zebra-key'],
    ['the id of a message', (id: string) => message('ann', 'thread-of-ann', 77, id), 'zebra-question'],
    ['a foreign thread', (id: string) => message('ann', id, 1, 'planted'), 'zebra-thread'],
    ['a foreign user', (id: string) => message(id, 'zebra-thread', 1, 'zebra-question'), 'zebra-bob'],
    [
      'what another system calls a thread',
      (id: string) =>
        `INSERT INTO threadkeep.external_refs VALUES ('ann', 'openai', '${id}', 'thread-of-ann') ON CONFLICT DO NOTHING`,
      'zebra-ref',
    ],
    [
      'the id of a run',
      (id: string) => `UPDATE threadkeep.runs SET id = '${id}' WHERE id = 'run-of-ann'`,
      'zebra-run',
    ],
  ])('hears the same of a stranger’s as of nobody’s: %s', async (_, sql, theirs) => {
    const asking = must(stranger, 'somebody is hostile')
    const about = async (id: string) => {
      const { fault, heard } = await asking.says('ann', sql(id), 'SELECT 1 / 0')
      return [fault, heard]
        .join('\n')
        .replaceAll(id, 'ID')
        .replaceAll(/"(position|length)":[^,]+,/g, '')
    }
    expect(await about(theirs)).toBe(await about('nobody-s'))
  })

  it('hears no words in the fault of its own row', async () => {
    const { fault, heard } = await must(stranger, 'there').says(
      'ann',
      message('ann', 'thread-of-ann', 1, 'planted'),
    )
    expect(fault).toContain('duplicate key')
    expect(heard).not.toContain('Key (')
  })

  it('sees only its own through a statement that was prepared for another', async () => {
    const asking = must(stranger, 'there')
    await asking.says(
      'zebra-bob',
      'PREPARE everything AS SELECT * FROM threadkeep.messages WHERE user_id IS NOT NULL',
    )
    for (const mode of ['auto', 'force_generic_plan', 'force_custom_plan'])
      for (const user of ['zebra-bob', 'ann', 'zebra-cat', 'ann']) {
        const { rows } = await asking.says(user, `SET LOCAL plan_cache_mode = ${mode}`, 'EXECUTE everything')
        expect(new Set(rows.map(([userId]) => userId))).toEqual(new Set([user]))
      }
  })

  it('sees nothing of the values that another is writing at the moment', async () => {
    const { store } = world()
    await using watching = await Stranger.at(world())
    const writing = Promise.all(
      range(200).map((i) =>
        store.commit({ user: 'zebra-bob', at: i, changes: [said('zebra-open', `quagga ${i}`)] }),
      ),
    )
    let looks = 0
    const state = { writing: true }
    void writing.finally(() => (state.writing = false))
    for (; state.writing; looks++) {
      const { heard } = await watching.says('ann', 'SELECT * FROM pg_stat_activity')
      expect(heard).not.toMatch(/zebra|quagga/)
    }
    await writing
    expect(looks).toBeGreaterThan(0)
  })
})

describe('without a context', () => {
  it.each(tables)('nothing is there, and nothing can be put there: %s', async (table) => {
    const asking = must(stranger, 'there')
    for (const sql of [
      `SELECT * FROM ${table}`,
      `DELETE FROM ${table} RETURNING *`,
      `UPDATE ${table} SET ${table.endsWith('users') ? 'id' : 'user_id'} = 'x' RETURNING *`,
    ])
      expect(await asking.says(null, sql)).toMatchObject({ rows: [], fault: null })
    expect(
      await asking.says(null, `INSERT INTO ${table} SELECT (json_populate_record(NULL::${table}, '{}')).*`),
    ).toMatchObject({
      fault: expect.stringMatching(/row-level security|null value/) as string,
    })
  })

  it('every table is asked', async () => {
    const names = await asSuper(world().database.superUrl, userTables)
    expect(
      names
        .map(({ name }) => name)
        .filter((name) => name.startsWith('threadkeep.'))
        .toSorted(),
    ).toEqual(tables.toSorted())
  })

  it.each(tables)('the owner sees nothing either: %s', async (table) => {
    const owner = new URL(world().database.urlFor('threadkeep_owner')).href
    expect((await asSuper(owner, (client) => client.query(`SELECT * FROM ${table}`))).rows).toEqual([])
  })
})

describe('what security by setting cannot stop', () => {
  it('is SQL that sets the context itself', async () => {
    const asking = must(stranger, 'there')
    const one = await asking.says(
      'ann',
      `SELECT set_config('threadkeep.user_id', 'zebra-bob', true)`,
      'SELECT * FROM threadkeep.messages',
    )
    const several = await asking.says(
      'ann',
      `SET LOCAL threadkeep.users = '{zebra-bob,zebra-cat}'`,
      'SELECT * FROM threadkeep.messages',
    )
    expect(one.heard).toMatch(/quagga/)
    expect(several.heard).toMatch(/quagga/)
  })

  it('is the guess of a planner, which is no row and no word: how many a user has', async () => {
    await asSuper(world().database.superUrl, (client) => client.query('ANALYZE threadkeep.messages'))
    const { heard } = await must(stranger, 'there').says(
      'ann',
      `EXPLAIN SELECT FROM threadkeep.messages WHERE user_id = 'zebra-bob'`,
    )
    expect(heard).toMatch(/rows=\d+/)
    expect(heard).not.toMatch(/quagga/)
  })

  it('is the size of the tables', async () => {
    const { rows } = await must(stranger, 'there').says(
      'ann',
      `SELECT reltuples::int FROM pg_class WHERE oid = 'threadkeep.messages'::regclass`,
    )
    expect(rows[0]?.[0]).toBeGreaterThan(0)
  })
})

describe('10,000 requests of 50 users over one connection', () => {
  it('never meet a row of another', async () => {
    const { database } = world()
    await using store = await openAsApp(database, { connectionsMax: 1, waitMs: 60_000 })
    const users = range(50).map((i) => `user${i}s`)
    let requests = 0
    const foreign: string[] = []
    const own = (user: string, answer: unknown) => {
      requests++
      const strange =
        (JSON.stringify(answer) ?? '').match(/user\d+s|zebra|quagga/g)?.filter((word) => word !== user) ?? []
      foreign.push(...strange)
    }
    const live = async (user: string) => {
      own(user, await store.commit({ user, at: 1, changes: [created('t', { title: user })] }))
      for (const i of range(33)) {
        own(
          user,
          await store.commit({ user, at: i, changes: [said('t', `${user} ${i}`, { id: `${user} ${i}` })] }),
        )
        own(user, await store.messagesJson(user, 't', { limit: 5 }))
        own(user, await store.messages(user, 't', { limit: 5, around: `${user} ${i}` }))
        own(user, await store.threads(user, { limit: 5 }))
        own(user, await store.user(user))
        if (i % 3 === 0)
          own(user, await store.commit({ user, at: i, changes: [said('t', 'x'), headMoved('t', 'nowhere')] }))
        else own(user, await store.changes(user, i, 3))
      }
      own(user, await store.thread(user, 'zebra-thread'))
    }
    await Promise.all(users.map(live))
    console.log(`over one connection: ${requests} requests, foreign words ${foreign.length}`)
    expect(requests).toBeGreaterThanOrEqual(10_000)
    expect(foreign).toEqual([])
    expect(strangers).toHaveLength(2)
  }, 180_000)
})

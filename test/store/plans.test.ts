// How SQLite means to carry out each of our statements in a file of 100,000 messages: by a search, and never by reading a table through.
import { mkdirSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, describe, expect, it } from 'vitest'
import { migrationsOf } from '../../src/store/migrations.ts'
import { openWriting } from '../../src/store/sqlite/connection.ts'
import { migrate } from '../../src/store/sqlite/migrate.ts'
import { readSql } from '../../src/store/sqlite/read-sql.ts'
import { Speakers } from '../../src/store/sqlite/speakers.ts'
import { prepareStatements } from '../../src/store/sqlite/statements.ts'
import { Home } from '../crash/home.ts'

class ListeningDatabase extends DatabaseSync {
  readonly heard: string[] = []
  override prepare(...asked: Parameters<DatabaseSync['prepare']>): ReturnType<DatabaseSync['prepare']> {
    this.heard.push(asked[0])
    return super.prepare(...asked)
  }
}

const home = new Home()
const db = bigStore()
afterAll(() => {
  db.close()
  home[Symbol.dispose]()
})

const big = 'users|threads|messages|runs|changes|run_events|bin'
/** A letter or two are the names that our statements give to tables. */
const readsThrough = new RegExp(`\\bSCAN (${big}|[a-z])\\b`)
const owning = /\b(threads|messages|runs|changes|run_events|bin)\b[^]*\bWHERE\b/
const sorts = /USE TEMP B-TREE/
/** The house's own walk over the runs that are open now; and the page that each of three merged lists was cut to before it is merged. */
const bounded = /SCAN r USING INDEX runs_open|SCAN \(subquery-\d+\)\nUSE TEMP B-TREE FOR ORDER BY/g
/** What the house asks on its own behalf: core/upkeep.ts, and the next free keys. */
const ofNoUser = ['openRuns', 'expiredRuns', 'stopsAsked', 'lastKeys']

describe.each(Object.entries(allStatements()))('%s', (_, statements) => {
  it.each(Object.entries(statements))('%s searches', (_, sql) => {
    const plan = planOf(sql).replaceAll(bounded, '')
    expect(plan).not.toMatch(readsThrough)
    expect(plan).not.toMatch(sorts)
  })
})

describe('the plans of a file with 100,000 messages', () => {
  it('are made on what is really in it', () => {
    const { n } = db.prepare('SELECT count(*) AS n FROM messages').get() as { n: number }
    expect(n).toBeGreaterThanOrEqual(100_000)
    expect(db.prepare('SELECT DISTINCT tbl FROM sqlite_stat1').all().length).toBeGreaterThan(8)
  })

  it('would show a table that is read through, and a sort', () => {
    expect(planOf('SELECT * FROM messages WHERE tag = ?')).toMatch(readsThrough)
    expect(planOf('SELECT * FROM messages m WHERE m.tag = ?')).toMatch(readsThrough)
    expect(planOf('SELECT * FROM threads WHERE user = ? ORDER BY title')).toMatch(sorts)
  })

  it.each(['ofPersona', 'ofPersonaUp'] as const)('find a persona’s page by its own index: %s', (name) => {
    expect(planOf(readSql[name])).toMatch(
      /messages_persona \(user=\? AND thread=\? AND persona=\? AND seq>\? AND seq<\?\)/,
    )
  })

  it.each([
    ['active', /threads_active \(user=\? AND/],
    ['archived', /threads_archived \(user=\? AND/],
    ['binned', /threads_binned \(user=\? AND/],
    ['all', /MERGE \(UNION ALL\)[^]*threads_active[^]*threads_archived[^]*threads_binned/],
    ['threadByKey', /threads_external_key/],
  ] as const)('read a list of threads in the order of its index: %s', (name, index) => {
    expect(planOf(readSql[name])).toMatch(index)
  })

  it.each(['objects', 'jsons'] as const)('read a page of messages by its seqs: %s', (name) => {
    expect(planOf(readSql[name])).toMatch(/messages_seq \(user=\? AND thread=\? AND seq>\? AND seq<\?\)/)
  })

  it('cut each of the three lists to a page before they are merged', () => {
    expect(readSql.all.match(/LIMIT \?4/g)).toHaveLength(4)
    expect(planOf(readSql.openRuns)).toMatch(/SCAN r USING INDEX runs_open/)
  })

  it('read the shape of a thread from an index alone', () => {
    expect(planOf(readSql.departuresAfter)).toMatch(/COVERING INDEX messages_departing /)
  })
})

describe('every statement', () => {
  it('that asks or changes something of a user’s names that user first', () => {
    const owned = Object.values(allStatements())
      .flatMap((statements) => Object.entries(statements))
      .filter(([name, sql]) => owning.test(sql) && !ofNoUser.includes(name))
    expect(owned.length).toBeGreaterThan(30)
    const nameless = owned.filter(([, sql]) => !/WHERE[^]*?\buser = (\?|m)/.test(sql))
    expect(nameless.map(([name]) => name)).toEqual([])
  })
})

function planOf(sql: string): string {
  const steps = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as { detail: string }[]
  return steps.map(({ detail }) => detail).join('\n')
}

/** A room that keeps its statements to itself is given a connection that tells what it was asked to prepare. */
function allStatements(): Record<'writer' | 'reader' | 'speakers', Record<string, string>> {
  const writer = Object.entries(prepareStatements(db)).map(([name, { sourceSQL }]) => [name, sourceSQL])
  const plannable = writer.filter(([, sql]) => !/^(BEGIN|COMMIT|ROLLBACK)/.test(sql ?? ''))
  return {
    writer: Object.fromEntries(plannable),
    reader: readSql,
    speakers: preparedBy((listening) => new Speakers(listening)),
  }
}

function preparedBy(make: (listening: DatabaseSync) => unknown): Record<string, string> {
  const listening = new ListeningDatabase(home.file, { readOnly: true })
  make(listening)
  listening.close()
  return Object.fromEntries(listening.heard.map((sql, i) => [`statement ${i + 1}`, sql]))
}

/** 50 users with 20 threads of 100 messages, every fifth of a persona, every fiftieth a branch; and one thread of 10,000. */
function bigStore(): DatabaseSync {
  mkdirSync(home.folder)
  const db = openWriting(home.file, 'OFF')
  migrate(db, migrationsOf('sqlite'), home.snapshots)
  const count = (to: number) =>
    `WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ${to})`
  db.exec(`
    BEGIN;
    INSERT INTO personas (id) VALUES ('sweet_supportive'), ('flirtatious'), ('dominant');
    INSERT INTO persona_versions (persona, version) SELECT key, 'v' FROM personas;
    INSERT INTO models (provider, model) VALUES ('p', 'm');
    ${count(50)} INSERT INTO users (key, id, change_seq, created_at) SELECT n, 'user-' || n, 2000, 1 FROM n;
    ${count(1_001)} INSERT INTO threads (key, user, id, head_id, external_key, message_count, last_seq, fork_count, chain, created_as,
        change_seq, created_at, updated_at, archived_at, binned_at)
      SELECT n, 1 + n % 50, 'thread-' || n, NULL, iif(n % 3 = 0, 'key-' || n, NULL), 100, 100, 2, zeroblob(16), zeroblob(16), 1, n, n,
        iif(n % 7 = 0, n, NULL), iif(n % 11 = 0, n, NULL) FROM n;
    ${count(110_000)} INSERT INTO messages (user, thread, seq, id, parent, role, status, placed, text, persona, checksum, change_seq, created_at)
      SELECT 1 + thread % 50, thread, seq, 'message-' || n, iif(seq % 50 = 0, seq - 2, seq - 1), n % 2, 1, 0, 'words',
        iif(n % 10 = 1, 1 + n % 3, NULL), zeroblob(16), n, n
      FROM (SELECT n, min((n - 1) / 100 + 1, 1001) AS thread, n - (min((n - 1) / 100 + 1, 1001) - 1) * 100 AS seq FROM n);
    ${count(20_000)} INSERT INTO runs (user, id, thread, message, reply, attempt, status, owner, epoch, lease_until, started_at)
      SELECT 1 + t % 50, 'run-' || n, t, m, m + 1, 1, iif(n % 100 = 0, 0, 1), 'node', 1, 1, 1
      FROM (SELECT n, (n - 1) / 20 + 1 AS t, ((n - 1) % 20) * 5 + 1 AS m FROM n);
    INSERT INTO run_events SELECT user, key, 0, 1, '[]' FROM runs;
    INSERT INTO changes SELECT user, row_number() OVER (PARTITION BY user ORDER BY key), thread, 8, seq FROM messages;
    INSERT INTO bin SELECT user, thread, seq, 1, '{}' FROM messages WHERE seq % 40 = 0;
    COMMIT;
    ANALYZE;
  `)
  return db
}

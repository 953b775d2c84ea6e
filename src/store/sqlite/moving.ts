// A SQLite store as something to move from or to: its rows with ids in place of keys, and back.

import type { DatabaseSync } from 'node:sqlite'
import { must } from '../../core/assert.ts'
import {
  columns,
  type Destination,
  type MovedCell,
  type MovedRow,
  type Origin,
  type Table,
  type TableOfThread,
  tablesOfThread,
  type ThreadStanding,
} from '../move/rows.ts'
import { asArrays } from './connection.ts'
import { Names } from './names.ts'
import { prepareStatements } from './statements.ts'

const pieceRows = 500

const threadRow = columns.threads.map((name) =>
  name === 'chain' || name === 'created_as' ? `lower(hex(t.${name}))` : `t.${name}`,
)
const bare = (table: Table, as: string) => columns[table].map((name) => `${as}.${name}`).join(', ')
const count = (table: string) =>
  `(SELECT count(*) FROM ${table} c WHERE c.user = t.user AND c.thread = t.key)`

const asked = {
  users: 'SELECT id FROM users WHERE id > ? ORDER BY id LIMIT 500',
  user: `SELECT ${columns.users.join(', ')} FROM users WHERE id = ?`,
  threads: `
    SELECT ${threadRow.join(', ')}, ${count('runs')}, ${count('messages')},
      (SELECT count(*) FROM run_events e WHERE e.user = t.user AND e.run IN (SELECT key FROM runs r WHERE r.user = t.user AND r.thread = t.key)),
      ${count('marks')}, ${count('bin')}, ${count('external_refs')}, ${count('places')}
    FROM threads t JOIN users u ON u.key = t.user WHERE u.id = ? ORDER BY t.key`,
  keys: 'SELECT t.user, t.key FROM threads t JOIN users u ON u.key = t.user WHERE u.id = ? AND t.id = ?',
  messages: `
    SELECT m.seq, m.id, m.parent, m.role, m.status, m.placed, m.text, m.parts, p.id, v.version, nullif(o.provider, ''), o.model,
      (SELECT r.id FROM runs r WHERE r.user = m.user AND r.key = m.run), NULL, m.origin, m.usage, m.tag, m.intent, m.confidence, m.entities,
      m.sources, m.metadata, m.format, nullif(lower(hex(m.checksum)), ''), m.change_seq, m.created_at, m.finished_at, m.deleted_at
    FROM messages m LEFT JOIN personas p ON p.key = m.persona LEFT JOIN persona_versions v ON v.key = m.persona_version
      LEFT JOIN models o ON o.key = m.model
    WHERE m.user = ?1 AND m.thread = ?2 AND m.seq > ?3 ORDER BY m.seq LIMIT ${pieceRows}`,
  runs: `SELECT ${bare('runs', 'r')} FROM runs r WHERE r.user = ?1 AND r.thread = ?2 ORDER BY r.key LIMIT ${pieceRows} OFFSET ?3`,
  run_events: `
    SELECT r.id, e.ordinal, e.position, e.events FROM runs r JOIN run_events e ON e.user = r.user AND e.run = r.key
    WHERE r.user = ?1 AND r.thread = ?2 ORDER BY r.key, e.ordinal LIMIT ${pieceRows} OFFSET ?3`,
  marks: `SELECT ${bare('marks', 'k')} FROM marks k WHERE k.user = ?1 AND k.thread = ?2 ORDER BY k.seq, k.mark LIMIT ${pieceRows} OFFSET ?3`,
  bin: `
    SELECT b.seq, b.deleted_at, was ->> 'status', was ->> 'text', was ->> 'parts', was ->> 'tag', was ->> 'intent', was ->> 'entities',
      was ->> 'sources', was ->> 'metadata'
    FROM bin b WHERE b.user = ?1 AND b.thread = ?2 ORDER BY b.seq LIMIT ${pieceRows} OFFSET ?3`,
  external_refs: `SELECT x.provider, x.external_id FROM external_refs x WHERE x.user = ?1 AND x.thread = ?2 ORDER BY x.provider LIMIT ${pieceRows} OFFSET ?3`,
  places: `SELECT ${bare('places', 'x')} FROM places x WHERE x.user = ?1 AND x.thread = ?2 LIMIT ${pieceRows} OFFSET ?3`,
  changes: `
    SELECT c.change_seq, t.id, c.kind, c.message FROM changes c JOIN users u ON u.key = c.user
      LEFT JOIN threads t ON t.user = c.user AND t.key = c.thread
    WHERE u.id = ? AND c.change_seq > ? ORDER BY c.change_seq LIMIT ${pieceRows}`,
  changesCount: 'SELECT count(*) FROM changes WHERE user = (SELECT key FROM users WHERE id = ?)',
  personaVersions: `
    SELECT p.id, v.version, v.definition FROM persona_versions v JOIN personas p ON p.key = v.persona ORDER BY 1, 2`,
} as const

type Statement = ReturnType<DatabaseSync['prepare']>
type Value = MovedCell

export class SqliteOrigin implements Origin {
  readonly name: string
  readonly #ask: Record<keyof typeof asked, Statement>

  constructor(db: DatabaseSync, name: string) {
    this.name = name
    const entries = Object.entries(asked).map(([of, sql]) => [of, asArrays(db.prepare(sql))])
    this.#ask = Object.fromEntries(entries) as Record<keyof typeof asked, Statement>
  }

  async *users(): AsyncIterable<string> {
    for (let after = ''; ;) {
      const ids = this.#all('users', after).map(([id]) => String(id))
      yield* ids
      const last = ids.at(-1)
      if (last === undefined) return
      after = last
    }
  }

  async user(user: string): Promise<MovedRow | null> {
    return this.#all('user', user)[0] ?? null
  }

  async threads(user: string): Promise<ThreadStanding[]> {
    return this.#all('threads', user).map((cells) => {
      const [row, counts] = [cells.slice(0, columns.threads.length), cells.slice(columns.threads.length)]
      const named = tablesOfThread.map((table, i) => [table, counts[i]])
      return { id: String(row[0]), row, counts: Object.fromEntries(named) as Record<TableOfThread, number> }
    })
  }

  async *rows(user: string, threadId: string, table: TableOfThread): AsyncIterable<MovedRow[]> {
    const [keys] = this.#all('keys', user, threadId)
    if (!keys) return
    for (let after = 0; ;) {
      const rows = this.#all(table, ...keys, after)
      const last = rows.at(-1)
      if (!last) return
      yield rows
      after = table === 'messages' ? Number(last[0]) : after + rows.length
    }
  }

  async *changes(user: string): AsyncIterable<MovedRow[]> {
    for (let after = 0; ;) {
      const rows = this.#all('changes', user, after)
      const last = rows.at(-1)
      if (!last) return
      yield rows
      after = Number(last[0])
    }
  }

  async changesCount(user: string): Promise<number> {
    return Number(this.#all('changesCount', user)[0]?.[0])
  }

  async personaVersions(): Promise<MovedRow[]> {
    return this.#all('personaVersions')
  }

  #all(name: keyof typeof asked, ...values: Value[]): MovedRow[] {
    return this.#ask[name].all(...values) as unknown as MovedRow[]
  }
}

const questionMarks = (n: number) => Array.from({ length: n }, () => '?').join(', ')

const written = {
  user: `
    INSERT INTO users (key, ${columns.users.join(', ')}) VALUES ((SELECT coalesce(max(key), 0) + 1 FROM users), ${questionMarks(columns.users.length)})
    ON CONFLICT (id) DO UPDATE SET ${columns.users.map((name) => `${name} = excluded.${name}`).join(', ')}`,
  userKey: 'SELECT key FROM users WHERE id = ?',
  threadKey: 'SELECT key FROM threads WHERE user = ? AND id = ?',
  thread: `
    INSERT INTO threads (user, key, ${columns.threads.join(', ')})
    VALUES (?, (SELECT coalesce(max(key), 0) + 1 FROM threads),
      ${columns.threads.map((name) => (name === 'chain' || name === 'created_as' ? 'unhex(?)' : '?')).join(', ')})`,
  run: `
    INSERT INTO runs (user, thread, key, ${columns.runs.join(', ')})
    VALUES (?, ?, (SELECT coalesce(max(key), 0) + 1 FROM runs), ${questionMarks(columns.runs.length)})`,
  message: `
    INSERT INTO messages (user, thread, seq, id, parent, role, status, placed, text, parts, persona, persona_version, model, run, origin,
      usage, tag, intent, confidence, entities, sources, metadata, format, checksum, change_seq, created_at, finished_at, deleted_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, unhex(?), ?, ?, ?, ?)`,
  runKey: 'SELECT key FROM runs WHERE user = ? AND id = ?',
  runEvents: 'INSERT INTO run_events (user, run, ordinal, position, events) VALUES (?, ?, ?, ?, ?)',
  mark: 'INSERT INTO marks (user, thread, seq, mark, value, marked_at) VALUES (?, ?, ?, ?, ?, ?)',
  bin: `
    INSERT INTO bin (user, thread, seq, deleted_at, was) VALUES (?, ?, ?, ?, json_object('status', ?, 'text', ?, 'parts', ?, 'tag', ?,
      'intent', ?, 'entities', ?, 'sources', ?, 'metadata', ?))`,
  place: 'INSERT INTO places (user, thread, read_seq, draft, draft_at, change_seq) VALUES (?, ?, ?, ?, ?, ?)',
  change: 'INSERT OR REPLACE INTO changes (user, change_seq, thread, kind, message) VALUES (?, ?, ?, ?, ?)',
  dropChanges: 'DELETE FROM changes WHERE user = ?',
} as const

export class SqliteDestination extends SqliteOrigin implements Destination {
  readonly #db: DatabaseSync
  readonly #put: Record<keyof typeof written, Statement>
  readonly #statements: ReturnType<typeof prepareStatements>
  readonly #names: Names

  constructor(db: DatabaseSync, name: string) {
    super(db, name)
    this.#db = db
    const entries = Object.entries(written).map(([of, sql]) => [of, db.prepare(sql)])
    this.#put = Object.fromEntries(entries) as Record<keyof typeof written, Statement>
    this.#statements = prepareStatements(db)
    this.#names = new Names(this.#statements)
  }

  putUser(user: MovedRow): Promise<void> {
    return this.#transaction(async () => void this.#put.user.run(...user))
  }

  putThread(
    user: string,
    thread: ThreadStanding,
    pieces: AsyncIterable<{ table: TableOfThread; rows: MovedRow[] }>,
  ): Promise<void> {
    return this.#transaction(async () => {
      const userKey = this.#userKey(user)
      this.#forget(userKey, thread.id)
      this.#put.thread.run(userKey, ...thread.row)
      const key = must(this.#threadKey(userKey, thread.id), 'the thread was just written')
      for await (const { table, rows } of pieces)
        for (const row of rows) this.#putRow(table, userKey, key, row)
    })
  }

  putChanges(user: string, pieces: AsyncIterable<MovedRow[]>): Promise<void> {
    return this.#transaction(async () => {
      const userKey = this.#userKey(user)
      this.#put.dropChanges.run(userKey)
      for await (const rows of pieces)
        for (const [changeSeq = null, threadId, kind = null, message = null] of rows) {
          const thread = typeof threadId === 'string' ? this.#threadKey(userKey, threadId) : null
          this.#put.change.run(userKey, changeSeq, thread, kind, message)
        }
    })
  }

  putPersonaVersions(rows: MovedRow[]): Promise<void> {
    return this.#transaction(async () => {
      for (const [persona, version] of rows)
        this.#names.personaVersion(this.#names.persona(String(persona)), String(version))
    })
  }

  removeThread(user: string, threadId: string): Promise<void> {
    return this.#transaction(async () => this.#forget(this.#userKey(user), threadId))
  }

  #putRow(table: TableOfThread, user: number, thread: number, row: MovedRow): void {
    switch (table) {
      case 'runs':
        return void this.#put.run.run(user, thread, ...row)
      case 'messages':
        return void this.#put.message.run(user, thread, ...this.#messageCells(user, row))
      case 'run_events':
        return void this.#put.runEvents.run(user, this.#runKey(user, row[0] ?? null), ...row.slice(1))
      case 'marks':
        return void this.#put.mark.run(user, thread, ...row)
      case 'bin':
        return void this.#put.bin.run(user, thread, ...row)
      case 'external_refs':
        return void this.#statements.putRef.run(user, ...row, thread)
      case 'places':
        return void this.#put.place.run(user, thread, ...row)
    }
  }

  #messageCells(user: number, row: MovedRow): Value[] {
    const persona = this.#names.persona(row[8] as string | null)
    const version = this.#names.personaVersion(persona, row[9] as string | null)
    const model = this.#names.model(row[10] as string | null, row[11] as string | null)
    return [
      ...row.slice(0, 8),
      persona,
      version,
      model,
      this.#runKey(user, row[12] ?? null),
      ...row.slice(14),
    ]
  }

  #forget(user: number, threadId: string): void {
    const thread = this.#threadKey(user, threadId)
    if (thread === null) return
    this.#statements.forgetRunEvents.run(user, thread, null)
    for (const name of ['forgetRuns', 'forgetBin', 'forgetMarks', 'forgetMessages', 'forgetThread'] as const)
      this.#statements[name].run(user, thread)
  }

  #runKey(user: number, id: MovedCell): number | null {
    if (id === null) return null
    return (this.#put.runKey.get(user, id) as { key: number } | undefined)?.key ?? null
  }

  #userKey(id: string): number {
    return (must(this.#put.userKey.get(id), `the user ${id} was written`) as { key: number }).key
  }

  #threadKey(user: number, id: string): number | null {
    return (this.#put.threadKey.get(user, id) as { key: number } | undefined)?.key ?? null
  }

  async #transaction(work: () => Promise<void>): Promise<void> {
    this.#db.exec('BEGIN IMMEDIATE')
    try {
      await work()
      this.#db.exec('COMMIT')
    } catch (fault) {
      this.#db.exec('ROLLBACK')
      this.#names.forget()
      throw fault
    }
  }
}

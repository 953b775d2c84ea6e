// A PostgreSQL store as something to move from or to: each user's rows in that user's own context, and who there is from the upkeep login.

import { must } from '../../core/assert.ts'
import {
  columns,
  type Destination,
  type MovedRow,
  type Origin,
  type Piece,
  type Table,
  type TableOfThread,
  tablesOfThread,
  type ThreadStanding,
} from '../move/rows.ts'
import type { Pool, Session, Sql } from './pool.ts'

const pieceRows = 500
const bytes = new Set(['chain', 'created_as', 'checksum'])

const sql = (name: string, text: string): Sql => ({ name: `move ${name}`, text })
const shown = (table: Table, as: string) =>
  columns[table]
    .map((name) => (bytes.has(name) ? `encode(${as}.${name}, 'hex')` : `${as}.${name}`))
    .join(', ')
const count = (table: string) =>
  `(SELECT count(*) FROM threadkeep.${table} c WHERE c.user_id = t.user_id AND c.thread_id = t.id)`

const orders = {
  runs: 'started_at, x.id',
  marks: 'seq, x.mark',
  bin: 'seq',
  external_refs: 'provider',
  places: 'thread_id',
} as const
const piece = (table: keyof typeof orders) =>
  sql(
    table,
    `SELECT ${shown(table, 'x')} FROM threadkeep.${table} x WHERE x.user_id = $1 AND x.thread_id = $2 ORDER BY x.${orders[table]}
     LIMIT ${pieceRows} OFFSET $3`,
  )

const asked = {
  users: sql('users', 'SELECT id FROM threadkeep.users WHERE id > $1 ORDER BY id LIMIT 500'),
  user: sql('user', `SELECT ${shown('users', 'u')} FROM threadkeep.users u WHERE u.id = $1`),
  threads: sql(
    'threads',
    `SELECT ${shown('threads', 't')}, ${count('runs')}, ${count('messages')},
      (SELECT count(*) FROM threadkeep.run_events e JOIN threadkeep.runs r ON r.user_id = e.user_id AND r.id = e.run_id
        WHERE e.user_id = t.user_id AND r.thread_id = t.id),
      ${count('marks')}, ${count('bin')}, ${count('external_refs')}, ${count('places')}
    FROM threadkeep.threads t WHERE t.user_id = $1 ORDER BY t.born`,
  ),
  messages: sql(
    'messages',
    `SELECT ${shown('messages', 'm')} FROM threadkeep.messages m WHERE m.user_id = $1 AND m.thread_id = $2 AND m.seq > $3
     ORDER BY m.seq LIMIT ${pieceRows}`,
  ),
  run_events: sql(
    'run_events',
    `SELECT ${shown('run_events', 'e')} FROM threadkeep.run_events e JOIN threadkeep.runs r ON r.user_id = e.user_id AND r.id = e.run_id
     WHERE e.user_id = $1 AND r.thread_id = $2 ORDER BY e.run_id, e.ordinal LIMIT ${pieceRows} OFFSET $3`,
  ),
  runs: piece('runs'),
  marks: piece('marks'),
  bin: piece('bin'),
  external_refs: piece('external_refs'),
  places: piece('places'),
  changes: sql(
    'changes',
    `SELECT ${shown('changes', 'c')} FROM threadkeep.changes c WHERE c.user_id = $1 AND c.change_seq > $2 ORDER BY c.change_seq
     LIMIT ${pieceRows}`,
  ),
  changesCount: sql('changes count', 'SELECT count(*) FROM threadkeep.changes WHERE user_id = $1'),
  personaVersions: sql(
    'persona versions',
    `SELECT ${shown('persona_versions', 'v')} FROM threadkeep.persona_versions v ORDER BY 1, 2`,
  ),
} as const

export class PostgresOrigin implements Origin {
  readonly name: string
  readonly #pool: Pool
  readonly #upkeep: Pool | null

  constructor(pool: Pool, upkeep: Pool | null, name: string) {
    this.name = name
    this.#pool = pool
    this.#upkeep = upkeep
  }

  async *users(): AsyncIterable<string> {
    const upkeep = must(this.#upkeep, 'whoever is moved from has an upkeep login')
    for (let after = ''; ;) {
      const rows = await upkeep.all((session) => session.rows(asked.users, after))
      yield* rows.map(([id]) => String(id))
      const last = rows.at(-1)
      if (!last) return
      after = String(last[0])
    }
  }

  async user(user: string): Promise<MovedRow | null> {
    return (await this.#rows(asked.user, user))[0] ?? null
  }

  async threads(user: string): Promise<ThreadStanding[]> {
    const rows = await this.#rows(asked.threads, user)
    return rows.map((cells) => {
      const [row, counts] = [cells.slice(0, columns.threads.length), cells.slice(columns.threads.length)]
      const named = tablesOfThread.map((table, i) => [table, counts[i]])
      return { id: String(row[0]), row, counts: Object.fromEntries(named) as Record<TableOfThread, number> }
    })
  }

  async *rows(user: string, threadId: string, table: TableOfThread): AsyncIterable<MovedRow[]> {
    for (let after = 0; ;) {
      const rows = await this.#rows(asked[table], user, threadId, after)
      const last = rows.at(-1)
      if (!last) return
      yield rows
      after = table === 'messages' ? Number(last[0]) : after + rows.length
    }
  }

  async *changes(user: string): AsyncIterable<MovedRow[]> {
    for (let after = 0; ;) {
      const rows = await this.#rows(asked.changes, user, after)
      const last = rows.at(-1)
      if (!last) return
      yield rows
      after = Number(last[0])
    }
  }

  async changesCount(user: string): Promise<number> {
    return Number((await this.#rows(asked.changesCount, user))[0]?.[0])
  }

  personaVersions(): Promise<MovedRow[]> {
    return this.#pool.all((session) => session.rows(asked.personaVersions)) as Promise<MovedRow[]>
  }

  #rows(sql: Sql, user: string, ...values: (string | number)[]): Promise<MovedRow[]> {
    return this.#pool.read(user, (session) => session.rows(sql, user, ...values)) as Promise<MovedRow[]>
  }
}

const types: Record<string, string> = {
  seq: 'integer', parent: 'integer', message: 'integer', reply: 'integer', attempt: 'integer', epoch: 'integer', ordinal: 'integer',
  message_count: 'integer', last_seq: 'integer', fork_count: 'integer', role: 'smallint', status: 'smallint', placed: 'smallint',
  confidence: 'smallint', kind: 'smallint', position: 'bigint', change_seq: 'bigint', created_at: 'bigint', updated_at: 'bigint',
  archived_at: 'bigint', pinned_at: 'bigint', binned_at: 'bigint', keep_until: 'bigint', finished_at: 'bigint', deleted_at: 'bigint',
  read_seq: 'integer', draft_at: 'bigint', lease_until: 'bigint', stop_at: 'bigint', started_at: 'bigint', ended_at: 'bigint', marked_at: 'bigint',
} // prettier-ignore

/** Rows come as one JSON text, so that a piece of five hundred is one statement; the words in it are the words, unchanged. */
function inserting(table: Table, before: readonly string[], after = ''): Sql {
  const names = columns[table]
  const given = names.map((name) => `${name} ${types[name] ?? 'text'}`)
  const taken = names.map((name) => (bytes.has(name) ? `decode(x.${name}, 'hex')` : `x.${name}`))
  return sql(
    `put ${table}`,
    `INSERT INTO threadkeep.${table} (${[...before, ...names].join(', ')})
     SELECT ${[...before.map((_, i) => `$${i + 2}`), ...taken].join(', ')} FROM json_to_recordset($1::json) AS x(${given.join(', ')})${after}`,
  )
}

const written = {
  users: inserting(
    'users',
    [],
    ` ON CONFLICT (id) DO UPDATE SET ${columns.users.map((name) => `${name} = excluded.${name}`).join(', ')}`,
  ),
  threads: inserting('threads', ['user_id', 'born']),
  runs: inserting('runs', ['user_id', 'thread_id']),
  messages: inserting('messages', ['user_id', 'thread_id']),
  run_events: inserting('run_events', ['user_id']),
  marks: inserting('marks', ['user_id', 'thread_id']),
  bin: inserting('bin', ['user_id', 'thread_id']),
  external_refs: inserting(
    'external_refs',
    ['user_id', 'thread_id'],
    ' ON CONFLICT (user_id, provider, external_id) DO UPDATE SET thread_id = excluded.thread_id',
  ),
  places: inserting('places', ['user_id', 'thread_id']),
  changes: inserting('changes', ['user_id']),
  persona_versions: inserting('persona_versions', [], ' ON CONFLICT DO NOTHING'),
  born: sql(
    'born',
    'SELECT coalesce(max(born), 0) + 1 FROM threadkeep.threads WHERE user_id = $1 AND born > 0',
  ),
  bornBefore: sql('born before', 'SELECT born FROM threadkeep.threads WHERE user_id = $1 AND id = $2'),
  forgetThread: sql('forget thread', 'DELETE FROM threadkeep.threads WHERE user_id = $1 AND id = $2'),
  dropChanges: sql('drop changes', 'DELETE FROM threadkeep.changes WHERE user_id = $1'),
} as const

export class PostgresDestination extends PostgresOrigin implements Destination {
  readonly #pool: Pool

  constructor(pool: Pool, name: string) {
    super(pool, null, name)
    this.#pool = pool
  }

  async putUser(row: MovedRow): Promise<void> {
    await this.#pool.write(String(row[0]), (session) => put(session, 'users', [row]))
  }

  async putThread(user: string, { id, row }: ThreadStanding, pieces: AsyncIterable<Piece>): Promise<void> {
    await this.#pool.write(user, async (session) => {
      const born = await placeOf(session, user, id)
      await session.rows(written.forgetThread, user, id)
      await put(session, 'threads', [row], user, born)
      for await (const { table, rows } of pieces) {
        const owner = table === 'run_events' ? [user] : [user, id]
        await put(session, table, rows, ...owner)
      }
    })
  }

  async putChanges(user: string, pieces: AsyncIterable<MovedRow[]>): Promise<void> {
    await this.#pool.write(user, async (session) => {
      await session.rows(written.dropChanges, user)
      for await (const rows of pieces) await put(session, 'changes', rows, user)
    })
  }

  async putPersonaVersions(rows: MovedRow[]): Promise<void> {
    if (rows.length > 0) await this.#pool.all((session) => put(session, 'persona_versions', rows))
  }

  async removeThread(user: string, threadId: string): Promise<void> {
    await this.#pool.write(user, (session) => session.rows(written.forgetThread, user, threadId))
  }
}

/** Threads keep the order of their creation: one that is written again stands where it stood. */
async function placeOf(session: Session, user: string, thread: string): Promise<number> {
  const before = await session.rows(written.bornBefore, user, thread)
  return Number((before[0] ?? (await session.rows(written.born, user))[0])?.[0])
}

function put(
  session: Session,
  table: Table,
  rows: readonly MovedRow[],
  ...owner: (string | number)[]
): Promise<unknown> {
  const objects = rows.map((row) => Object.fromEntries(columns[table].map((name, i) => [name, row[i]])))
  return session.rows(written[table], JSON.stringify(objects), ...owner)
}

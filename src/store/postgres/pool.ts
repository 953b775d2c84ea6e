// The connections of one login: few, waited for a bounded time, and thrown away rather than given back when anything was wrong.

import { DatabaseError, type PoolClient, type PoolConfig, Pool as Connections, types as parsers } from 'pg'
import { connectionFault, storeFault } from './faults.ts'

export type Sql = { name: string; text: string }
export type Cell = string | number | boolean | null | Buffer

/** One connection inside one transaction. Statements are sent without waiting for the ones before them. */
export interface Session {
  /** Rows as arrays, in the order of the columns; int8 as number, bytea as Buffer. */
  rows(sql: Sql, ...values: readonly unknown[]): Promise<Cell[][]>
}

export type Work<T> = (session: Session) => Promise<T>

/** `standbys` is null where the commit waited for no disk. */
export type Written<T> = { result: T; lsn: string; standbys: string | null }

export type PoolOptions = {
  url: string
  connectionsMax: number
  /** How long a request may wait for a free connection before it is turned away. */
  waitMs: number
  statementMs: number
  /** What the server tells beside an answer, such as that a standby was not waited for. */
  warned?: (message: string) => void
}

const begin = { name: 'begin', text: 'BEGIN' }
const beginReading = { name: 'begin reading', text: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY' }
const commit = { name: 'commit', text: 'COMMIT' }
const rollback = { name: 'rollback', text: 'ROLLBACK' }
/** And which standbys a commit of this transaction will wait for: null where it does not even wait for the disk. */
const setUser = {
  name: 'set user',
  text: `SELECT set_config('threadkeep.user_id', $1, true),
    CASE current_setting('synchronous_commit') WHEN 'off' THEN NULL WHEN 'on' THEN current_setting('synchronous_standby_names')
      WHEN 'remote_apply' THEN current_setting('synchronous_standby_names') ELSE '' END`,
}
const lsn = { name: 'lsn', text: 'SELECT pg_current_wal_lsn()::text' }

const int8 = 20
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === int8 ? Number : parsers.getTypeParser(oid, format),
}

export class Pool {
  readonly #pool: Connections

  constructor({ url, connectionsMax, waitMs, statementMs, warned }: PoolOptions) {
    const options: PoolConfig & { pipeline: boolean } = {
      connectionString: url,
      max: connectionsMax,
      connectionTimeoutMillis: waitMs,
      statement_timeout: statementMs,
      idle_in_transaction_session_timeout: statementMs,
      query_timeout: statementMs + 1_000,
      application_name: 'threadkeep',
      allowExitOnIdle: true,
      keepAlive: true,
      pipeline: true,
    }
    this.#pool = new Connections(options)
    this.#pool.on('error', () => {}) // an idle connection that dies is replaced when it is needed
    this.#pool.on('connect', (client) => {
      client.on('error', () => {}) // and one that dies at work tells whoever waits for its answer
      if (warned) client.on('notice', ({ message }) => warned(message ?? ''))
    })
  }

  /** One snapshot, in which only this user's rows are there, and nothing can be written. */
  read<T>(user: string, work: Work<T>): Promise<T> {
    return this.#transaction(beginReading, user, work).then(({ result }) => result)
  }

  /** As one user; what comes back is as new as what was written. */
  write<T>(user: string, work: Work<T>): Promise<Written<T>> {
    return this.#transaction(begin, user, work, 'where it ended')
  }

  /** One statement that is a transaction by itself and says by itself for whom it reads. */
  readAlone(sql: Sql, ...values: readonly unknown[]): Promise<Cell[][]> {
    return this.#with((client) => ask(client, sql, values))
  }

  /** One statement that is a transaction by itself, and where the log stood after it. */
  once(sql: Sql, ...values: readonly unknown[]): Promise<{ rows: Cell[][]; lsn: string }> {
    return this.#with(async (client) => {
      const [rows = [], after] = await settled([ask(client, sql, values), ask(client, lsn, [])])
      return { rows, lsn: lsnIn(after) }
    })
  }

  /** For a login that sees what its own policies show it, and for no user. */
  all<T>(work: Work<T>): Promise<T> {
    return this.#transaction(begin, null, work).then(({ result }) => result)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#pool.ended) await this.#pool.end()
  }

  #transaction<T>(
    how: Sql,
    user: string | null,
    work: Work<T>,
    ends?: 'where it ended',
  ): Promise<Written<T>> {
    return this.#with(async (client) => {
      // What comes behind the first that failed only says that the transaction is over; and for some nobody waits.
      const failed: unknown[] = []
      const rows: Session['rows'] = (sql, ...values) => {
        const answer = ask(client, sql, values)
        answer.catch((fault: unknown) => failed.push(fault))
        return answer
      }
      const opened = [rows(how), ...(user === null ? [] : [rows(setUser, user)])]
      try {
        const result = await work({ rows })
        const standbys = ((await Promise.all(opened))[1]?.[0]?.[1] ?? null) as string | null
        if (failed.length > 0) throw failed[0]
        const [, after] = await settled([ask(client, commit, []), ...(ends ? [ask(client, lsn, [])] : [])])
        return { result, lsn: lsnIn(after), standbys }
      } catch (fault) {
        await Promise.allSettled([...opened, ask(client, rollback, [])]) // who cannot even do this is thrown away
        throw failed[0] ?? fault
      }
    })
  }

  async #with<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect().catch((fault: unknown) => {
      throw connectionFault(fault)
    })
    let broken = true
    try {
      const result = await work(client)
      broken = false
      return result
    } catch (fault) {
      const told = storeFault(fault)
      broken = fault instanceof DatabaseError ? leavesDoubt(fault) : told !== fault
      throw told
    } finally {
      client.release(broken || client.getTransactionStatus() !== 'I')
    }
  }
}

/** After these nobody knows what state the connection is in: cancelled, killed, or its server on the way down. */
const leavesDoubt = ({ code = '' }: DatabaseError) =>
  code === '57014' || /^(08|25P0[34]|57P|58|XX)/.test(code)

const ask = async (
  client: PoolClient,
  { name, text }: Sql,
  values: readonly unknown[],
): Promise<Cell[][]> => {
  const answer = await client.query<Cell[]>({ name, text, values: [...values], rowMode: 'array', types })
  return answer.rows
}

/** All are waited for, so that nothing is under way any more when the first fault is told. */
async function settled<T>(promises: Promise<T>[]): Promise<T[]> {
  const answers = await Promise.allSettled(promises)
  return answers.map((answer) => {
    if (answer.status === 'rejected') throw answer.reason
    return answer.value
  })
}

const lsnIn = (rows: Cell[][] | undefined): string => String(rows?.[0]?.[0] ?? '')

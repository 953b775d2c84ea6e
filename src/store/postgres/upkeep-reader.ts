// What core/upkeep.ts asks, by a login of its own that sees what its policies show it.

import type { RunEvents } from '../../core/run.ts'
import type { OpenRun, ThreadPlace, UserSeen } from '../../core/upkeep.ts'
import type { RunEventsRow } from '../read/ask.ts'
import { openRunOf, runEventsOf } from '../read/rows.ts'
import type { Session, Sql } from './pool.ts'
import { upkeepSql } from './upkeep-sql.ts'

type UpkeepPool = { all<T>(work: (session: Session) => Promise<T>): Promise<T> }

export class UpkeepReader {
  readonly #pool: UpkeepPool

  constructor(pool: UpkeepPool) {
    this.#pool = pool
  }

  openRuns(limit: number): Promise<OpenRun[]> {
    return this.#runs(upkeepSql.openRuns, limit)
  }

  expiredRuns(limit: number): Promise<OpenRun[]> {
    return this.#runs(upkeepSql.expiredRuns, limit)
  }

  stopsAsked(owner: string): Promise<OpenRun[]> {
    return this.#runs(upkeepSql.stopsAsked, owner)
  }

  /** Also of a run whose thread is in the bin. */
  async runEventsAnywhere(user: string, runId: string, afterOrdinal: number): Promise<RunEvents[]> {
    const ask = upkeepSql.runEvents
    const rows = await this.#pool.all((session) => session.rows(ask, user, runId, afterOrdinal))
    return (rows as unknown as RunEventsRow[]).map(runEventsOf)
  }

  /** Of some runs at a time, until there are no more. */
  async dropRunLogs(endedBefore: number): Promise<void> {
    const dropSome = () => this.#pool.all((session) => session.rows(upkeepSql.dropRunLogs, endedBefore))
    while ((await dropSome())[0]?.[0] === true);
  }

  async changedAmong(seen: readonly UserSeen[]): Promise<UserSeen[]> {
    const [users, seqs] = [seen.map(({ user }) => user), seen.map(({ changeSeq }) => changeSeq)]
    const rows = await this.#pool.all((session) => session.rows(upkeepSql.changedAmong, users, seqs))
    return rows.map(([user, changeSeq]) => ({ user: String(user), changeSeq: Number(changeSeq) }))
  }

  async recentThreads(limit: number): Promise<ThreadPlace[]> {
    const rows = await this.#pool.all((session) => session.rows(upkeepSql.recentThreads, limit))
    return rows.map(([user, thread]) => ({ user: String(user), thread: String(thread) }))
  }

  async #runs(sql: Sql, ...values: readonly unknown[]): Promise<OpenRun[]> {
    const rows = await this.#pool.all((session) => session.rows(sql, ...values))
    return rows.map(openRunOf)
  }
}

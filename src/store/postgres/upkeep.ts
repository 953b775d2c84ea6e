// What core/upkeep.ts asks, on PostgreSQL: the schema by any login, and the rest by the one that sees every user, where there is one.

import { ThreadkeepError } from '../../core/errors.ts'
import type { Upkeep } from '../../core/upkeep.ts'
import { type Address, tried } from './address.ts'
import { Pool, type Sql } from './pool.ts'
import { rolesSql, whoAmI } from './roles.ts'
import { schemaReport } from './schema-report.ts'
import { type Standing, standingOf } from './standing.ts'
import { UpkeepReader } from './upkeep-reader.ts'

export type OpenedUpkeep = AsyncDisposable & { upkeep: Upkeep }

const connectionsMax = 2

export function upkeepWithout(app: Pool): Upkeep {
  const refuse = async () => {
    throw new ThreadkeepError(
      'config',
      'This node has no login that sees every user, so it does no upkeep.',
      'Name the third login in THREADKEEP_STORE_UPKEEP: docs/postgres.md.',
    )
  }
  const asked = { openRuns: refuse, expiredRuns: refuse, stopsAsked: refuse, runEvents: refuse }
  return {
    schema: () => schemaReport(app),
    ...asked,
    dropRunLogs: refuse,
    changedAmong: refuse,
    recentThreads: refuse,
  }
}

export async function openUpkeep(
  app: Pool,
  own: Standing,
  url: string,
  waitMs: number,
): Promise<OpenedUpkeep> {
  const address: Address = { setting: 'THREADKEEP_STORE_UPKEEP', url }
  const pool = new Pool({ url, connectionsMax, waitMs, statementMs: 60_000 })
  try {
    await tried(address, 'Looking at who does the upkeep', () => lookAsUpkeep(pool, own))
  } catch (fault) {
    await pool[Symbol.asyncDispose]()
    throw fault
  }
  const reader = new UpkeepReader(pool)
  return {
    upkeep: {
      schema: () => schemaReport(app),
      openRuns: (limit) => reader.openRuns(limit),
      expiredRuns: (limit) => reader.expiredRuns(limit),
      stopsAsked: (owner) => reader.stopsAsked(owner),
      runEvents: (user, runId, afterOrdinal) => reader.runEventsAnywhere(user, runId, afterOrdinal),
      dropRunLogs: (endedBefore) => reader.dropRunLogs(endedBefore),
      changedAmong: (seen) => reader.changedAmong(seen),
      recentThreads: (limit) => reader.recentThreads(limit),
    },
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  }
}

/** Of another store, or of a standby that lags behind, it would find nothing of what there is, and say that all is well. */
export async function lookAsUpkeep(pool: Pool, own: Standing): Promise<void> {
  const [me, [belongs]] = await pool.all((session) =>
    Promise.all([session.rows(whoAmI), session.rows(isUpkeep)]),
  )
  refuseOther(me[0] ?? [], belongs?.[0] === true, belongs?.[1] === true)
  const seen = await standingOf(pool)
  // Not every login may ask which server it is.
  const isOtherServer = seen.system !== null && own.system !== null && seen.system !== own.system
  const isSame = seen.meta.storeId === own.meta.storeId && seen.database === own.database
  if (isOtherServer || !isSame) throw anotherStore()
}

const isUpkeep: Sql = {
  name: 'is upkeep',
  text: `SELECT pg_has_role('threadkeep_upkeep', 'USAGE'), EXISTS (SELECT FROM pg_roles o
    WHERE o.rolname IN ('threadkeep_app', 'threadkeep_report', 'threadkeep_service') AND pg_has_role(session_user, o.oid, 'MEMBER'))`,
}

const anotherStore = () =>
  new ThreadkeepError(
    'store_refused',
    'THREADKEEP_STORE_UPKEEP leads to another store than THREADKEEP_STORE: what is asked for everybody would be asked of others.',
    'Name the same database of the same server in both.',
  )

/** More than the upkeep needs is more than it should have; and whoever may less would find nothing to do, and say nothing. */
function refuseOther(
  [name, superuser, bypasses, owns]: readonly unknown[],
  belongs: boolean,
  isAlsoOther: boolean,
): void {
  const isMighty = superuser === true || bypasses === true || owns === true || (belongs && isAlsoOther)
  if (belongs && !isMighty) return
  throw new ThreadkeepError(
    'store_refused',
    `The upkeep would come to the database as ${String(name)}, who ${isMighty ? 'may do far more than it needs' : 'is no threadkeep_upkeep'}.`,
    `Name another login in THREADKEEP_STORE_UPKEEP. This makes the right ones:\n\n${rolesSql()}`,
  )
}

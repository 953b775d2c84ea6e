// How a PostgreSQL stands when somebody comes to it: who we are there, what it holds, how far its log is, and whether it flushes.

import { must } from '../../core/assert.ts'
import { ThreadkeepError } from '../../core/errors.ts'
import { type Meta, metaOf } from './migrate.ts'
import type { Cell, Pool, Session } from './pool.ts'
import { whoAmI } from './roles.ts'

export type Standing = {
  me: readonly Cell[]
  /** Without a Threadkeep there: an empty storeId and schema 0. */
  meta: Meta
  version: number
  /** Whether the server flushes at all, and whether a commit waits for it. */
  flushes: boolean
  waits: boolean
  system: string | null
  timeline: number | null
  /** What the server knows this database by: another one of the same name has another. */
  database: string
  lsn: string
}

const statements = {
  meta: { name: 'meta', text: 'SELECT name, value FROM threadkeep.meta' },
  hasMeta: {
    name: 'has meta',
    text: `SELECT to_regclass('threadkeep.meta') IS NOT NULL`,
  },
  settings: {
    name: 'settings',
    text: `SELECT current_setting('server_version_num')::int, current_setting('fsync') = 'on', current_setting('synchronous_commit') <> 'off',
      pg_is_in_recovery(), has_function_privilege('pg_control_system()', 'EXECUTE'),
      current_setting('server_encoding')`,
  },
  log: {
    name: 'log place',
    text: `SELECT pg_current_wal_lsn()::text, pg_walfile_name(pg_current_wal_lsn()),
      (SELECT d.oid::text FROM pg_database d WHERE d.datname = current_database())`,
  },
  system: { name: 'system', text: 'SELECT system_identifier::text FROM pg_control_system()' },
}

export const standingOf = (pool: Pool): Promise<Standing> => pool.all((session) => look(session))

async function look(session: Session): Promise<Standing> {
  const [me, [hasMeta], [settings]] = await Promise.all([
    session.rows(whoAmI),
    session.rows(statements.hasMeta),
    session.rows(statements.settings),
  ])
  const [version, flushes, waits, isStandby, maySeeSystem, encoding] = must(
    settings,
    'a server has settings',
  ) as Settings
  refuseOld(version)
  refuseOtherThanUtf8(encoding)
  if (isStandby) throw standby
  const [[log], system, meta] = await Promise.all([
    session.rows(statements.log),
    maySeeSystem ? session.rows(statements.system) : [],
    hasMeta?.[0] === true ? session.rows(statements.meta) : [],
  ])
  const [lsn, file, database] = must(log, 'a server that takes writes has a log') as [string, string, string]
  return {
    me: must(me[0], 'everybody is somebody'),
    meta: metaOf(meta),
    version,
    flushes,
    waits,
    system: (system[0]?.[0] as string | undefined) ?? null,
    timeline: Number.parseInt(file.slice(0, 8), 16),
    database,
    lsn,
  }
}
type Settings = [
  version: number,
  flushes: boolean,
  waits: boolean,
  isStandby: boolean,
  maySeeSystem: boolean,
  encoding: string,
]

const oldestServer = 150_000

function refuseOld(version: number): void {
  if (version >= oldestServer) return
  throw new ThreadkeepError(
    'store_refused',
    `The server is PostgreSQL ${Math.floor(version / 10_000)}.`,
    'Threadkeep needs PostgreSQL 15 or newer.',
  )
}

/** Any other cannot hold every character, or counts bytes for characters. */
export function refuseOtherThanUtf8(encoding: string): void {
  if (encoding === 'UTF8') return
  throw new ThreadkeepError(
    'store_refused',
    `The database keeps text as ${encoding}.`,
    "Make it with ENCODING 'UTF8' TEMPLATE template0, as `threadkeep roles` does.",
  )
}

const standby = new ThreadkeepError(
  'store_refused',
  'The server is a standby, which takes no writes.',
  'Point THREADKEEP_STORE to the primary, or promote this one first.',
)

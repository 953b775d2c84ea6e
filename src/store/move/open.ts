// The two ends of a move, by their addresses: the one that is read stays as it is, the other is brought to this code's schema first.

import { existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { ThreadkeepError } from '../../core/errors.ts'
import { migrationsOf } from '../migrations.ts'
import { refuseUnmigrated } from '../postgres/migrate.ts'
import { PostgresDestination, PostgresOrigin } from '../postgres/moving.ts'
import { placeOf, tried } from '../postgres/address.ts'
import { Pool, type Sql } from '../postgres/pool.ts'
import { refuseMighty } from '../postgres/roles.ts'
import { standingOf } from '../postgres/standing.ts'
import { migrateAs } from '../postgres/open.ts'
import { lookAsUpkeep } from '../postgres/upkeep.ts'
import { journalFile } from '../spool/spool.ts'
import { openReading, openWriting } from '../sqlite/connection.ts'
import { lockFolder } from '../sqlite/folder-lock.ts'
import { SqliteDestination, SqliteOrigin } from '../sqlite/moving.ts'
import { openSqlite } from '../sqlite/open.ts'
import type { Destination, Origin } from './rows.ts'

export type MoveAddress = {
  /** `sqlite:<path>` or `postgres://…` as the app's login. */
  store: string
  /** Of a PostgreSQL that is moved to: it may have to be migrated. */
  ownerUrl?: string | undefined
  /** Of a PostgreSQL that is moved from: who its users are. */
  upkeepUrl?: string | undefined
  /** Of a PostgreSQL that is moved from: where this node keeps what could not be written to it yet. */
  data?: string
}

/** `folder` is where a store in a file keeps what belongs to it; `ask` reaches what stands beside one in a database. */
export type End<T> = AsyncDisposable & { readonly end: T } & ({ folder: string } | { ask: Ask })
export type Ask = (sql: Sql, ...values: readonly unknown[]) => Promise<readonly (readonly unknown[])[]>

export async function openOrigin({ store, upkeepUrl, data }: MoveAddress): Promise<End<Origin>> {
  const file = sqliteFile(store)
  if (file !== null) return originInFile(file)
  if (!upkeepUrl)
    throw new ThreadkeepError(
      'config',
      'Only the upkeep login can say who the users of a PostgreSQL store are.',
      'Give its address in THREADKEEP_STORE_UPKEEP.',
    )
  if (data !== undefined) refuseWaiting(journalFile(data))
  const [pool, upkeep] = [openPool(store), openPool(upkeepUrl)]
  const own = await tried({ setting: '--from', url: store }, 'Reading the store', () => standingOf(pool))
  refuseUnmigrated(own.meta, migrationsOf('postgres'))
  await tried({ setting: 'THREADKEEP_STORE_UPKEEP', url: upkeepUrl }, 'Looking for who there is', () =>
    lookAsUpkeep(upkeep, own),
  )
  return ended(new PostgresOrigin(pool, upkeep, placeOf(store)), { ask: asking(pool) }, pool, upkeep)
}

export async function openDestination({ store, ownerUrl }: MoveAddress): Promise<End<Destination>> {
  const file = sqliteFile(store)
  if (file !== null) return destinationInFile(file)
  if (ownerUrl) await migrateAs(ownerUrl)
  const pool = openPool(store)
  const { me, meta } = await tried({ setting: '--to', url: store }, 'Opening the store', () =>
    standingOf(pool),
  )
  refuseMighty(me)
  refuseUnmigrated(meta, migrationsOf('postgres'))
  return ended(new PostgresDestination(pool, placeOf(store)), { ask: asking(pool) }, pool)
}

/** Locked while it is read, so that nobody writes to what is being moved. */
function originInFile(file: string): End<Origin> {
  if (!existsSync(file))
    throw new ThreadkeepError(
      'store_refused',
      `There is no store at ${file}.`,
      'Name the file of the store that is to be moved.',
    )
  const lock = lockFolder(dirname(file))
  const db = openReading(file)
  return ended(
    new SqliteOrigin(db, file),
    { folder: dirname(file) },
    { [Symbol.dispose]: () => db.close() },
    lock,
  )
}

async function destinationInFile(file: string): Promise<End<Destination>> {
  const folder = dirname(file)
  const store = await openSqlite({ file, folder, ephemeral: false })
  await store[Symbol.asyncDispose]()
  const lock = lockFolder(folder)
  const db = openWriting(file, 'FULL')
  return ended(new SqliteDestination(db, file), { folder }, { [Symbol.dispose]: () => db.close() }, lock)
}

/** Acknowledged, and not in the store yet: a move would leave it behind. */
function refuseWaiting(journal: string): void {
  const bytes = statSync(journal, { throwIfNoEntry: false })?.size ?? 0
  if (bytes === 0) return
  throw new ThreadkeepError(
    'store_refused',
    `${bytes} bytes of what was said while the database was away wait in ${journal}, and would be left behind.`,
    'Start this node on the database they belong to, and every other node that was cut off; move when spool_bytes in /metrics is 0.',
  )
}

const openPool = (url: string) =>
  new Pool({ url, connectionsMax: 2, waitMs: 10_000, statementMs: 10 * 60_000 })

const sqliteFile = (store: string): string | null =>
  store.startsWith('sqlite:') ? store.slice('sqlite:'.length) : null

const asking =
  (pool: Pool): Ask =>
  (sql, ...values) =>
    pool.all((session) => session.rows(sql, ...values))

function ended<T>(
  end: T,
  beside: { folder: string } | { ask: Ask },
  ...held: (Disposable | AsyncDisposable)[]
): End<T> {
  return {
    ...beside,
    end,
    [Symbol.asyncDispose]: async () => {
      for (const one of held)
        await (Symbol.asyncDispose in one ? one[Symbol.asyncDispose]() : one[Symbol.dispose]())
    },
  }
}

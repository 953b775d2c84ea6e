// One hardened connection to a SQLite file: the only place that knows how a file is opened.

import { ThreadkeepError } from '../../core/errors.ts'
import { constants, DatabaseSync, type StatementSync } from 'node:sqlite'

/** "THKP": how a file says that it is ours. */
export const applicationId = 0x54484b50

/** Bytes; fixed when a file is created. Why not 16 KiB: docs/decisions/0011-pages-of-eight-kib.md. */
const pageSize = 8_192
const walPagesBeforeCheckpoint = 4_000
const cacheKiB = 65_536

export type Safety = 'FULL' | 'OFF'

/** The writing connection. `OFF` is for the ephemeral mode, whose receipts say so. */
export function openWriting(file: string, safety: Safety): DatabaseSync {
  const db = new DatabaseSync(file, { timeout: 5_000 })
  const mark = isNew(db) ? `PRAGMA application_id = ${applicationId};` : ''
  if (mark === '') refuseUnfounded(db, file)
  db.exec(`
    PRAGMA page_size = ${pageSize};
    ${mark}
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = ${safety};
    PRAGMA wal_autocheckpoint = ${walPagesBeforeCheckpoint};
    PRAGMA journal_size_limit = ${pageSize * walPagesBeforeCheckpoint * 2};
    PRAGMA secure_delete = ON;
  `)
  return harden(db)
}

/** Marked as ours in its very first write, so that no crash leaves a file that looks like another program's. */
const isNew = (db: DatabaseSync) => db.prepare('SELECT 1 FROM sqlite_schema').get() === undefined

/** Looked at here, where a journal that a crash left behind is rolled back first, and before anything is changed. */
function refuseUnfounded(db: DatabaseSync, file: string): void {
  if (db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'meta'`).get()) return
  db.close()
  throw new ThreadkeepError(
    'store_refused',
    `${file} bears our mark, but is the database of another program: it has no table "meta".`,
    'Give the store another path with THREADKEEP_STORE; this file was not touched.',
  )
}

export function openReading(file: string): DatabaseSync {
  return harden(new DatabaseSync(file, { readOnly: true, timeout: 5_000 }))
}

function harden(db: DatabaseSync): DatabaseSync {
  db.exec(
    `PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0; PRAGMA cache_size = -${cacheKiB}; PRAGMA foreign_keys = ON;`,
  )
  db.enableDefensive(true)
  return db
}

/** From here on no statement of this connection may reach another file. Snapshots are taken before. */
export function confine(db: DatabaseSync): DatabaseSync {
  db.setAuthorizer((action) =>
    action === constants.SQLITE_ATTACH || action === constants.SQLITE_DETACH
      ? constants.SQLITE_DENY
      : constants.SQLITE_OK,
  )
  return db
}

/** Rows as arrays: a third cheaper than objects, for statements whose columns are few or well known. */
export function asArrays(statement: StatementSync): StatementSync {
  statement.setReturnArrays(true)
  return statement
}

const primary = (fault: unknown): number | null =>
  fault instanceof Error && 'errcode' in fault && typeof fault.errcode === 'number'
    ? fault.errcode & 0xff
    : null

export const isBusy = (fault: unknown): boolean => primary(fault) === 5 || primary(fault) === 6
export const isFull = (fault: unknown): boolean => primary(fault) === 13
/** The bytes are not those of a database, or not any more. */
export const isDamage = (fault: unknown): fault is Error => primary(fault) === 11 || primary(fault) === 26
/** The disk or the file failed us; this connection is not to be trusted any further. */
export const isStorageFault = (fault: unknown): boolean =>
  [8, 10, 11, 13, 14, 26].includes(primary(fault) ?? 0)

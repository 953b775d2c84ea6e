// Whether this file may be opened as this folder's store: a lost, older, foreign, newer or altered one is refused with words.

import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { ThreadkeepError } from '../../core/errors.ts'
import type { Migration } from '../migrations.ts'
import type { Card } from './card.ts'
import { applicationId } from './connection.ts'
import { hasMeta, historyOf, type Meta, readMeta, schemaHashOf } from './migrate.ts'

const acceptOnPurpose = 'If this is on purpose, `threadkeep accept` says what it found and takes it as it is.'

/** Before anything is opened or created. */
export function refuseBeforeOpening(file: string, card: Card | null, expected: boolean): void {
  const there = existsSync(file) && statSync(file).size > 0
  if (!there && card)
    throw refused(
      `The store ${file} is not there (or empty), but ${card.commitNumber} commits were made to it: the data folder says so.`,
      `Put the file back, or restore a backup. ${acceptOnPurpose}`,
    )
  if (!there && expected)
    throw refused(
      `There is no store at ${file}, and THREADKEEP_EXPECT_STORE says that there must be one.`,
      'Check that the volume is mounted and THREADKEEP_DATA points to it; unset THREADKEEP_EXPECT_STORE to begin a new store.',
    )
  if (there && card) refuseHeadless(file)
  if (there) refuseForeign(file)
}

/** Where the card says that a store of ours is here, a file that does not begin like one is ours and damaged, not another's. */
function refuseHeadless(file: string): void {
  if (isDatabase(firstBytes(file))) return
  throw refused(
    `${file} is damaged: its first bytes are not those of a database.`,
    'Keep a copy of it and of its -wal file, and restore the newest backup; `threadkeep doctor --salvage` reads out what can be read. Nothing was changed.',
  )
}

/** By the first bytes alone: opening another program's database would already leave files beside it. */
export function refuseForeign(file: string): void {
  const head = firstBytes(file)
  const elsewhere = 'Give the store another path with THREADKEEP_STORE; this file was not touched.'
  if (!isDatabase(head)) throw refused(`${file} is not a SQLite database.`, elsewhere)
  const id = head.readUInt32BE(applicationIdAt)
  if (id !== applicationId)
    throw refused(`${file} is the database of another program (its application id is ${id}).`, elsewhere)
}

/** What SQLite itself says of a file that it cannot read, as words. */
export const damaged = (file: string, fault: Error): ThreadkeepError =>
  new ThreadkeepError(
    'store_refused',
    `${file} is damaged: SQLite says "${fault.message}".`,
    'Keep a copy of it and of its -wal file, and restore the newest backup. Nothing was changed.',
    undefined,
    fault,
  )

export function refuseNewerOrAltered(db: DatabaseSync, file: string, migrations: readonly Migration[]): void {
  if (!hasMeta(db)) return
  const meta = readMeta(db)
  const ours = migrations.at(-1)?.number ?? 0
  if (meta.schemaVersion > ours && meta.oldestCode > ours)
    throw refused(
      `${file} has schema ${meta.schemaVersion}, which this program does not know (it knows up to ${ours}).`,
      'Start the newer version of Threadkeep again, or restore the snapshot it took before its migration.',
    )
  if (meta.schemaHash !== schemaHashOf(db))
    throw refused(
      `${file} says that it has schema ${meta.schemaVersion}, but its tables or indexes are not those of that schema.`,
      'It was altered by hand or half migrated by something else. `threadkeep doctor --schema` shows each difference.',
    )
  refuseEditedHistory(db, file, migrations)
}

function refuseEditedHistory(db: DatabaseSync, file: string, migrations: readonly Migration[]): void {
  const applied = historyOf(db)
  const edited = migrations.find(({ name, sha256 }) => applied.has(name) && applied.get(name) !== sha256)
  if (!edited) return
  throw refused(
    `${file} was migrated by another text of ${edited.name} than this program has.`,
    'Migrations are never edited once released: use the version of Threadkeep that made this store.',
  )
}

export function refuseOlder(meta: Meta, card: Card | null, file: string): void {
  if (!card) return
  if (card.storeId !== meta.storeId)
    throw refused(
      `${file} is another store than the one this data folder belongs to.`,
      `Put the right file back. ${acceptOnPurpose}`,
    )
  if (meta.commitNumber < card.commitNumber)
    throw refused(
      `${file} is older than it was: it holds ${meta.commitNumber} commits, and ${card.commitNumber} were acknowledged.`,
      `An old copy was put in its place, or its -wal file is missing. Put the newest files back. ${acceptOnPurpose}`,
    )
}

const applicationIdAt = 68
const isDatabase = (head: Buffer) => head.toString('latin1', 0, 16) === 'SQLite format 3\0'

function firstBytes(file: string): Buffer {
  const head = Buffer.alloc(100)
  const fd = openSync(file, 'r')
  try {
    readSync(fd, head, 0, head.length, 0)
  } finally {
    closeSync(fd)
  }
  return head
}

const refused = (message: string, hint: string) => new ThreadkeepError('store_refused', message, hint)

// Guests in a small database file of their own, where one process owns the data folder.

import { closeSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { ThreadkeepError } from '../core/errors.ts'
import type { Guest, GuestRow, GuestTable } from './guest-table.ts'

const version = 1
/** While it waits, nobody of this process is answered. */
const busyMs = 1_000
const schema = `
  CREATE TABLE guests (
    token_hash BLOB PRIMARY KEY,
    user_id TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`

export class SqliteGuests implements GuestTable {
  readonly #db: DatabaseSync
  readonly #insert
  readonly #find
  readonly #see
  readonly #after
  readonly #take

  /** `:memory:` keeps nothing beyond this run. */
  constructor(file: string) {
    this.#db = opened(file)
    this.#insert = this.#db.prepare('INSERT INTO guests VALUES (?, ?, ?, ?)')
    this.#find = this.#db.prepare('SELECT user_id, last_seen_at FROM guests WHERE token_hash = ?')
    this.#see = this.#db.prepare('UPDATE guests SET last_seen_at = ? WHERE token_hash = ?')
    this.#after = this.#db.prepare(
      `SELECT token_hash AS hash, user_id AS userId, created_at AS createdAt, last_seen_at AS lastSeenAt FROM guests
       WHERE token_hash > ? ORDER BY token_hash LIMIT ?`,
    )
    this.#take = this.#db.prepare(
      'INSERT INTO guests VALUES (?, ?, ?, ?) ON CONFLICT (token_hash) DO NOTHING',
    )
  }

  async insert(hash: Uint8Array, userId: string, at: number): Promise<void> {
    try {
      this.#insert.run(hash, userId, at, at)
    } catch (fault) {
      throw isOfTheFile(fault) ? keptNow(fault) : fault
    }
  }

  async find(hash: Uint8Array): Promise<GuestRow | null> {
    const row = this.#row(hash)
    return row ? { userId: row.user_id, lastSeenAt: row.last_seen_at } : null
  }

  async see(hash: Uint8Array, at: number): Promise<void> {
    try {
      this.#see.run(at, hash)
    } catch (fault) {
      if (!isBusy(fault)) throw fault // it is only a day; the next look of theirs writes it
    }
  }

  async after(hash: Uint8Array, limit: number): Promise<Guest[]> {
    return this.#after.all(hash, limit) as unknown as Guest[]
  }

  async take({ hash, userId, createdAt, lastSeenAt }: Guest): Promise<boolean> {
    return this.#take.run(hash, userId, createdAt, lastSeenAt).changes === 1
  }

  [Symbol.dispose](): void {
    this.#db.close()
  }

  #row(hash: Uint8Array): { user_id: string; last_seen_at: number } | undefined {
    try {
      return this.#find.get(hash) as { user_id: string; last_seen_at: number } | undefined
    } catch (fault) {
      throw isOfTheFile(fault) ? lookedUpNow(fault) : fault
    }
  }
}

function opened(file: string): DatabaseSync {
  let db: DatabaseSync | null = null
  try {
    if (file !== ':memory:') closeSync(openSync(file, 'a', 0o600)) // before SQLite puts more files of the same mode beside it
    db = new DatabaseSync(file, { timeout: busyMs })
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF')
    bringUpToDate(db, file)
    return db
  } catch (fault) {
    db?.close()
    throw isOfTheFile(fault) ? refused(file, fault) : fault
  }
}

function bringUpToDate(db: DatabaseSync, file: string): void {
  const found = (db.prepare('PRAGMA user_version').get() as { user_version: number }).user_version
  if (found > version)
    throw new ThreadkeepError(
      'store_refused',
      `${file} was written by a newer Threadkeep (version ${found} of its tables; this one knows ${version}).`,
      'Start the newer Threadkeep.',
    )
  if (found === 0) db.exec(`BEGIN IMMEDIATE; ${schema}; PRAGMA user_version = ${version}; COMMIT`)
}

const isBusy = (fault: unknown): boolean =>
  fault instanceof Error && 'errcode' in fault && [5, 6].includes(Number(fault.errcode) & 0xff)

/** Told by SQLite or by the operating system, as against a mistake of ours. */
const isOfTheFile = (fault: unknown): fault is Error =>
  fault instanceof Error && ('syscall' in fault || ('errcode' in fault && Number(fault.errcode) !== 1))

const refused = (file: string, fault: Error) =>
  isBusy(fault)
    ? new ThreadkeepError(
        'store_refused',
        `Another program holds ${file}, in which guests are kept, and lets nobody in.`,
        'Close whatever has the file open besides Threadkeep (a database browser, a copy tool), and try again.',
        undefined,
        fault,
      )
    : new ThreadkeepError(
        'store_refused',
        `${file}, in which guests are kept, could not be opened: ${fault.message}.`,
        'Keep a copy of it and of its -wal file, and put the one of the newest backup in its place. Nothing was changed.',
        undefined,
        fault,
      )

const keptNow = (fault: Error) =>
  new ThreadkeepError(
    'unavailable',
    'New guests cannot be kept just now.',
    'Nobody was made. Ask again in a moment.',
    undefined,
    fault,
  )

const lookedUpNow = (fault: Error) =>
  new ThreadkeepError(
    'unavailable',
    'Guests cannot be looked up just now.',
    'Send it again in a moment.',
    undefined,
    fault,
  )

// Guests in a small database file of their own, where one process owns the data folder.

import { closeSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { ThreadkeepError } from '../core/errors.ts'
import type { Guest, GuestRow, GuestTable } from './guest-table.ts'

const version = 1
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
    if (file !== ':memory:') closeSync(openSync(file, 'a', 0o600)) // before SQLite puts more files of the same mode beside it
    this.#db = new DatabaseSync(file)
    this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF')
    bringUpToDate(this.#db, file)
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
    this.#insert.run(hash, userId, at, at)
  }

  async find(hash: Uint8Array): Promise<GuestRow | null> {
    const row = this.#find.get(hash) as { user_id: string; last_seen_at: number } | undefined
    return row ? { userId: row.user_id, lastSeenAt: row.last_seen_at } : null
  }

  async see(hash: Uint8Array, at: number): Promise<void> {
    this.#see.run(at, hash)
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

// The least that anybody could call saving a chat: a thread that counts, and two rows of (thread, seq, role, JSON).

import { DatabaseSync } from 'node:sqlite'
import { openWriting } from '../src/store/sqlite/connection.ts'
import { returning } from './raw-pair.ts'

export type TwoTablePair = { thread: number; at: number; said: string; reply: string }

/** As bare in its safeguards as in its tables, but with our page size and cache, and as safe from a power cut. */
export function openTwoTables(file: string): DatabaseSync {
  const db = new DatabaseSync(file)
  db.exec(`
    PRAGMA page_size = ${pageSize()};
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA wal_autocheckpoint = 2000;
    PRAGMA cache_size = -65536;
    CREATE TABLE IF NOT EXISTS thread (id INTEGER PRIMARY KEY, last_seq INTEGER NOT NULL, updated_at INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS message (
      thread INTEGER NOT NULL, seq INTEGER NOT NULL, role TEXT NOT NULL, text TEXT NOT NULL, UNIQUE (thread, seq)
    );
  `)
  return db
}

function pageSize(): number {
  using db = openWriting(':memory:', 'OFF')
  return (db.prepare('PRAGMA page_size').get() as { page_size: number }).page_size
}

export function fillTwoTables(file: string, threads: number): void {
  using db = openTwoTables(file)
  const insert = db.prepare('INSERT INTO thread (id, last_seq, updated_at) VALUES (?, 0, 0)')
  db.exec('BEGIN')
  for (let id = 1; id <= threads; id++) insert.run(id)
  db.exec('COMMIT')
}

export function twoTableRows(db: DatabaseSync): (pair: TwoTablePair) => number {
  const appended = returning(
    db,
    'UPDATE thread SET last_seq = last_seq + 2, updated_at = ? WHERE id = ? RETURNING last_seq',
  )
  const insert = db.prepare('INSERT INTO message (thread, seq, role, text) VALUES (?, ?, ?, ?)')
  return ({ thread, at, said, reply }) => {
    const seq = appended(at, thread)
    insert.run(thread, seq - 1, 'user', said)
    insert.run(thread, seq, 'assistant', reply)
    return seq
  }
}

// What a store holds, in figures that a faithful copy of it must have too.

import { hash } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { asArrays } from './connection.ts'
import { readMeta } from './migrate.ts'

export type Census = {
  storeId: string
  schemaVersion: number
  commitNumber: number
  /** Rows by table. */
  counts: Record<string, number>
}

export function censusOf(db: DatabaseSync): Census {
  const { storeId, schemaVersion, commitNumber } = readMeta(db)
  return { storeId, schemaVersion, commitNumber, counts: countsOf(db) }
}

function countsOf(db: DatabaseSync): Record<string, number> {
  const counts = tablesOf(db).map((table): [string, number] => {
    const { rows } = db.prepare(`SELECT count(*) AS rows FROM "${table}"`).get() as { rows: number }
    return [table, rows]
  })
  return Object.fromEntries(counts)
}

export const tablesOf = (db: DatabaseSync): string[] =>
  db
    .prepare(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name`,
    )
    .all()
    .map(({ name }) => String(name))

/** One line for each user: who (hashed), how far their changes had come, how many threads, and all their chains under one hash. */
export function* chainLines(db: DatabaseSync): Generator<string> {
  const users = asArrays(db.prepare('SELECT key, id, change_seq FROM users ORDER BY id'))
  const threads = asArrays(
    db.prepare('SELECT id, message_count, lower(hex(chain)) FROM threads WHERE user = ? ORDER BY id'),
  )
  for (const row of users.iterate()) {
    const [key, id, changeSeq] = row as unknown as [number, string, number]
    const chains = threads.all(key)
    yield `${sum(id)} ${changeSeq} ${chains.length} ${sum(JSON.stringify(chains))}\n`
  }
}

const sum = (text: string): string => hash('sha256', text).slice(0, 32)

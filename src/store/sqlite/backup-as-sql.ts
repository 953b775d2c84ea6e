// A store as plain SQL, of one moment: the text from which any SQLite makes the same tables, rows and indexes again.

import type { DatabaseSync } from 'node:sqlite'
import { tablesOf } from './backup-census.ts'
import { refuseAbsent } from './backup.ts'
import { applicationId, asArrays, openReading } from './connection.ts'
import { worded } from './in-words.ts'
import { refuseForeign } from './provenance.ts'

/** Statement by statement, each with its end of line. */
export function* storeAsSql(file: string): Generator<string> {
  refuseAbsent(file)
  try {
    refuseForeign(file)
    using db = openReading(file)
    db.exec('BEGIN')
    yield `-- Threadkeep: one moment of ${file.replaceAll('\n', ' ')}\n`
    yield `PRAGMA application_id = ${applicationId};\nPRAGMA foreign_keys = OFF;\nBEGIN;\n`
    for (const table of tablesOf(db)) yield* tableAsSql(db, table)
    for (const sql of theRestOf(db)) yield `${sql};\n`
    yield 'COMMIT;\n'
  } catch (fault) {
    throw worded(file, fault)
  }
}

function* tableAsSql(db: DatabaseSync, table: string): Generator<string> {
  const { sql } = db
    .prepare(`SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?`)
    .get(table) as {
    sql: string
  }
  yield `${sql};\n`
  const rows = db.prepare(`SELECT * FROM "${table}"`)
  rows.setReadBigInts(true)
  for (const row of asArrays(rows).iterate()) {
    const cells = (row as unknown as Cell[]).map(literal)
    yield `INSERT INTO "${table}" VALUES (${cells.join(', ')});\n`
  }
}

type Cell = string | bigint | number | Uint8Array | null

function literal(cell: Cell): string {
  if (cell === null) return 'NULL'
  if (typeof cell === 'string') return `'${cell.replaceAll("'", "''")}'`
  if (typeof cell === 'object') return `x'${Buffer.from(cell).toString('hex')}'`
  return String(cell)
}

/** Indexes after their rows, which is quicker, and views after what they look at. */
const theRestOf = (db: DatabaseSync): string[] =>
  db
    .prepare(`SELECT sql FROM sqlite_schema WHERE type <> 'table' AND sql IS NOT NULL ORDER BY type, name`)
    .all()
    .map(({ sql }) => String(sql))

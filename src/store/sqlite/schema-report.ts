// What the code expects of the schema and what a file really has, line by line.

import { DatabaseSync } from 'node:sqlite'
import type { SchemaLine } from '../../core/upkeep.ts'
import type { Migration } from '../migrations.ts'
import { migrate } from './migrate.ts'

type Found = Map<string, { kind: SchemaLine['kind']; shape: string }>

export function schemaReport(db: DatabaseSync, migrations: readonly Migration[]): SchemaLine[] {
  const expected = expectedBy(migrations)
  const found = shapesIn(db)
  const names = [...new Set([...expected.keys(), ...found.keys()])].toSorted()
  return names.map((name) => {
    const kind = expected.get(name)?.kind ?? found.get(name)?.kind ?? 'table'
    return { kind, name, expected: expected.get(name)?.shape ?? null, found: found.get(name)?.shape ?? null }
  })
}

/** The migrations themselves say what is expected: they are run on an empty database in memory. */
function expectedBy(migrations: readonly Migration[]): Found {
  using db = new DatabaseSync(':memory:')
  migrate(db, migrations, '')
  return shapesIn(db)
}

function shapesIn(db: DatabaseSync): Found {
  const shapes: Found = new Map()
  const tables = db
    .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`)
    .all() as { name: string }[]
  for (const { name } of tables) {
    shapes.set(name, { kind: 'table', shape: 'table' })
    for (const column of columnsOf(db, name))
      shapes.set(`${name}.${column.name}`, { kind: 'column', shape: column.shape })
  }
  const indexes = db
    .prepare(`SELECT tbl_name, name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL`)
    .all() as { tbl_name: string; name: string; sql: string }[]
  for (const { tbl_name, name, sql } of indexes) {
    const shape = sql
      .replaceAll(/\s+/g, ' ')
      .replace(/^CREATE (UNIQUE )?INDEX \S+ ON \S+ /, (_, unique: string | undefined) => unique ?? '')
    shapes.set(`${tbl_name}: ${name}`, { kind: 'index', shape })
  }
  return shapes
}

function columnsOf(db: DatabaseSync, table: string): { name: string; shape: string }[] {
  const rows = db
    .prepare('SELECT name, type, "notnull" AS required, pk FROM pragma_table_info(?)')
    .all(table) as {
    name: string
    type: string
    required: number
    pk: number
  }[]
  return rows.map(({ name, type, required, pk }) => ({
    name,
    shape: [type, required ? 'NOT NULL' : null, pk ? 'KEY' : null].filter(Boolean).join(' '),
  }))
}

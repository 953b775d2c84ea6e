// The numbered .sql files of one engine, in order. A file without an engine in its name is for all of them.

import { hash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { assert } from '../core/assert.ts'

export type Migration = {
  number: number
  name: string
  sql: string
  sha256: string
  /** The oldest schema version whose code may still work with a database after this migration. */
  oldestCode: number
}

const folder = new URL('./migrations/', import.meta.url)
const fileName = /^(\d{4})-([a-z0-9-]+)(?:\.(sqlite|postgres))?\.sql$/
const oldestCodeLine = /^-- oldest code: (\d+)$/m

export function migrationsOf(engine: 'sqlite' | 'postgres'): Migration[] {
  const migrations: Migration[] = []
  for (const file of readdirSync(folder).toSorted()) {
    const [, number, name, only] = fileName.exec(file) ?? []
    if (number === undefined || name === undefined || (only !== undefined && only !== engine)) continue
    const sql = readFileSync(new URL(file, folder), 'utf8')
    const oldestCode = Number(oldestCodeLine.exec(sql)?.[1] ?? number)
    migrations.push({
      number: Number(number),
      name: `${number}-${name}`,
      sql,
      sha256: hash('sha256', sql),
      oldestCode,
    })
  }
  for (const [i, { number, name }] of migrations.entries())
    assert(number > (migrations[i - 1]?.number ?? 0), `migration ${name} comes after the one before it`)
  return migrations
}

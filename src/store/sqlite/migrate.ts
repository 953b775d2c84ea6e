// Brings a SQLite file to the schema of this code: each numbered migration once, whole, with a snapshot before it.

import { hash, randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { Migration } from '../migrations.ts'
import { makePrivate } from './card.ts'

export type Meta = {
  storeId: string
  schemaVersion: number
  oldestCode: number
  commitNumber: number
  schemaHash: string
}

export function migrate(db: DatabaseSync, migrations: readonly Migration[], snapshots: string): void {
  const version = schemaVersionOf(db)
  for (const migration of migrations.filter(({ number }) => number > version)) {
    if (version > 0) snapshot(db, migration, snapshots)
    apply(db, migration)
  }
}

function apply(db: DatabaseSync, migration: Migration): void {
  db.exec('BEGIN IMMEDIATE')
  try {
    if (migration.number === 1) found(db)
    db.exec(migration.sql)
    const set = db.prepare(
      'INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    )
    set.run(`migration ${migration.name}`, migration.sha256)
    set.run('schema_version', migration.number)
    set.run('oldest_code', migration.oldestCode)
    set.run('schema_hash', schemaHashOf(db))
    db.exec('COMMIT')
  } catch (fault) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw fault
  }
}

function found(db: DatabaseSync): void {
  db.exec('CREATE TABLE meta (name TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID')
  const set = db.prepare('INSERT INTO meta (name, value) VALUES (?, ?)')
  set.run('store_id', randomUUID().replaceAll('-', ''))
  set.run('commit_number', 0)
}

/** A whole copy, made by SQLite itself, so that it is consistent while the file is open. */
function snapshot(db: DatabaseSync, migration: Migration, folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const stamp = new Date().toISOString().replaceAll(/[:.]/g, '-')
  const file = join(folder, `before-${migration.name}-${stamp}.db`)
  makePrivate(file)
  db.prepare('VACUUM INTO ?').run(file)
}

function schemaVersionOf(db: DatabaseSync): number {
  return hasMeta(db) ? readMeta(db).schemaVersion : 0
}

export const hasMeta = (db: DatabaseSync): boolean =>
  db.prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'meta'`).get() !== undefined

export function readMeta(db: DatabaseSync): Meta {
  const rows = db.prepare('SELECT name, value FROM meta').all() as { name: string; value: string | number }[]
  const meta = new Map(rows.map(({ name, value }) => [name, value]))
  return {
    storeId: String(meta.get('store_id')),
    schemaVersion: Number(meta.get('schema_version')),
    oldestCode: Number(meta.get('oldest_code')),
    commitNumber: Number(meta.get('commit_number')),
    schemaHash: String(meta.get('schema_hash')),
  }
}

/** What the file's tables and indexes look like, as one hash. SQLite's own bookkeeping tables are left out. */
export function schemaHashOf(db: DatabaseSync): string {
  const rows = db
    .prepare(
      `SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type, name`,
    )
    .all()
  return hash('sha256', JSON.stringify(rows))
}

/** Names of applied migrations with the hash of the text that was applied. */
export function historyOf(db: DatabaseSync): Map<string, string> {
  const rows = db.prepare(`SELECT name, value FROM meta WHERE name LIKE 'migration %'`).all() as {
    name: string
    value: string
  }[]
  return new Map(rows.map(({ name, value }) => [name.slice('migration '.length), value]))
}

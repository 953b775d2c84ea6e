// The numbered .sql files of this room and how they are applied: as the owner, once, however many nodes start at once.

import { hash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { Client } from 'pg'
import { ThreadkeepError } from '../core/errors.ts'

type GuestMigration = { name: string; sql: string; sha256: string }

const folder = new URL('./migrations/', import.meta.url)
const ending = '.postgres.sql'

export function guestMigrations(): GuestMigration[] {
  const files = readdirSync(folder).filter((file) => file.endsWith(ending))
  return files.toSorted().map((file) => {
    const sql = readFileSync(new URL(file, folder), 'utf8')
    return { name: file.slice(0, -ending.length), sql, sha256: hash('sha256', sql) }
  })
}

/** The same that whoever migrates the conversations waits for: at any time one owner changes the database. */
const migrationLock = 0x54484b50

/** The names of those that were applied now. All of them or none. */
export async function migrateGuests(ownerUrl: string): Promise<string[]> {
  const client = new Client({ connectionString: ownerUrl, application_name: 'threadkeep migrate' })
  client.on('error', () => {}) // what is under way at the time is told of it
  await client.connect()
  try {
    await client.query('BEGIN')
    await client.query('SELECT pg_advisory_xact_lock($1)', [migrationLock])
    const applied = await migrate(client)
    await client.query('COMMIT')
    return applied
  } finally {
    await client.end()
  }
}

async function migrate(client: Client): Promise<string[]> {
  const history = await historyIn(client)
  const altered = guestMigrations().find(({ name, sha256 }) => (history.get(name) ?? sha256) !== sha256)
  if (altered) throw alteredHistory(altered.name)
  const open = guestMigrations().filter(({ name }) => !history.has(name))
  for (const { name, sql, sha256 } of open) {
    await client.query(sql)
    await client.query('INSERT INTO threadkeep_identity.migrations (name, sha256) VALUES ($1, $2)', [
      name,
      sha256,
    ])
  }
  return open.map(({ name }) => name)
}

async function historyIn(client: Client): Promise<Map<string, string>> {
  const { rows } = await client.query(`SELECT FROM pg_namespace WHERE nspname = 'threadkeep_identity'`)
  if (rows.length === 0) {
    await client.query('CREATE SCHEMA threadkeep_identity')
    await client.query(
      'CREATE TABLE threadkeep_identity.migrations (name text COLLATE "C" PRIMARY KEY, sha256 text NOT NULL)',
    )
  }
  const applied = await client.query<{ name: string; sha256: string }>(
    'SELECT name, sha256 FROM threadkeep_identity.migrations',
  )
  return new Map(applied.rows.map(({ name, sha256 }) => [name, sha256]))
}

const alteredHistory = (name: string) =>
  new ThreadkeepError(
    'store_refused',
    `The tables of guests were made by another migration ${name} than the one of this Threadkeep.`,
    'Start the Threadkeep that made them, or restore a backup. Nothing was changed.',
  )

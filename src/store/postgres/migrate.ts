// Brings a PostgreSQL database to the schema of this code, as its owner: every numbered migration once, however many nodes start at once.

import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { ThreadkeepError } from '../../core/errors.ts'
import { type Migration, migrationsOf } from '../migrations.ts'
import { connectionFault } from './faults.ts'
import { roleNames, rolesMissing } from './roles.ts'

export type Meta = {
  storeId: string
  schemaVersion: number
  oldestCode: number
  history: Map<string, string>
}

/** Whoever comes second waits for the first, and finds it done. */
const migrationLock = 0x54484b50

/** The names of the migrations that were applied now. */
export async function migratePostgres(ownerUrl: string): Promise<string[]> {
  const client = new Client({ connectionString: ownerUrl, application_name: 'threadkeep migrate' })
  client.on('error', () => {}) // a line that dies is told by the statement that waits for it
  await client.connect().catch((fault: unknown) => {
    throw connectionFault(fault)
  })
  try {
    await client.query('BEGIN')
    await client.query('SELECT pg_advisory_xact_lock($1)', [migrationLock])
    await refuseWithoutRoles(client)
    const applied = await migrate(client)
    await client.query('COMMIT')
    return applied
  } finally {
    await client.end()
  }
}

async function migrate(client: Client): Promise<string[]> {
  await found(client)
  const migrations = migrationsOf('postgres')
  const meta = await readMeta(client)
  refuseOther(meta, migrations)
  const open = migrations.filter(({ number }) => number > meta.schemaVersion)
  for (const migration of open) await apply(client, migration)
  return open.map(({ name }) => name)
}

async function found(client: Client): Promise<void> {
  const { rows } = await client.query(
    `SELECT FROM pg_tables WHERE schemaname = 'threadkeep' AND tablename = 'meta'`,
  )
  if (rows.length > 0) return
  await client.query('CREATE SCHEMA IF NOT EXISTS threadkeep')
  await client.query('CREATE TABLE threadkeep.meta (name text COLLATE "C" PRIMARY KEY, value text NOT NULL)')
  await client.query('INSERT INTO threadkeep.meta (name, value) VALUES ($1, $2)', [
    'store_id',
    randomUUID().replaceAll('-', ''),
  ])
}

async function apply(client: Client, { name, number, sql, sha256, oldestCode }: Migration): Promise<void> {
  await client.query(sql)
  const facts = {
    [`migration ${name}`]: sha256,
    schema_version: String(number),
    oldest_code: String(oldestCode),
  }
  for (const [fact, value] of Object.entries(facts))
    await client.query(
      `INSERT INTO threadkeep.meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
      [fact, value],
    )
}

async function refuseWithoutRoles(client: Client): Promise<void> {
  const { rows } = await client.query<{ rolname: string }>(
    'SELECT rolname FROM pg_roles WHERE rolname = ANY ($1)',
    [roleNames],
  )
  const there = new Set(rows.map(({ rolname }) => rolname))
  const absent = roleNames.filter((name) => !there.has(name))
  if (absent.length > 0) throw rolesMissing(absent)
}

async function readMeta(client: Client): Promise<Meta> {
  const { rows } = await client.query<{ name: string; value: string }>(
    'SELECT name, value FROM threadkeep.meta',
  )
  return metaOf(rows.map(({ name, value }) => [name, value]))
}

export function metaOf(rows: readonly (readonly unknown[])[]): Meta {
  const meta = new Map(rows.map(([name, value]) => [String(name), String(value)]))
  const history = [...meta].filter(([name]) => name.startsWith('migration '))
  return {
    storeId: meta.get('store_id') ?? '',
    schemaVersion: Number(meta.get('schema_version') ?? 0),
    oldestCode: Number(meta.get('oldest_code') ?? 0),
    history: new Map(history.map(([name, hash]) => [name.slice('migration '.length), hash])),
  }
}

/** A schema that is newer than this code, or that was made by other migrations than ours. */
export function refuseOther(meta: Meta, migrations: readonly Migration[]): void {
  const newest = migrations.at(-1)?.number ?? 0
  if (meta.oldestCode > newest)
    throw new ThreadkeepError(
      'store_refused',
      `The database is at schema ${meta.schemaVersion}, and this Threadkeep knows up to ${newest}.`,
      'Start a Threadkeep that is as new as the one that migrated it. Nothing was changed.',
    )
  const altered = migrations.find(({ name, sha256 }) => (meta.history.get(name) ?? sha256) !== sha256)
  if (altered)
    throw new ThreadkeepError(
      'store_refused',
      `The database was made by another migration ${altered.name} than the one of this Threadkeep.`,
      'Start the Threadkeep that made it, or restore a backup. Nothing was changed.',
    )
}

/** The schema is older, and this login may not change it. */
export function refuseUnmigrated(meta: Meta, migrations: readonly Migration[]): void {
  const newest = migrations.at(-1)?.number ?? 0
  if (meta.schemaVersion >= newest) return
  throw new ThreadkeepError(
    'store_refused',
    meta.schemaVersion === 0
      ? 'The database holds no Threadkeep yet.'
      : `The database is at schema ${meta.schemaVersion}, and this Threadkeep needs ${newest}.`,
    'Run "threadkeep migrate" with the owner\'s login in THREADKEEP_STORE_OWNER, or start with that setting: then it is done at the start.',
  )
}

// A throwaway database for each test, copied from one that was filled once.
import { randomBytes } from 'node:crypto'
import type { Client } from 'pg'
import { inject } from 'vitest'
import { makeRoles, roles } from './roles.ts'
import { asSuper } from './super.ts'

export interface FreshDatabase extends AsyncDisposable {
  readonly name: string
  /** The superuser's, to this database. */
  readonly superUrl: string
  /** To this database, as one of the roles. */
  urlFor(role: string): string
  /** With whoever is still connected. Again is nothing. */
  drop(): Promise<void>
}

export interface DatabaseChoices {
  /** What makeTemplate named; an empty database without. */
  template?: string
  /** The superuser's url of the server; the one of the project `postgres` without. */
  server?: string
}

export async function freshDatabase(choices: DatabaseChoices = {}): Promise<FreshDatabase> {
  const { template = 'template1', server = inject('postgresUrl') } = choices
  const name = `test_${randomBytes(8).toString('hex')}`
  await rolesOf(server)
  await asSuper(server, (client) => copyDatabase(client, name, template))
  const drop = () => asSuper(server, (client) => dropDatabase(client, name))
  return {
    name,
    superUrl: within(server, name),
    urlFor: (role) => within(server, name, role),
    drop,
    [Symbol.asyncDispose]: drop,
  }
}

/** Fills a database of this name once for each server, however many files and processes ask, and closes it for good. */
export async function makeTemplate(
  name: string,
  fill: (superUrl: string) => Promise<void>,
  server: string = inject('postgresUrl'),
): Promise<void> {
  const unfinished = `${name}_unfinished`
  await rolesOf(server)
  await asSuper(server, async (client) => {
    // Whoever comes second waits here, and finds it made.
    await client.query('select pg_advisory_lock(hashtext($1))', [`threadkeep test template ${name}`])
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name])
    if (rowCount === 1) return
    await dropDatabase(client, unfinished)
    await client.query(`create database ${unfinished} owner threadkeep_owner`)
    await fill(within(server, unfinished))
    await client.query(`alter database ${unfinished} rename to ${name}`)
    // A copy cannot be taken while anybody is connected.
    await client.query(`alter database ${name} allow_connections false`)
  })
}

const madeRoles = new Map<string, Promise<void>>()

function rolesOf(server: string): Promise<void> {
  const made = madeRoles.get(server) ?? makeRoles(server)
  madeRoles.set(server, made)
  return made
}

/** Copying files beats writing every page to the log, and sharing their blocks beats copying, where the disk can. */
async function copyDatabase(client: Client, name: string, template: string): Promise<void> {
  const create = `create database ${name} template ${template} owner threadkeep_owner strategy file_copy`
  const { rows } = await client.query(`select from pg_settings where name = 'file_copy_method'`)
  if (rows.length === 1) await client.query('set file_copy_method = clone')
  try {
    await client.query(create)
  } catch (fault) {
    if (rows.length === 0 || !/clone/.test((fault as Error).message)) throw fault
    await client.query('set file_copy_method = copy')
    await client.query(create)
  }
}

async function dropDatabase(client: Client, name: string): Promise<void> {
  await client.query(`drop database if exists ${name} with (force)`)
}

function within(server: string, database: string, role?: string): string {
  const url = new URL(server)
  url.pathname = `/${database}`
  if (role === undefined) return url.href
  url.username = role
  url.password = roles[role] ?? ''
  return url.href
}

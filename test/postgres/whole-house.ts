// A place for a whole house on PostgreSQL: a database of its own, migrated by its owner with the tables of every room, and a folder.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import { ThreadkeepError } from '../../src/core/errors.ts'
import type { LogLine } from '../../src/http/doors.ts'
import { says, scriptedModel } from '../../src/model/scripted.ts'
import { type Embedding, migrate, threadkeep, type Threadkeep } from '../../src/server.ts'
import type { Place } from '../house.ts'
import { Visitor } from '../http/visitor.ts'
import { freshDatabase, type FreshDatabase, makeTemplate } from './database.ts'

export type PostgresPlace = Place & { database: FreshDatabase; folder: string; settings: WholeSettings }
type WholeSettings = Embedding & { store: string; data: string }

/** Migrated already; a house on it needs no owner. */
export async function placeOnPostgres(data?: string): Promise<PostgresPlace> {
  const folder = data ?? mkdtempSync(join(tmpdir(), 'threadkeep-node-'))
  const kept = data === undefined ? undefined : keptDatabases.get(data)
  const database = kept ?? (await migratedDatabase())
  if (data !== undefined) keptDatabases.set(data, database)
  return {
    database,
    folder,
    settings: settingsFor(database, folder),
    [Symbol.asyncDispose]: async () => {
      if (data !== undefined) return
      await database.drop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A house that is opened again in its folder finds its database again. */
const keptDatabases = new Map<string, FreshDatabase>()

export const settingsFor = (database: FreshDatabase, data: string): WholeSettings => ({
  data,
  store: database.urlFor('threadkeep_app'),
  storeUpkeep: database.urlFor('threadkeep_upkeep'),
  storeConnections: '4',
})

/** On another server than the one of the project, if its superuser's address is given. */
export async function migratedDatabase(server = inject('postgresUrl')): Promise<FreshDatabase> {
  const fill = async (superUrl: string) =>
    void (await migrate({ storeOwner: as('threadkeep_owner', superUrl) }))
  await makeTemplate('threadkeep_house', fill, server)
  return freshDatabase({ template: 'threadkeep_house', server })
}

export function as(role: string, url: string): string {
  const address = new URL(url)
  address.username = role
  return address.href
}

export type Node = AsyncDisposable & {
  keep: Threadkeep
  folder: string
  logs: LogLine[]
  guest: () => Promise<Visitor>
}

/** One node of a house with a folder of its own, which it may find again. */
export async function openNode(
  database: FreshDatabase,
  more: Embedding & { folder?: string } = {},
): Promise<Node> {
  const { folder = mkdtempSync(join(tmpdir(), 'threadkeep-node-')), ...given } = more
  const logs: LogLine[] = []
  const model = scriptedModel(() => says('Roses grow ', 'by the wall.'))
  const log = (line: LogLine) => void logs.push(line)
  const removed = () =>
    more.folder === undefined ? rmSync(folder, { recursive: true, force: true }) : undefined
  const keep = await threadkeep({ ...settingsFor(database, folder), model, log, ...given }).catch(
    (fault: unknown) => {
      removed()
      throw fault
    },
  )
  const fetch = (request: Request, env?: object) => keep.fetch(request, env)
  const guest = async () => {
    const { body } = await new Visitor(fetch, '', null).post('/v1/guests')
    return new Visitor(fetch, String(body['user']), String(body['token']))
  }
  const close = async () => {
    await keep.close()
    removed()
  }
  return { keep, folder, logs, guest, [Symbol.asyncDispose]: close }
}

/** What a node that may not open says, with what to do. */
export async function refusal(opening: Promise<AsyncDisposable>): Promise<string> {
  const fault = await opening.then(
    async (opened) => {
      await opened[Symbol.asyncDispose]()
      throw new Error('It opened, and should have been refused.')
    },
    (fault: unknown) => fault,
  )
  if (!(fault instanceof ThreadkeepError)) throw fault
  return `${fault.message}\n${fault.hint}`
}

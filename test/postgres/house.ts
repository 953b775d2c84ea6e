// A PostgreSQL store on a database of its own, as the server opens it: migrated by its owner, written as the app.
import { migratePostgres } from '../../src/store/postgres/migrate.ts'
import { openPostgres, type PostgresPlace, type PostgresStore } from '../../src/store/postgres/open.ts'
import type { Engine } from '../contract/world.ts'
import { freshDatabase, type FreshDatabase, makeTemplate } from './database.ts'

/** An empty house, of which every test gets a copy. */
export async function freshHouse(): Promise<FreshDatabase> {
  await makeTemplate('threadkeep_empty', async (superUrl) => {
    const owner = new URL(superUrl)
    owner.username = 'threadkeep_owner'
    await migratePostgres(owner.href)
  })
  return freshDatabase({ template: 'threadkeep_empty' })
}

export const openAsApp = (
  database: FreshDatabase,
  more: Partial<PostgresPlace> = {},
): Promise<PostgresStore> =>
  openPostgres({ url: database.urlFor('threadkeep_app'), trustUnflushed: true, ...more })

export const postgres: Engine = {
  name: 'postgres',
  open: async () => {
    const database = await freshHouse()
    let store = await openAsApp(database)
    return {
      store,
      reopen: async () => {
        await store[Symbol.asyncDispose]()
        return (store = await openAsApp(database))
      },
      [Symbol.asyncDispose]: async () => {
        await store[Symbol.asyncDispose]()
        await database.drop()
      },
    }
  },
}

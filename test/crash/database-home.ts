// A database of a test's own with the data folder of a node on it, gone again at its end, and what a test sees of it behind the node's back.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { assert } from '../../src/core/assert.ts'
import type { Store } from '../../src/core/store.ts'
import { openPostgres } from '../../src/store/postgres/open.ts'
import type { FreshDatabase } from '../postgres/database.ts'
import { asSuper } from '../postgres/super.ts'
import { migratedDatabase } from '../postgres/whole-house.ts'
import { inspectDatabase } from './database-inspection.ts'
import type { Dwelling } from './dwelling.ts'
import type { Inspection } from './inspection.ts'

const restMsMax = 30_000

export class DatabaseHome implements Dwelling, AsyncDisposable {
  readonly isShared = true
  readonly #database: FreshDatabase
  readonly #outer = mkdtempSync(join(tmpdir(), 'threadkeep-test-'))
  readonly folder = join(this.#outer, 'data')
  readonly aside = join(this.#outer, 'aside')

  private constructor(database: FreshDatabase) {
    this.#database = database
  }

  /** Migrated, on the server whose superuser has this address. */
  static on = async (server: string): Promise<DatabaseHome> =>
    new DatabaseHome(await migratedDatabase(server))

  get address(): string {
    return this.#database.urlFor('threadkeep_app')
  }

  get settings(): Record<string, string> {
    return {
      THREADKEEP_STORE: this.address,
      THREADKEEP_STORE_UPKEEP: this.#database.urlFor('threadkeep_upkeep'),
      THREADKEEP_STORE_CONNECTIONS: '4',
    }
  }

  open = (): Promise<Store> => openPostgres({ url: this.address, folder: this.folder })

  openBeside = (): Promise<Store> =>
    openPostgres({ url: this.address, folder: `${this.aside}-beside`, connectionsMax: 4 })

  inspect = (): Promise<Inspection> => inspectDatabase(this.#database.superUrl)

  openRuns = (): Promise<number> => this.#count('threadkeep.runs WHERE status = 0')

  /** The server notices only at the end of a statement that whoever sent it is gone, and carries it out. */
  async atRest(): Promise<void> {
    const began = performance.now()
    while ((await this.#count(connections)) > 0) {
      assert(performance.now() - began < restMsMax, 'what the dead asked for comes to its end in time')
      await wait(2)
    }
  }

  async edit(statement: string): Promise<void> {
    await asSuper(this.#database.superUrl, (client) => client.query(statement))
  }

  #count = (what: string): Promise<number> =>
    asSuper(this.#database.superUrl, async (client) => {
      const { rows } = await client.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${what}`)
      return rows[0]?.count ?? 0
    })

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#database.drop()
    rmSync(this.#outer, { recursive: true, force: true })
  }
}

const connections = `pg_stat_activity WHERE datname = current_database() AND usename <> current_user`

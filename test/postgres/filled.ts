// A database with something in it, copied for each test, and what the doctor is given to look at it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate } from '../../src/server.ts'
import { examineDatabase } from '../../src/store/postgres/doctor.ts'
import { openPostgres } from '../../src/store/postgres/open.ts'
import { fill } from '../upkeep/kept.ts'
import { freshDatabase, type FreshDatabase, makeTemplate } from './database.ts'
import { asSuper } from './super.ts'
import { as } from './whole-house.ts'

export class Filled implements AsyncDisposable {
  readonly database: FreshDatabase
  readonly folder = mkdtempSync(join(tmpdir(), 'threadkeep-doctor-'))

  constructor(database: FreshDatabase) {
    this.database = database
  }

  get place() {
    const [url, upkeepUrl] = [
      this.database.urlFor('threadkeep_app'),
      this.database.urlFor('threadkeep_upkeep'),
    ]
    return { url, upkeepUrl, folder: this.folder }
  }

  /** The same, as the settings have it. */
  get looked() {
    const { url: store, upkeepUrl: storeUpkeep, folder: data } = this.place
    return { store, storeUpkeep, data }
  }

  examine = () => examineDatabase(this.place)
  async kinds(): Promise<string[]> {
    return (await this.examine()).findings.map(({ kind }) => kind)
  }

  /** By a superuser, with no constraint in the way. */
  async plant(...statements: string[]): Promise<void> {
    await asSuper(this.database.superUrl, async (client) => {
      await client.query('SET session_replication_role = replica')
      for (const text of statements) await client.query(text)
    })
  }

  /** As if this node had seen a commit at that place of the log. */
  remember(lsn: string): void {
    const path = join(this.folder, 'store.json')
    const card = JSON.parse(readFileSync(path, 'utf8')) as object
    writeFileSync(path, JSON.stringify({ ...card, lsn }))
  }

  /** One row, by a superuser. */
  asked(text: string): Promise<unknown> {
    return asSuper(this.database.superUrl, async (client) => (await client.query(text)).rows[0] as unknown)
  }

  /** All words there are, as one hash. */
  words(): Promise<unknown> {
    return this.asked(
      `SELECT md5(string_agg(m::text, '' ORDER BY user_id, thread_id, seq)) AS hash FROM threadkeep.messages m`,
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.database.drop()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** Two people with three threads each, as test/upkeep has them. */
export async function filled(): Promise<Filled> {
  await makeTemplate('threadkeep_filled', async (superUrl) => {
    await migrate({ storeOwner: as('threadkeep_owner', superUrl) })
    await using store = await openPostgres({ url: as('threadkeep_app', superUrl) })
    await fill(store)
  })
  return new Filled(await freshDatabase({ template: 'threadkeep_filled' }))
}

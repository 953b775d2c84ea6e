// Chooses the engine by the scheme of the store's address.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Store } from '../core/store.ts'
import type { Upkeep } from '../core/upkeep.ts'
import type { AboutPostgres, PostgresStore } from './postgres/open.ts'
import type { Spooling } from './spool/spooled-store.ts'
import { type About, openSqlite, type SqliteStore } from './sqlite/open.ts'

export type StoreAddress = {
  store: string
  data: string
  expectStore: boolean
  storeOwner: string
  storeUpkeep: string
  storeConnections: number
  spool?: 'on' | 'off'
  notify?: 'on' | 'off'
}

export type AboutStore = About | AboutPostgres

export type OpenedStore = Store & {
  readonly storeId: string
  readonly about: AboutStore
  readonly upkeep: Upkeep
  /** Whether this node can do the upkeep; what it cannot do it refuses. */
  readonly hasUpkeep: boolean
  /** Whether other nodes write to the same store. */
  readonly isShared: boolean
  /** Tells other nodes of commits, and hears of theirs; null where there are none, or it is not wanted. */
  readonly hint: PostgresStore['hint']
  /** One statement for no user, where rooms keep their tables beside these. */
  readonly ask: PostgresStore['ask'] | null
  /** What is said while the store is away waits here; null where there is none. */
  readonly spool: Spooling | null
}

export async function openStore(address: StoreAddress): Promise<OpenedStore> {
  const { store, data, expectStore: expected } = address
  if (isPostgres(store)) {
    const { storeOwner: ownerUrl, storeUpkeep: upkeepUrl, storeConnections: connectionsMax } = address
    const notifies = address.notify !== 'off'
    const place = { url: store, ownerUrl, upkeepUrl, connectionsMax, folder: data, expected, notifies }
    const { openPostgres } = await import('./postgres/open.ts') // a house on a file need not load the driver
    const { behindSpool } = await import('./spool/open.ts')
    const opened = { ...(await openPostgres(place)), isShared: true }
    return behindSpool(opened, { folder: data, isOn: address.spool !== 'off' })
  }
  const alone = { hasUpkeep: true, isShared: false, hint: null, ask: null, spool: null }
  if (store === 'memory:') return { ...(await openInMemory()), ...alone }
  const place = { file: sqliteFile(store), folder: data, ephemeral: false, expected }
  return { ...(await openSqlite(place)), ...alone }
}

export const sqliteFile = (store: string): string => store.slice('sqlite:'.length)
export const isPostgres = (store: string): boolean => /^postgres(ql)?:/.test(store)

/** The names of the migrations that were applied now, and where. */
export async function migrateStore(ownerUrl: string): Promise<{ place: string; applied: string[] }> {
  const { migrateAs } = await import('./postgres/open.ts')
  const { placeOf } = await import('./postgres/address.ts')
  return { place: placeOf(ownerUrl), applied: await migrateAs(ownerUrl) }
}

/** The same engine on a private temporary folder that goes when the process goes; every receipt says `none`. */
async function openInMemory(): Promise<SqliteStore> {
  const folder = mkdtempSync(join(tmpdir(), 'threadkeep-memory-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', remove)
  const opened = await openSqlite({ file: join(folder, 'threadkeep.db'), folder, ephemeral: true })
  const close = opened[Symbol.asyncDispose]
  return {
    ...opened,
    [Symbol.asyncDispose]: async () => {
      await close()
      process.off('exit', remove)
      remove()
    },
  }
}

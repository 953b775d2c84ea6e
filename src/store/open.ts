// Chooses the engine by the scheme of the store's address.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqlite, type SqliteStore } from './sqlite/open.ts'

export type StoreAddress = { store: string; data: string; expectStore: boolean }

export async function openStore({ store, data, expectStore }: StoreAddress): Promise<SqliteStore> {
  if (store === 'memory:') return openInMemory()
  return openSqlite({ file: sqliteFile(store), folder: data, ephemeral: false, expected: expectStore })
}

export const sqliteFile = (store: string): string => store.slice('sqlite:'.length)

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

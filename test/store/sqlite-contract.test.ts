// SQLite keeps the whole contract: every suite on files of its own, opened as the server opens them.
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Store } from '../../src/core/store.ts'
import { openSqlite } from '../../src/store/sqlite/open.ts'
import { storeContract } from '../contract/store.ts'
import { type Engine, openAlone } from '../contract/world.ts'
import { said } from './commits.ts'

describe('SQLite', () => {
  storeContract(sqlite({ ephemeral: false }))
})

describe('SQLite that is kept for this run only', () => {
  it('says on every receipt that nothing is safe', async () => {
    await using world = await openAlone(sqlite({ ephemeral: true }))
    const { receipt } = await world.ann.keep(said('t', 'hello'))
    expect(receipt.durability).toBe('none')
  })

  it('keeps what was said as long as it runs', async () => {
    await using world = await openAlone(sqlite({ ephemeral: true }))
    await world.ann.keep(said('t', 'hello', { id: 'm' }))
    expect(await world.ann.message('t', 'm')).toMatchObject({ text: 'hello' })
  })
})

function sqlite({ ephemeral }: { ephemeral: boolean }): Engine {
  return {
    name: 'sqlite',
    open: async () => {
      const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'threadkeep-'))
      const open = (): Promise<Store> =>
        openSqlite({ file: path.join(folder, 'threadkeep.db'), folder, ephemeral })
      let store = await open()
      const close = () => store[Symbol.asyncDispose]()
      return {
        store,
        reopen: async () => {
          await close()
          return (store = await open())
        },
        [Symbol.asyncDispose]: async () => {
          await close()
          await fs.rm(folder, { recursive: true })
        },
      }
    },
  }
}

// With recent threads in memory before it PostgreSQL keeps the whole contract as it does without; and so do two nodes, each with a memory
// of its own, for a client that names the position of its last write.
import { describe } from 'vitest'
import type { Store } from '../../src/core/store.ts'
import { must } from '../../src/core/assert.ts'
import { deletionContract } from '../contract/deletion.ts'
import { pagesContract } from '../contract/pages.ts'
import { recentContract } from '../contract/recent.ts'
import { threadsContract } from '../contract/threads.ts'
import type { Engine } from '../contract/world.ts'
import { shareOf } from '../long.ts'
import { freshHouse, openAsApp } from './house.ts'
import { behindMemory } from '../store/recent-world.ts'
import type { PostgresStore } from '../../src/store/postgres/open.ts'
import { twoRecentNodes } from './recent-nodes.ts'

const opened = new WeakMap<Store, PostgresStore>()

/** With the login by which it sees what others commit. */
const withUpkeep: Engine = {
  name: 'postgres',
  open: async () => {
    const database = await freshHouse()
    const open = async () => {
      const store = await openAsApp(database, { upkeepUrl: database.urlFor('threadkeep_upkeep') })
      opened.set(store, store)
      return store
    }
    let store = await open()
    return {
      store,
      reopen: async () => {
        await store[Symbol.asyncDispose]()
        return (store = await open())
      },
      [Symbol.asyncDispose]: async () => {
        await store[Symbol.asyncDispose]()
        await database.drop()
      },
    }
  },
}

const upkeepOf = (store: Store) => must(opened.get(store), 'it was opened with one').upkeep

const twoNodes = [
  ['deletion', deletionContract],
  ['threads', threadsContract],
  ['pages', pagesContract],
] as const

/** In npm test what is particular to nodes is tried in recent.test.ts. */
const houses = [
  ['one node', () => recentContract(behindMemory(withUpkeep, upkeepOf), 1)],
  ['two nodes', contractOfTwo],
] as const

describe.each(shareOf(houses, 1))('%s behind a memory of recent threads', (_, contract) => {
  contract()
})

function contractOfTwo(): void {
  describe.each(twoNodes)('%s', (_, suite) => {
    suite(twoRecentNodes)
  })
}

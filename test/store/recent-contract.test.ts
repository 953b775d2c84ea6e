// With recent threads in memory before it SQLite keeps the whole contract as it does without.
import { describe } from 'vitest'
import type { Store } from '../../src/core/store.ts'
import { recentContract } from '../contract/recent.ts'
import type { Engine } from '../contract/world.ts'
import { Home } from '../crash/home.ts'
import { behindMemory } from './recent-world.ts'

const sqlite: Engine = {
  name: 'sqlite',
  open: async () => {
    const home = new Home()
    let store: Store = await home.open()
    return {
      store,
      reopen: async () => {
        await store[Symbol.asyncDispose]()
        return (store = await home.open())
      },
      [Symbol.asyncDispose]: async () => {
        await store[Symbol.asyncDispose]()
        home[Symbol.dispose]()
      },
    }
  },
}

describe('SQLite behind a memory of recent threads', () => {
  recentContract(behindMemory(sqlite, () => null))
})

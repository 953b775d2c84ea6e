// A store with recent threads in memory before it, and the same store without, for whoever wants to know whether they say the same.
import { must } from '../../src/core/assert.ts'
import type { Change } from '../../src/core/change.ts'
import type { Kept } from '../../src/core/receipt.ts'
import type { Store } from '../../src/core/store.ts'
import { RecentThreads, type RecentSettings } from '../../src/store/recent/recent-threads.ts'
import type { SqliteStore } from '../../src/store/sqlite/open.ts'
import type { Engine } from '../contract/world.ts'
import { Home } from '../crash/home.ts'
import { fresh } from './commits.ts'

export type Remembering = { plain: Store; front: Store; recent: RecentThreads }

/** The same as the house puts them together. */
export function remembering(store: Store, settings: Partial<RecentSettings> = {}): Remembering {
  const recent = new RecentThreads({ bytesMax: 32 * 1024 * 1024, others: null, ...settings })
  const plain = recent.hearing(store)
  return { plain, front: recent.before(plain), recent }
}

export type RecentWorld = Remembering & {
  store: SqliteStore
  /** Two people whom no other world has met. */
  ann: string
  bob: string
  /** By ann. */
  keep: (...changes: Change[]) => Promise<Kept>
} & Disposable

/** `between` puts something between the memory and the store. */
export function recentWorld(
  store: SqliteStore,
  settings: Partial<RecentSettings> = {},
  between: (store: Store) => Store = (store) => store,
): RecentWorld {
  const world = remembering(between(store), settings)
  const ann = fresh('ann')
  return {
    ...world,
    store,
    ann,
    bob: fresh('bob'),
    keep: keeping(world.plain, ann),
    [Symbol.dispose]: () => world.recent[Symbol.dispose](),
  }
}

export async function storeInFile(): Promise<SqliteStore> {
  const home = new Home()
  const store = await home.open({ ephemeral: true })
  return {
    ...store,
    [Symbol.asyncDispose]: async () => {
      await store[Symbol.asyncDispose]()
      home[Symbol.dispose]()
    },
  }
}

export const keeping =
  (store: Pick<Store, 'commit'>, user: string) =>
  async (...changes: Change[]): Promise<Kept> => {
    const outcome = await store.commit({ user, at: Date.now(), changes })
    if ('receipt' in outcome) return outcome
    throw new Error(`This commit was to be kept, and was not: ${JSON.stringify(outcome)}`)
  }

/** What somebody sees who opens a thread. */
export const firstLook = async (store: Store, user: string, threadId: string) => ({
  thread: await store.thread(user, threadId),
  page: await store.messagesJson(user, threadId, { limit: 20 }),
})

/** Every suite once more, with what is in memory before the engine. */
export const behindMemory = (
  engine: Engine,
  othersOf: (store: Store) => RecentSettings['others'],
): Engine => ({
  name: `${engine.name}, with recent threads in memory`,
  open: async () => {
    const open = await engine.open()
    let now: Remembering | null = null
    const before = (store: Store) => {
      now?.recent[Symbol.dispose]()
      now = remembering(store, { others: othersOf(store) })
      return now.front
    }
    return {
      store: before(open.store),
      reopen: async () => before(await open.reopen()),
      [Symbol.asyncDispose]: async () => {
        must(now, 'it was opened').recent[Symbol.dispose]()
        await open[Symbol.asyncDispose]()
      },
    }
  },
})

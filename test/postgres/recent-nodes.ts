// Nodes of one house on PostgreSQL, each with recent threads in memory; and a store that asks them in turn as one client does, which
// names the position of its last write.
import { must } from '../../src/core/assert.ts'
import type { Store } from '../../src/core/store.ts'
import type { PostgresStore } from '../../src/store/postgres/open.ts'
import type { Engine } from '../contract/world.ts'
import { type Remembering, remembering } from '../store/recent-world.ts'
import type { FreshDatabase } from './database.ts'
import { freshHouse, openAsApp } from './house.ts'

export type RecentNode = Remembering & { store: PostgresStore } & AsyncDisposable

export async function openRecentNode(
  database: FreshDatabase,
  between: (store: Store) => Store = (store) => store,
): Promise<RecentNode> {
  const store = await openAsApp(database, { upkeepUrl: database.urlFor('threadkeep_upkeep') })
  const node = remembering(between(store), { others: store.upkeep })
  return {
    ...node,
    store,
    [Symbol.asyncDispose]: async () => {
      node.recent[Symbol.dispose]()
      await store[Symbol.asyncDispose]()
    },
  }
}

export async function openRecentNodes(count: number, between?: (store: Store) => Store) {
  const database = await freshHouse()
  const nodes: RecentNode[] = []
  while (nodes.length < count) nodes.push(await openRecentNode(database, between))
  const node = (i: number) => must(nodes[i % count], 'there is a node of this number')
  return {
    database,
    nodes,
    a: node(0),
    b: node(1),
    [Symbol.asyncDispose]: async () => {
      for (const one of nodes) await one[Symbol.asyncDispose]()
      await database.drop()
    },
  }
}

/** What a request does that names a position. */
export async function reachedAt(store: Store, user: string, position: string): Promise<void> {
  await store.catchUp?.()
  store.reached?.(user, position)
}

/** One client that goes to another node with every request. */
function oneClient(stores: readonly Store[]): Store {
  const positions = new Map<string, string>()
  let turn = 0
  const next = () => must(stores[turn++ % stores.length], 'there is a store')
  const first = next()
  const reached = async (user: string) => {
    const store = next()
    const position = positions.get(user)
    if (position !== undefined) await reachedAt(store, user, position)
    return store
  }
  return {
    ...first,
    commit: async (commit) => {
      const outcome = await next().commit(commit)
      if ('receipt' in outcome) positions.set(commit.user, outcome.receipt.position)
      return outcome
    },
    thread: async (user, threadId) => (await reached(user)).thread(user, threadId),
    messagesJson: async (user, threadId, asked) => (await reached(user)).messagesJson(user, threadId, asked),
  }
}

export const twoRecentNodes: Engine = {
  name: 'two nodes on one PostgreSQL, with recent threads in memory',
  open: async () => {
    const two = await openRecentNodes(2)
    const asked = oneClient(two.nodes.map(({ front }) => front))
    return {
      store: asked,
      reopen: async () => asked,
      [Symbol.asyncDispose]: () => two[Symbol.asyncDispose](),
    }
  },
}

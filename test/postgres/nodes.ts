// Several nodes of one house: stores with connections of their own on one database, and a store that asks each of them in turn.
import { must } from '../../src/core/assert.ts'
import type { Store } from '../../src/core/store.ts'
import type { Engine } from '../contract/world.ts'
import type { FreshDatabase } from './database.ts'
import { freshHouse, openAsApp } from './house.ts'

export const openNodes = (database: FreshDatabase, count: number): Promise<Store[]> =>
  Promise.all(Array.from({ length: count }, () => openAsApp(database)))

export const closeNodes = (nodes: readonly Store[]): Promise<unknown> =>
  Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()))

/** Every call goes to another node than the call before it; they close together. */
export function inTurn(nodes: readonly Store[]): Store {
  let turn = 0
  return answering((name) => {
    if (name === Symbol.asyncDispose) return () => closeNodes(nodes)
    return propertyOf(must(nodes[turn++ % nodes.length], 'there is a node'), name)
  })
}

/** A user's commits one after the other, as one node takes them; what other users do goes on meanwhile. */
export function inLine(store: Store): Store {
  const lines = new Map<string, Promise<unknown>>()
  const commit: Store['commit'] = (given) => {
    const answer = (lines.get(given.user) ?? Promise.resolve()).then(() => store.commit(given))
    lines.set(
      given.user,
      answer.catch(() => {}),
    )
    return answer
  }
  return answering((name) => (name === 'commit' ? commit : propertyOf(store, name)))
}

/** Whatever a store can be asked, also what it could not yet be asked when this was written. */
const answering = (ask: (name: string | symbol) => unknown): Store =>
  new Proxy({}, { get: (_, name) => ask(name) }) as Store

function propertyOf(store: Store, name: string | symbol): unknown {
  const value: unknown = Reflect.get(store, name)
  return typeof value === 'function' ? (value.bind(store) as unknown) : value
}

/** Two nodes of a house, for suites that know of one store. */
export const twoNodes = (as: (store: Store) => Store = (store) => store): Engine => ({
  name: 'two nodes on one PostgreSQL',
  open: async () => {
    const database = await freshHouse()
    const open = async () => as(inTurn(await openNodes(database, 2)))
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
})

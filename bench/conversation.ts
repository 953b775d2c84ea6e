// Long conversations to read from: five threads that grew side by side in one file, and the keys of each.

import { must } from '../src/core/assert.ts'
import type { SqliteStore } from '../src/store/sqlite/open.ts'
import {
  createThreads,
  fillThreads,
  fileIn,
  type Keys,
  keysIn,
  openStore,
  type Place,
  placesOf,
  usage,
} from './world.ts'

export const loadsPerBlock = 100

export type Conversation = AsyncDisposable & {
  store: SqliteStore
  file: string
  places: { place: Place; keys: Keys }[]
}

export async function openConversation(folder: string, messagesEach: number): Promise<Conversation> {
  const places = placesOf(5, 5)
  const store = await openStore(folder)
  await createThreads(store, places)
  await fillThreads(store, places, messagesEach, { pairsPerCommit: 1, usage })
  const keys = keysIn(fileIn(folder))
  return {
    store,
    file: fileIn(folder),
    places: places.map((place) => ({ place, keys: keys(place) })),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  }
}

/** So many loads as one block, thread after thread. */
export function block<T>(places: readonly T[], load: (place: T) => unknown): () => Promise<void> {
  return async () => {
    for (let i = 0; i < loadsPerBlock; i++) {
      const loading = load(must(places[i % places.length], 'a place'))
      if (loading instanceof Promise) await loading
    }
  }
}

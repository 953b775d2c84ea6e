// What this browser remembers for a first picture at once: never the only copy of anything, and put right by the first word of the house.

import { forgetDrafts } from './chat/draft.ts'
import { databaseOf, done } from './database.ts'
import { ready } from './house.ts'
import { lastUser, userKey } from './last-user.ts'
import { forgetPositions } from './threads/read-position.ts'

/** Of each kind no more than this many: whatever was not looked at for longest is forgotten. */
const entriesMax = { lists: 1, pages: 20, positions: 1 }
type Kind = keyof typeof entriesMax
const kinds = Object.keys(entriesMax) as Kind[]

/** `position`: the changeSeq up to which it is known to be true. */
type Entry = { key: string; user: string; at: number; position: number; value: unknown }

/** Who is here, by the word of the house. Nobody sees what another left: then all is forgotten, and the page begins anew. */
export const user: Promise<string> = ready.then(async ({ id }) => {
  if (id === lastUser) return id
  await forgetAll()
  forgetPositions()
  if (lastUser !== null) forgetDrafts()
  localStorage.setItem(userKey, id)
  if (lastUser === null) return id
  location.reload()
  return new Promise<never>(() => undefined)
})
// Whoever waits for it is told; here nobody has to be.
user.catch(() => undefined)

// Another tab has found somebody else here: what stands on this page is not theirs.
window.addEventListener('storage', ({ key, newValue, oldValue }) => {
  if (key !== userKey || oldValue === null || newValue === oldValue) return
  forgetDrafts()
  location.reload()
})

export async function recall<Value>(kind: Kind, key: string): Promise<Value | null> {
  if (lastUser === null) return null
  const entry = await within(kind, 'readonly', (entries) => done<Entry | undefined>(entries.get(key)))
  return entry?.user === lastUser ? (entry.value as Value) : null
}

/** What another tab knows to be true later than this stays. */
export async function remember(kind: Kind, key: string, value: unknown, position = 0): Promise<void> {
  const entry: Entry = { key, user: await user, at: Date.now(), position, value }
  await within(kind, 'readwrite', async (entries) => {
    const before = await done<Entry | undefined>(entries.get(key))
    if (before?.user === entry.user && before.position > position) return
    await done(entries.put(entry))
    const oldestFirst = await done(entries.index('at').getAllKeys())
    // The keys of an index come in its order, as the keys of the entries.
    for (const old of oldestFirst.slice(0, -entriesMax[kind])) await done(entries.delete(old))
  })
}

export async function forget(kind: Kind, key: string): Promise<void> {
  await within(kind, 'readwrite', (entries) => done(entries.delete(key)))
}

export async function forgetAll(of: readonly Kind[] = kinds): Promise<void> {
  for (const kind of of) await within(kind, 'readwrite', (entries) => done(entries.clear()))
}

const database = databaseOf('threadkeep.remembered', 2, (made) => {
  for (const kind of kinds)
    if (!made.objectStoreNames.contains(kind))
      made.createObjectStore(kind, { keyPath: 'key' }).createIndex('at', 'at')
})

/** A browser that may not remember, or has no room to, opens as if for the first time: nothing is lost by that. */
async function within<Result>(
  kind: Kind,
  mode: IDBTransactionMode,
  work: (entries: IDBObjectStore) => Promise<Result>,
): Promise<Result | null> {
  try {
    return await work((await database()).transaction(kind, mode).objectStore(kind))
  } catch (fault) {
    if (!(fault instanceof DOMException)) throw fault
    return null
  }
}

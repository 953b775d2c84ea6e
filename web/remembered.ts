// What this browser remembers for a first picture at once: never the only copy of anything, and put right by the first word of the house.

import { ready } from './house.ts'

const databaseName = 'threadkeep.remembered'
const userKey = 'threadkeep.user'

/** Of each kind no more than this many: whatever was not looked at for longest is forgotten. */
const entriesMax = { lists: 1, pages: 20 }
type Kind = keyof typeof entriesMax
const kinds = Object.keys(entriesMax)

type Entry = { key: string; user: string; at: number; value: unknown }

/** Who was here last; null at a first visit. Until the house has said who it is, it is taken to be them. */
export const lastUser = localStorage.getItem(userKey)

/** Who is here, by the word of the house. Nobody sees what another left: then all is forgotten, and the page begins anew. */
export const user: Promise<string> = ready.then(async ({ id }) => {
  if (id === lastUser) return id
  await forgetAll()
  localStorage.setItem(userKey, id)
  if (lastUser === null) return id
  location.reload()
  return new Promise<never>(() => undefined)
})
// Whoever waits for it is told; here nobody has to be.
user.catch(() => undefined)

export async function recall<Value>(kind: Kind, key: string): Promise<Value | null> {
  if (lastUser === null) return null
  const entry = await within(kind, 'readonly', (entries) => done<Entry | undefined>(entries.get(key)))
  return entry?.user === lastUser ? (entry.value as Value) : null
}

export async function remember(kind: Kind, key: string, value: unknown): Promise<void> {
  const entry: Entry = { key, user: await user, at: Date.now(), value }
  await within(kind, 'readwrite', async (entries) => {
    await done(entries.put(entry))
    const oldestFirst = await done(entries.index('at').getAllKeys())
    // The keys of an index come in its order, as the keys of the entries.
    for (const old of oldestFirst.slice(0, -entriesMax[kind])) await done(entries.delete(old))
  })
}

export async function forget(kind: Kind, key: string): Promise<void> {
  await within(kind, 'readwrite', (entries) => done(entries.delete(key)))
}

async function forgetAll(): Promise<void> {
  for (const kind of ['lists', 'pages'] as const)
    await within(kind, 'readwrite', (entries) => done(entries.clear()))
}

let opened: Promise<IDBDatabase> | null = null

/** A browser that may not remember, or has no room to, opens as if for the first time: nothing is lost by that. */
async function within<Result>(
  kind: Kind,
  mode: IDBTransactionMode,
  work: (entries: IDBObjectStore) => Promise<Result>,
): Promise<Result | null> {
  try {
    const database = await (opened ??= open())
    return await work(database.transaction(kind, mode).objectStore(kind))
  } catch (fault) {
    if (!(fault instanceof DOMException)) throw fault
    return null
  }
}

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(databaseName, 1)
  request.addEventListener('upgradeneeded', () => {
    for (const kind of kinds)
      request.result.createObjectStore(kind, { keyPath: 'key' }).createIndex('at', 'at')
  })
  return done(request)
}

function done<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error ?? new DOMException('It failed.')))
  })
}

// The threads that this page knows of, in one place: fetched a page at a time, kept as the house says, drawn from by every list.

import { useSyncExternalStore } from 'react'
import type { Thread, ThreadkeepError } from '../../src/client/client.ts'
import { client } from '../house.ts'

export const shelves = ['active', 'archived', 'binned'] as const
export type ShelfName = (typeof shelves)[number]

/** How far one shelf is known. */
export type Reach = {
  state: 'unknown' | 'loading' | 'known' | 'failed'
  /** Null: there is no more, if the state is `known`. */
  cursor: string | null
  fault: ThreadkeepError | null
}

export type Shelf = { threads: ReadonlyMap<string, Thread>; reach: Readonly<Record<ShelfName, Reach>> }

const pageRows = 100
const unknown: Reach = { state: 'unknown', cursor: null, fault: null }
const nothing: Shelf = { threads: new Map(), reach: { active: unknown, archived: unknown, binned: unknown } }

let shelf: Shelf = nothing
/** Begun on this device, and not known to the house yet. */
let onDevice: ReadonlyMap<string, Thread> = new Map()
/** Drawn as this browser remembers them, and not named by the house yet. */
let hearsay: ReadonlySet<string> = new Set()
const listeners = new Set<() => void>()

export const useShelf = (): Shelf => useSyncExternalStore(onShelf, shelfNow)

export const shelfNow = (): Shelf => shelf

export const isWhole = ({ state, cursor }: Reach): boolean => state === 'known' && cursor === null

/** One page more of a shelf, or the first; nothing when there is no more, or one is on its way. */
export async function loadMore(name: ShelfName): Promise<void> {
  const reach = shelf.reach[name]
  if (reach.state === 'loading' || isWhole(reach)) return
  setReach(name, { ...reach, state: 'loading', fault: null })
  try {
    const asked = { state: name, limit: pageRows, ...(reach.cursor ? { cursor: reach.cursor } : {}) }
    const { threads, nextCursor } = await client.threads.page(asked)
    put(threads)
    if (name === 'active') dropHearsay()
    setReach(name, { state: 'known', cursor: nextCursor, fault: null })
  } catch (fault) {
    setReach(name, { ...reach, state: 'failed', fault: fault as ThreadkeepError })
  }
}

/** Everything anew, because too much happened to be told one by one. What is drawn stays until the answer is there. */
export async function reload(): Promise<void> {
  const known = shelves.filter((name) => shelf.reach[name].state !== 'unknown')
  const pages = await Promise.all(known.map((state) => client.threads.page({ state, limit: pageRows })))
  const reach = { ...nothing.reach }
  known.forEach((name, at) => {
    reach[name] = { state: 'known', cursor: pages[at]?.nextCursor ?? null, fault: null }
  })
  const threads = pages.flatMap((page) => page.threads)
  hearsay = new Set()
  tell({ threads: new Map([...onDevice.values(), ...threads].map((thread) => [thread.id, thread])), reach })
}

/** Until the house has named the newest: then what it does not name is gone. */
export function putRemembered(threads: readonly Thread[]): void {
  if (shelf.reach.active.state === 'known') return
  const unknown = threads.filter(({ id }) => !shelf.threads.has(id))
  put(unknown)
  hearsay = new Set(unknown.map(({ id }) => id))
}

type Begun = { threadId: string; at: number; personaId: string | null; isFirst: boolean }

/** A conversation whose first words still wait here is in the list like any other, so that they are found again. */
export function putOnDevice(unsent: readonly Begun[]): void {
  const begun = unsent.filter(({ isFirst, threadId }) => isFirst && !isFromHouse(threadId))
  onDevice = new Map(begun.map((first) => [first.threadId, onDevice.get(first.threadId) ?? sketchOf(first)]))
  const unlisted = [...onDevice.values()].filter(({ id }) => !shelf.threads.has(id))
  if (unlisted.length > 0) put(unlisted)
}

function isFromHouse(threadId: string): boolean {
  const thread = shelf.threads.get(threadId)
  return thread !== undefined && thread !== onDevice.get(threadId) && !hearsay.has(threadId)
}

function sketchOf({ threadId, at, personaId }: Begun): Thread {
  const createdAt = new Date(at).toISOString()
  return {
    id: threadId,
    title: null,
    titledBy: null,
    defaultPersonaId: personaId,
    headId: null,
    externalKey: null,
    context: null,
    metadata: null,
    messageCount: 0,
    createdAt,
    updatedAt: createdAt,
    archived: false,
    pinned: false,
    binned: false,
  }
}

function dropHearsay(): void {
  const next = new Map([...shelf.threads].filter(([id]) => !hearsay.has(id)))
  hearsay = new Set()
  if (next.size < shelf.threads.size) tell({ ...shelf, threads: next })
}

export function put(threads: readonly Thread[]): void {
  hearsay = hearsay.difference(new Set(threads.map(({ id }) => id)))
  const next = new Map(shelf.threads)
  for (const thread of threads) next.set(thread.id, thread)
  tell({ ...shelf, threads: next })
}

export function drop(threadId: string): void {
  const next = new Map(shelf.threads)
  if (next.delete(threadId)) tell({ ...shelf, threads: next })
}

/** As the house has it now; gone from here if it is gone there. */
export async function refresh(threadId: string): Promise<Thread | null> {
  try {
    const thread = await client.threads.get(threadId)
    put([thread])
    return thread
  } catch (fault) {
    if ((fault as ThreadkeepError).code !== 'not_found') throw fault
    const begun = onDevice.get(threadId)
    if (begun) return begun
    drop(threadId)
    return null
  }
}

function setReach(name: ShelfName, reach: Reach): void {
  tell({ ...shelf, reach: { ...shelf.reach, [name]: reach } })
}

function tell(next: Shelf): void {
  shelf = next
  for (const listener of listeners) listener()
}

export function onShelf(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

// The first look at the threads that were asked for lately, kept in memory: what this node commits leaves it before the outcome is
// told, and where other nodes write too it is served only while a look at their changes is fresh. Anything else is asked of the store.

import type { Commit } from '../../core/change.ts'
import { ThreadkeepError } from '../../core/errors.ts'
import type { Outcome } from '../../core/receipt.ts'
import type { MessageJsonPage, MessagesAsked, Store } from '../../core/store.ts'
import type { Thread } from '../../core/thread.ts'
import { freshMs, Look, type Looking } from './look.ts'
import { isOwnStep, placeIn, threadsOf } from './outcome.ts'
import type { Part, Shelf } from './shelf.ts'
import { Shelves } from './shelves.ts'

export type RecentSettings = {
  bytesMax: number
  /** By which it is seen what other nodes commit; null where there are none. */
  others: Looking | null
}

type Place = { user: string; threadId: string; what: string }
type Asked<T> = Place & {
  read: () => Promise<T | null>
  mayKeep: (value: T) => boolean
}

export class RecentThreads implements Disposable {
  readonly #shelves: Shelves
  readonly #look: Look | null
  readonly #stale = new WeakMap<object, number>()
  #hits = 0
  #misses = 0

  constructor({ bytesMax, others }: RecentSettings) {
    const shelves = new Shelves(bytesMax)
    this.#shelves = shelves
    this.#look = others && new Look(others, { changed: advance, failed: () => shelves.lapseAll() })
    function advance(shelf: Shelf, changeSeq: number) {
      shelves.clear(shelf)
      shelf.changeSeq = changeSeq
    }
  }

  /** The same store, whose commits are heard here. Every commit of this process must go through it. */
  hearing<S extends Store>(store: S): S {
    const commit = async (commit: Commit): Promise<Outcome> => {
      try {
        const outcome = await store.commit(commit)
        this.#settled(commit, outcome)
        return outcome
      } catch (fault) {
        this.#unsure(commit.user)
        throw fault
      }
    }
    return { ...store, commit }
  }

  /** The same store, for whoever may be answered from memory. */
  before<S extends Store>(store: S): S {
    const thread = (user: string, threadId: string) => this.#answer(store, askedThread(store, user, threadId))
    const messagesJson = async (user: string, threadId: string, asked: MessagesAsked) =>
      isFirstLook(asked)
        ? this.#answer(store, askedPage(store, user, threadId, asked))
        : store.messagesJson(user, threadId, asked)
    const reached = (user: string, position: string) => this.#reached(user, placeIn(position))
    const staleSince = (answer: object) => this.#stale.get(answer) ?? null
    return { ...store, thread, messagesJson, ...(this.#look ? { reached, staleSince } : null) }
  }

  /** False when there is no such thread to be shown. */
  async load(store: Store, user: string, threadId: string, limits: readonly number[]): Promise<boolean> {
    const shelf = this.#shelves.of(user)
    const thread = await this.#read(store, shelf, askedThread(store, user, threadId))
    if (thread?.binnedAt !== null) return false
    for (const limit of limits) await this.#read(store, shelf, askedPage(store, user, threadId, { limit }))
    return true
  }

  /** For a scraper. */
  gauges(): Record<string, number> {
    const [cache_hits, cache_misses] = [this.#hits, this.#misses]
    return {
      cache_hits,
      cache_misses,
      cache_bytes: this.#shelves.bytes,
      cache_threads: this.#shelves.threads,
    }
  }

  [Symbol.dispose](): void {
    this.#look?.[Symbol.dispose]()
  }

  async #answer<T extends Part['value']>(store: Store, asked: Asked<T>): Promise<T | null> {
    const shelf = this.#shelves.of(asked.user)
    this.#look?.often(shelf)
    const found = this.#fresh(shelf, asked) ?? (await this.#freshAfterLook(shelf, asked))
    if (found) this.#hits++
    else this.#misses++
    if (found) return found.value as T
    return this.#read(store, shelf, asked).catch((fault: unknown) => {
      const old = this.#look && isAway(fault) ? this.#shelves.part(shelf, asked.threadId, asked.what) : null
      if (!old || shelf.knownAt(old) < performance.now() - staleMsMax) throw fault
      return this.#marked(old.value as T, shelf.knownAt(old))
    })
  }

  #fresh(shelf: Shelf, { threadId, what }: Place): Part | null {
    const part = this.#shelves.part(shelf, threadId, what)
    if (!part || !this.#look) return part
    return shelf.isKnownSince(part, performance.now() - freshMs) ? part : null
  }

  async #freshAfterLook(shelf: Shelf, asked: Place): Promise<Part | null> {
    if (!this.#look || shelf.changeSeq === null) return null
    if (!this.#shelves.part(shelf, asked.threadId, asked.what)) return null
    await this.#look.soon(shelf)
    return this.#fresh(shelf, asked)
  }

  async #read<T extends Part['value']>(store: Store, shelf: Shelf, asked: Asked<T>): Promise<T | null> {
    shelf.reading++
    try {
      if (this.#look) await this.#learn(store, shelf)
      const [{ version }, at] = [shelf, performance.now()]
      const value = await asked.read()
      if (value && asked.mayKeep(value) && this.#isKnown(shelf) && shelf.isAsOf(version))
        this.#shelves.put(shelf, asked.threadId, asked.what, partOf(value, at))
      return value
    } finally {
      shelf.reading--
    }
  }

  /** Where this user stands, at the least, before anything of them is read that is to be kept. */
  async #learn(store: Store, shelf: Shelf): Promise<void> {
    if (shelf.changeSeq !== null) return
    const { version } = shelf
    const changeSeq = (await store.user(shelf.user))?.changeSeq ?? 0
    if (!shelf.isAsOf(version)) return
    this.#shelves.clear(shelf)
    shelf.changeSeq = changeSeq
  }

  #isKnown({ changeSeq }: Shelf): boolean {
    return this.#look === null || changeSeq !== null
  }

  /** A copy, because what is kept may be served as fresh again. */
  #marked<T extends object>(value: T, knownAt: number): T {
    const copy = { ...value }
    this.#stale.set(copy, Date.now() - (performance.now() - knownAt))
    return copy
  }

  #settled(commit: Commit, outcome: Outcome): void {
    const shelf = this.#shelves.find(commit.user)
    if (!shelf || !('receipt' in outcome)) return
    const { receipt, threadId } = outcome
    if (receipt.durability === 'spooled') return // nothing of it is in the store, and its change_seq is a guess
    const isBeyond = receipt.changeSeq > (shelf.changeSeq ?? Infinity)
    if (threadId === null || (isBeyond && !isOwnStep(commit, outcome, shelf.changeSeq)))
      this.#shelves.clear(shelf)
    else this.#shelves.drop(shelf, threadsOf(commit, threadId))
    if (isBeyond) shelf.changeSeq = receipt.changeSeq
    shelf.reached = Math.max(shelf.reached, placeIn(receipt.position))
  }

  /** It happened zero times or once. */
  #unsure(user: string): void {
    const shelf = this.#shelves.find(user)
    if (shelf && this.#look) this.#shelves.lapse(shelf)
    else if (shelf) this.#shelves.clear(shelf)
  }

  /** What is read after this began after the write at that position was there to be seen. */
  #reached(user: string, place: number): void {
    const shelf = this.#shelves.of(user)
    if (place <= shelf.reached) return
    this.#shelves.clear(shelf)
    shelf.reached = place
  }
}

const askedThread = (store: Store, user: string, threadId: string): Asked<Thread> => ({
  user,
  threadId,
  what: 'thread',
  read: () => store.thread(user, threadId),
  mayKeep: () => true,
})

/** While an answer is being written its words are in the run's log, which is no news to anybody else. */
const askedPage = (
  store: Store,
  user: string,
  threadId: string,
  asked: MessagesAsked,
): Asked<MessageJsonPage> => ({
  user,
  threadId,
  what: `newest ${asked.limit}`,
  read: () => store.messagesJson(user, threadId, asked),
  mayKeep: ({ pending }) => !pending,
})

/** The newest page of the head's path, as somebody sees it who opens the thread. */
const isFirstLook = ({ before, after, around, branch, personaId }: MessagesAsked): boolean =>
  [before, after, around, branch, personaId].every((given) => given === undefined)

/** For so long what is kept is shown, marked, while the store cannot be asked. */
const staleMsMax = 15 * 60_000

const isAway = (fault: unknown): boolean => fault instanceof ThreadkeepError && fault.code === 'unavailable'

/** It is handed to many, so that nobody may change it. */
function partOf(value: Part['value'], at: number): Part {
  Object.freeze(value)
  return { value, bytes: sizeOf(value), at }
}

const bytesOfChar = 2

const sizeOf = (value: Part['value']): number =>
  bytesOfChar * ('json' in value ? value.json.length : JSON.stringify(value).length)

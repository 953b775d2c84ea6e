// The threads of whoever is asking: listed, made, found, changed, binned and brought back.

import type { Receipt } from '../core/receipt.ts'
import { type Asked, type Door, path } from './door.ts'
import type {
  Place,
  PlaceGiven,
  Received,
  Thread,
  ThreadGiven,
  ThreadPage,
  ThreadPatch,
  ThreadsAsked,
} from './wire.ts'

type Options = { signal?: AbortSignal }

export class Threads {
  readonly #door: Door
  readonly #newId: () => string

  constructor(door: Door, newId: () => string) {
    this.#door = door
    this.#newId = newId
  }

  /**
   * One page of threads, newest activity first. Give `nextCursor` back as `cursor` for the next; null: this was the last.
   *
   * Rejects with a `ThreadkeepError`: `invalid` for a limit outside 1 to 200 or a cursor that the house did not make.
   *
   * @example
   * const { threads, nextCursor } = await client.threads.page({ limit: 30 })
   */
  async page(asked: ThreadsAsked = {}, options: Options = {}): Promise<ThreadPage> {
    return this.#door.json({ method: 'GET', path: '/v1/threads', query: asked, ...options })
  }

  /**
   * All threads, newest activity first, fetched a page at a time as they are asked for. A thread in which something is said
   * meanwhile may be met twice.
   *
   * Throws as `page` rejects.
   *
   * @example
   * for await (const thread of client.threads.all({ state: 'archived' })) console.log(thread.title)
   */
  async *all(asked: ThreadsAsked = {}, options: Options = {}): AsyncGenerator<Thread> {
    let { cursor } = asked
    do {
      const { threads, nextCursor } = await this.page({ ...asked, ...(cursor ? { cursor } : {}) }, options)
      yield* threads
      cursor = nextCursor ?? ''
    } while (cursor)
  }

  /**
   * Makes a thread. Its id is made here unless one is given, and every retry carries it, so that there is one thread.
   *
   * Rejects with a `ThreadkeepError`: `same_id_other_content` when the id is in use for another, `invalid`, `unknown_persona`.
   *
   * @example
   * const thread = await client.threads.create({ title: 'Garden' })
   */
  async create(given: ThreadGiven & { id?: string } = {}, options: Options = {}): Promise<Received<Thread>> {
    const body = { ...given, id: given.id ?? this.#newId() }
    return this.#door.json({ method: 'POST', path: '/v1/threads', body, ...options })
  }

  /**
   * One thread. Another's thread and a missing one are the same.
   *
   * Rejects with a `ThreadkeepError`: `not_found`.
   *
   * @example
   * const { title, messageCount } = await client.threads.get(threadId)
   */
  async get(threadId: string, options: Options = {}): Promise<Thread> {
    return this.#door.json({ ...one(threadId), ...options })
  }

  /**
   * Changes what is named and leaves the rest. `headId` shows the branch through that message.
   *
   * Rejects with a `ThreadkeepError`: `not_found`, `invalid`, `unknown_persona`.
   *
   * @example
   * await client.threads.patch(threadId, { title: 'Roses', pinned: true })
   */
  async patch(threadId: string, patch: ThreadPatch, options: Options = {}): Promise<Received<Thread>> {
    return this.#door.json({ ...one(threadId), method: 'PATCH', body: patch, ...options })
  }

  /**
   * Puts a thread into the bin, from where it can be restored for 30 days. `forever` removes its words at once, everywhere: then
   * there is no thread to answer with, and the receipt comes alone.
   *
   * Rejects with a `ThreadkeepError`: `not_found`.
   *
   * @example
   * const { binned } = await client.threads.bin(threadId)
   * const { receipt } = await client.threads.bin(threadId, { forever: true })
   */
  async bin(threadId: string, options: Options & { forever: true }): Promise<{ receipt: Receipt }>
  async bin(threadId: string, options?: Options & { forever?: false }): Promise<Received<Thread>>
  async bin(
    threadId: string,
    options: Options & { forever?: boolean } = {},
  ): Promise<Received<Thread> | { receipt: Receipt }> {
    const { forever, ...rest } = options
    const query = { forever: forever ? 'true' : undefined }
    return this.#door.json({ ...one(threadId), method: 'DELETE', query, ...rest })
  }

  /**
   * Takes a thread out of the bin. If its external key is another's by now, it comes back without one.
   *
   * Rejects with a `ThreadkeepError`: `not_found` when it is not in the bin, or is gone.
   *
   * @example
   * const thread = await client.threads.restore(threadId)
   */
  async restore(threadId: string, options: Options = {}): Promise<Received<Thread>> {
    return this.#door.json({ method: 'POST', path: path`/v1/threads/${threadId}/restore`, ...options })
  }

  /**
   * How far you have read in a thread, and what you have begun to write there, on whichever device.
   *
   * Rejects with a `ThreadkeepError`: `not_found`, `deleted`.
   *
   * @example
   * const { readSeq, draft } = await client.threads.place(threadId)
   */
  async place(threadId: string, options: Options = {}): Promise<Place> {
    return this.#door.json({ ...placeIn(threadId), ...options })
  }

  /**
   * Notes how far you have read, which never goes back, or what you have begun to write; null takes the draft away. What is there
   * already is noted once: the other devices hear of it as a change `place.put`.
   *
   * Rejects with a `ThreadkeepError`: `not_found`, `deleted`, `too_large`, `unavailable`.
   *
   * @example
   * const { place } = await client.threads.putPlace(threadId, { readSeq: 12, draft: 'And the' })
   */
  async putPlace(
    threadId: string,
    given: PlaceGiven,
    options: Options = {},
  ): Promise<{ place: Place; receipt: Receipt }> {
    return this.#door.json({ ...placeIn(threadId), method: 'PUT', body: given, ...options })
  }

  /**
   * The thread with this external key (a session id of yours), made if there is none. Many at once get the same thread. Threads
   * in the bin are passed over.
   *
   * Rejects with a `ThreadkeepError`: `invalid`, `unknown_persona`.
   *
   * @example
   * const thread = await client.threads.byKey('session-42', { title: 'From the old system' })
   */
  async byKey(
    externalKey: string,
    given: Omit<ThreadGiven, 'externalKey'> = {},
    options: Options = {},
  ): Promise<Received<Thread>> {
    const body = given
    return this.#door.json({ method: 'PUT', path: path`/v1/threads/by-key/${externalKey}`, body, ...options })
  }

  /**
   * The user's main thread, the one that is meant when none is named; made if there is none.
   *
   * Rejects with a `ThreadkeepError`: `unauthenticated`.
   *
   * @example
   * const { id } = await client.threads.main()
   */
  async main(options: Options = {}): Promise<Received<Thread>> {
    return this.#door.json({ method: 'PUT', path: '/v1/threads/main', body: {}, ...options })
  }
}

const placeIn = (threadId: string): Asked => ({ method: 'GET', path: path`/v1/threads/${threadId}/place` })
const one = (threadId: string): Asked => ({ method: 'GET', path: path`/v1/threads/${threadId}` })

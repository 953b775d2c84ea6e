// Everything that is kept, by user first and then by thread; what was not asked for the longest goes when there are too many bytes.

import { type KeptThread, type Part, Shelf } from './shelf.ts'

const usersMax = 10_000
/** One large page must not push out all the others. */
const shareMax = 1 / 16
const emptyBytes = 500

export class Shelves {
  readonly #bytesMax: number
  readonly #shelves = new Map<string, Shelf>()
  /** The one that was asked for last is the last. */
  readonly #inOrder = new Set<KeptThread>()
  #bytes = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  get bytes(): number {
    return this.#bytes
  }

  get threads(): number {
    return this.#inOrder.size
  }

  /** Null where nothing is kept of this user and nothing is being read. */
  find(user: string): Shelf | null {
    return this.#shelves.get(user) ?? null
  }

  of(user: string): Shelf {
    const found = this.#shelves.get(user)
    if (found) return found
    const shelf = new Shelf(user)
    this.#shelves.set(user, shelf)
    if (this.#shelves.size > usersMax) this.#forgetIdle()
    return shelf
  }

  part({ threads }: Shelf, threadId: string, asked: string): Part | null {
    const kept = threads.get(threadId)
    const part = kept?.parts.get(asked)
    if (!kept || !part) return null
    this.#inOrder.delete(kept)
    this.#inOrder.add(kept)
    return part
  }

  put(shelf: Shelf, threadId: string, asked: string, part: Part): void {
    if (part.bytes > this.#bytesMax * shareMax) return
    const kept = shelf.threads.get(threadId) ?? this.#begin(shelf, threadId)
    this.#weigh(kept, part.bytes - (kept.parts.get(asked)?.bytes ?? 0))
    kept.parts.set(asked, part)
    for (const oldest of this.#inOrder) {
      if (this.#bytes <= this.#bytesMax) break
      this.#remove(oldest)
    }
  }

  /** What is being read of this user now will not be kept either. */
  drop(shelf: Shelf, threadIds: Iterable<string>): void {
    shelf.version++
    for (const threadId of threadIds) {
      const kept = shelf.threads.get(threadId)
      if (kept) this.#remove(kept)
    }
  }

  clear(shelf: Shelf): void {
    this.drop(shelf, [...shelf.threads.keys()])
  }

  /** What is kept may be old, and is shown as such or not at all. */
  lapse(shelf: Shelf): void {
    shelf.version++
    shelf.changeSeq = null
  }

  lapseAll(): void {
    for (const shelf of this.#shelves.values()) this.lapse(shelf)
  }

  #begin(shelf: Shelf, threadId: string): KeptThread {
    const kept = { shelf, threadId, parts: new Map<string, Part>(), bytes: 0 }
    shelf.threads.set(threadId, kept)
    this.#inOrder.add(kept)
    this.#weigh(kept, emptyBytes)
    return kept
  }

  #weigh(kept: KeptThread, bytes: number): void {
    kept.bytes += bytes
    this.#bytes += bytes
  }

  #remove(kept: KeptThread): void {
    this.#bytes -= kept.bytes
    this.#inOrder.delete(kept)
    kept.shelf.threads.delete(kept.threadId)
  }

  /** Of whom nothing is being read: a commit must find the shelf on which a read that is under way will want to put something. */
  #forgetIdle(): void {
    for (const shelf of this.#shelves.values()) {
      if (shelf.reading > 0) continue
      this.clear(shelf)
      this.#shelves.delete(shelf.user)
      return
    }
  }
}

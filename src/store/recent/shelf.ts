// What is kept in memory of one user: the first look at some of their threads, and how far it is known to be still so.

import type { MessageJsonPage } from '../../core/store.ts'
import type { Thread } from '../../core/thread.ts'

/** One answer of the store, as it was given to whoever asked first. */
export type Part = {
  readonly value: Thread | MessageJsonPage
  readonly bytes: number
  /** When the store was asked for it, on the clock of this process. */
  readonly at: number
}

/** What is kept of one thread, by what was asked. */
export type KeptThread = {
  readonly shelf: Shelf
  readonly threadId: string
  readonly parts: Map<string, Part>
  bytes: number
}

export class Shelf {
  readonly user: string
  readonly threads = new Map<string, KeptThread>()
  /** Rises with everything that may make a read that is under way old. */
  version = 0
  /** Reads that are under way. */
  reading = 0
  usedAt = 0
  /**
   * What is kept is at least as new as this change. Null until somebody asked, and again when nobody knows what happened meanwhile: then
   * what is kept is old. Where nobody else writes it is not asked.
   */
  changeSeq: number | null = null
  /** When a look at the store began that found no change beyond. */
  confirmedAt = -Infinity
  /** The newest position that this user is known to have been given. */
  reached = 0

  constructor(user: string) {
    this.user = user
  }

  /** False when a read began before something that happened since. */
  isAsOf(version: number): boolean {
    return this.version === version
  }

  isKnownSince(part: Part, time: number): boolean {
    return this.changeSeq !== null && this.knownAt(part) >= time
  }

  /** When it was last known that this is what the store says. */
  knownAt({ at }: Part): number {
    return Math.max(at, this.confirmedAt)
  }
}

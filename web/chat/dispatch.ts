// Carries what waits in the outbox to the house: in order inside a thread, again and again while the fault is one that passes.

import { type ErrorCode, ThreadkeepError } from '../../src/core/errors.ts'
import type { Outbox } from './outbox.ts'
import {
  dueAt,
  failed,
  gone,
  type Kept,
  kept,
  nextOf,
  refused,
  tried,
  type Unsent,
  type Waiting,
  woken,
} from './unsent.ts'

/** How the house is reached; each rejects with a `ThreadkeepError`. */
export type Way = {
  /** Resolves when the receipt is there. */
  carry: (unsent: Unsent) => Promise<Kept>
  /** Takes away what may have been kept; false: it never was. */
  takeBack: (unsent: Unsent) => Promise<boolean>
  newId: () => string
}

/** One tab at a time for a thread; the others wait, and find that nothing is left to do. */
export type Turn = (threadId: string, work: () => Promise<void>) => Promise<void>

export type Around = {
  turn: Turn
  now: () => number
  later: (work: () => void, ms: number) => unknown
  chance: () => number
  isOffline: () => boolean
  /** A tab that shows the thread goes first: what comes of it is drawn there. */
  courtesyMs: (threadId: string) => number
}

/** What these say passes, and until then the message waits for something that can be named. */
const passing: Partial<Record<ErrorCode, Waiting>> = {
  unavailable: 'house',
  internal: 'house',
  unauthenticated: 'signIn',
  user_mismatch: 'signIn',
  too_many: 'busy',
  storage_full: 'room',
}
const pauseMs = 1_000
export const pauseMsMax = 30_000
/** A house that asks for more than this is asked again all the same. */
const askedMsMax = 60 * 60_000
/** A browser opens few connections to one house. */
const atOnceMax = 3

export class Dispatch {
  readonly #outbox: Outbox
  readonly #way: Way
  readonly #around: Around
  readonly #lanes = new Map<string, () => void>()
  #free = atOnceMax
  readonly #queue: (() => void)[] = []

  constructor(outbox: Outbox, way: Way, around: Around) {
    this.#outbox = outbox
    this.#way = way
    this.#around = around
  }

  /** Begins wherever something waits: when it is said, when the page opens, when another tab has put something down. */
  start(): void {
    for (const threadId of new Set(this.#outbox.all.map((unsent) => unsent.threadId))) {
      const wake = this.#lanes.get(threadId)
      if (wake) wake()
      else void this.#work(threadId)
    }
  }

  /** The way may be free again: the network, the house or the person is back. */
  async wake(): Promise<void> {
    if (this.#outbox.all.some((unsent) => dueAt(unsent) > this.#around.now()))
      await this.#outbox.take(woken(this.#around.now()))
    this.start()
  }

  async #work(threadId: string): Promise<void> {
    this.#lanes.set(threadId, () => undefined)
    const { now, turn, courtesyMs } = this.#around
    try {
      const courtesy = courtesyMs(threadId)
      if (courtesy > 0) await this.#sleep(threadId, courtesy)
      for (let next; (next = nextOf(this.#outbox.all, threadId));) {
        const waitMs = waitOf(next, now())
        if (waitMs > 0) await this.#sleep(threadId, waitMs)
        else await turn(threadId, () => this.#inSlot(() => this.#step(threadId)))
      }
    } finally {
      this.#lanes.delete(threadId)
    }
  }

  /** Until then, or until somebody has news. */
  #sleep(threadId: string, ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#lanes.set(threadId, resolve)
      this.#around.later(resolve, ms)
    })
  }

  async #inSlot(work: () => Promise<void>): Promise<void> {
    if (this.#free === 0) await new Promise<void>((resolve) => this.#queue.push(resolve))
    else this.#free--
    try {
      await work()
    } finally {
      const next = this.#queue.shift()
      if (next) next()
      else this.#free++
    }
  }

  /** What another tab has done meanwhile is known before anything is sent. */
  async #step(threadId: string): Promise<void> {
    await this.#outbox.reread()
    const next = nextOf(this.#outbox.all, threadId)
    const now = this.#around.now()
    if (!next || waitOf(next, now) > 0) return
    await this.#outbox.take(tried(next.id, now))
    try {
      await this.#outbox.take(await this.#asked(next), 'strict')
    } catch (fault) {
      if (!(fault instanceof ThreadkeepError)) throw fault
      await this.#settle(next, fault)
    }
  }

  async #asked(next: Unsent) {
    const { carry, takeBack, newId } = this.#way
    if (next.isWithdrawn) return gone(next.id, await takeBack(next))
    return kept(next.id, await carry(next), newId(), this.#around.now())
  }

  async #settle({ id, tried: before, isWithdrawn }: Unsent, fault: ThreadkeepError): Promise<void> {
    const waitsFor = this.#waitsFor(fault)
    if (waitsFor === null && isWithdrawn) return this.#outbox.take(gone(id, true), 'strict')
    if (waitsFor === null) {
      const { message, hint } = fault
      return this.#outbox.take(refused(id, { message, hint }), 'strict')
    }
    const { now, chance } = this.#around
    const askedMs = Math.min(askedMsMax, Number(fault.details?.['retryAfterMs'] ?? 0))
    const pause = Math.min(pauseMsMax, pauseMs * 2 ** (before?.times ?? 0)) * (0.5 + chance() / 2)
    const notBefore = now() + Math.max(askedMs, pause)
    await this.#outbox.take(failed(id, { waitsFor, notBefore, isAsked: askedMs > 0 }))
  }

  #waitsFor({ code, details }: ThreadkeepError): Waiting | null {
    if (code === 'unavailable' && details?.['status'] === undefined && this.#around.isOffline())
      return 'network'
    return passing[code] ?? null
  }
}

/** A clock that was set back would else make it wait for as long. */
function waitOf(unsent: Unsent, now: number): number {
  const ms = dueAt(unsent) - now
  return ms > askedMsMax ? 0 : Math.max(0, ms)
}

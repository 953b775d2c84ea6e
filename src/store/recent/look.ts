// Looks whether other nodes have changed anything of those of whom something is kept: all of them in one question, often for those who
// are reading, and never while nobody reads.

import type { Upkeep } from '../../core/upkeep.ts'
import type { Shelf } from './shelf.ts'

/** What is kept may be served for this long after a look that found no change began. */
export const freshMs = 500
const lookEveryMs = 250
/** Nobody waits for longer than this for a look, because they can ask the store itself. */
const lookMsMax = 100
const readingMs = 3_000

export type Looking = Pick<Upkeep, 'changedAmong'>
export type LookHears = {
  /** Another node changed something of this user, or the store was put back behind what was seen. */
  changed(shelf: Shelf, changeSeq: number): void
  /** Nobody knows what happened meanwhile. */
  failed(): void
}

export class Look implements Disposable {
  readonly #upkeep: Looking
  readonly #hears: LookHears
  readonly #reading = new Set<Shelf>()
  readonly #wanted = new Set<Shelf>()
  #line: Promise<void> = Promise.resolve()
  #next: Promise<void> | null = null
  #timer: NodeJS.Timeout | undefined

  constructor(upkeep: Looking, hears: LookHears) {
    this.#upkeep = upkeep
    this.#hears = hears
  }

  /** Somebody reads here: from now on it is looked often enough that they need not wait for a look. */
  often(shelf: Shelf): void {
    shelf.usedAt = performance.now()
    this.#reading.add(shelf)
    this.#timer ??= setInterval(() => this.#everybody(), lookEveryMs).unref()
  }

  /** Resolves after a look that began later than this call, whatever came of it, or when it takes too long. */
  async soon(shelf: Shelf): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, lookMsMax)
    await Promise.race([this.at(shelf), late])
    clearTimeout(timer)
  }

  /** Resolves after a look that began later than this call, whatever came of it. */
  at(shelf: Shelf): Promise<void> {
    this.#wanted.add(shelf)
    if (this.#next) return this.#next
    const next = this.#line.then(() => {
      this.#next = null
      return this.#look()
    })
    this.#line = next
    this.#next = next
    return next
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#reading.clear()
  }

  #everybody(): void {
    const since = performance.now() - readingMs
    for (const shelf of this.#reading)
      if (shelf.usedAt < since || shelf.threads.size === 0) this.#reading.delete(shelf)
      else void this.at(shelf)
    if (this.#reading.size === 0) this[Symbol.dispose]()
  }

  async #look(): Promise<void> {
    const shelves = [...this.#wanted].flatMap((shelf) =>
      shelf.changeSeq === null ? [] : [{ shelf, user: shelf.user, changeSeq: shelf.changeSeq }],
    )
    this.#wanted.clear()
    if (shelves.length === 0) return
    const began = performance.now()
    try {
      const seen = shelves.map(({ user, changeSeq }) => ({ user, changeSeq }))
      const changed = new Map(
        (await this.#upkeep.changedAmong(seen)).map(({ user, changeSeq }) => [user, changeSeq]),
      )
      for (const { shelf, user, changeSeq } of shelves)
        this.#tell(shelf, { now: changed.get(user), asked: changeSeq }, began)
    } catch {
      this.#hears.failed()
    }
  }

  /** What this node committed while it was looking may be newer than what was found; what went back was put back. */
  #tell(shelf: Shelf, { now, asked }: { now: number | undefined; asked: number }, began: number): void {
    if (now !== undefined && (now > (shelf.changeSeq ?? 0) || now < asked)) this.#hears.changed(shelf, now)
    shelf.confirmedAt = began
  }
}

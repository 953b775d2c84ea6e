// The outbox as this page holds it: what waits on the device, and what is being written down there at this moment.

import type { Ledger } from './ledger.ts'
import { added, edited, type Step, type Unsent, withdrawn } from './unsent.ts'

export class Outbox {
  readonly #ledger: Ledger
  readonly #listeners = new Set<() => void>()
  #down: readonly Unsent[] = []
  /** Drawn, and not safe from anything yet. */
  #putting: readonly Unsent[] = []
  readonly #takenBack = new Set<string>()
  /** Words are taken over in the order in which they were written down. */
  #seen = Promise.resolve()
  /** What this device held when the page came is known. */
  readonly ready: Promise<void>

  constructor(ledger: Ledger) {
    this.#ledger = ledger
    ledger.onOther(() => void this.look())
    this.ready = this.look()
  }

  /** What is on the device, oldest first. */
  get all(): readonly Unsent[] {
    return this.#down
  }

  /** What is drawn in a thread. */
  of(threadId: string): readonly Unsent[] {
    return [...this.#down, ...this.#putting].filter(
      (unsent) => unsent.threadId === threadId && !unsent.isWithdrawn,
    )
  }

  /** Resolves when it is on the disk of this device; rejects when there is no room or no such thing, and then nothing was put down. */
  async put(unsent: Unsent, follows: boolean): Promise<void> {
    this.#show(this.#down, [...this.#putting, unsent])
    try {
      await this.take(added(unsent, follows), 'strict', unsent)
    } catch (fault) {
      this.#show(
        this.#down,
        this.#putting.filter((other) => other !== unsent),
      )
      throw fault
    }
  }

  /** False: it does not wait any more. */
  async edit(id: string, text: string): Promise<boolean> {
    await this.take(edited(id, text), 'strict')
    return this.#down.some((unsent) => unsent.id === id && unsent.text === text)
  }

  async withdraw(id: string): Promise<void> {
    this.#takenBack.add(id)
    await this.take(withdrawn(id), 'strict')
  }

  /** On this page, so that nobody need be asked what has become of it. */
  wasTakenBack(id: string): boolean {
    return this.#takenBack.has(id)
  }

  async take(step: Step, safety: 'strict' | 'relaxed' = 'relaxed', isDown?: Unsent): Promise<void> {
    const taken = this.#ledger.take(step, safety)
    this.#seen = Promise.all([taken, this.#seen]).then(
      ([all]) =>
        this.#show(
          all,
          this.#putting.filter((other) => other !== isDown),
        ),
      () => undefined,
    )
    await taken
    await this.#seen
  }

  /** A device that holds nothing for anybody has nothing waiting; it says so when something is to be put down. */
  async look(): Promise<void> {
    try {
      await this.reread()
    } catch (fault) {
      if (!(fault instanceof DOMException)) throw fault
    }
  }

  /** Another tab may have put something down, changed it, or taken it away. */
  async reread(): Promise<void> {
    const read = this.#ledger.read()
    this.#seen = Promise.all([read, this.#seen]).then(
      ([all]) => this.#show(all, this.#putting),
      () => undefined,
    )
    await read
    await this.#seen
  }

  on(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** What has not changed stays the same object, so that nothing is drawn again. */
  #show(all: readonly Unsent[], putting: readonly Unsent[]): void {
    const known = new Map(this.#down.map((unsent) => [unsent.order, unsent]))
    this.#down = all.map((unsent) => {
      const before = known.get(unsent.order)
      return before && JSON.stringify(before) === JSON.stringify(unsent) ? before : unsent
    })
    this.#putting = putting
    for (const listener of this.#listeners) listener()
  }
}

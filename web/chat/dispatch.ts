// Carries what waits in the outbox to the house: in order inside a thread, again and again while the fault is one that passes.

import { type ErrorCode, ThreadkeepError } from '../../src/core/errors.ts'
import type { Outbox, Unsent } from './outbox.ts'

/** Resolves when the receipt is there; rejects with a `ThreadkeepError`. */
export type Carry = (unsent: Unsent) => Promise<{ replyId: string | null }>

const passing: readonly ErrorCode[] = [
  'unavailable',
  'unauthenticated',
  'too_many',
  'storage_full',
  'internal',
]
const pauseMs = 2_000
const pauseMsMax = 30_000

type Later = (work: () => void, ms: number) => unknown

export class Dispatch {
  readonly #outbox: Outbox
  readonly #carry: Carry
  readonly #later: Later
  readonly #busy = new Set<string>()
  #failures = 0
  #fault: ThreadkeepError | null = null
  #isPaused = false

  constructor(outbox: Outbox, carry: Carry, later: Later = setTimeout) {
    this.#outbox = outbox
    this.#carry = carry
    this.#later = later
  }

  /** Why what waits is still waiting. */
  get fault(): ThreadkeepError | null {
    return this.#fault
  }

  /** Begins wherever something waits: when it is said, when the page opens, when the network is back. */
  start(): void {
    for (const { threadId } of this.#outbox.all) if (!this.#busy.has(threadId)) void this.#empty(threadId)
  }

  async #empty(threadId: string): Promise<void> {
    this.#busy.add(threadId)
    try {
      for (let next = this.#next(threadId); next; next = this.#next(threadId)) await this.#one(next)
    } catch (fault) {
      this.#pause(fault as ThreadkeepError)
    } finally {
      this.#busy.delete(threadId)
    }
  }

  #next(threadId: string): Unsent | undefined {
    return this.#outbox.of(threadId).find(({ refusal }) => refusal === undefined)
  }

  async #one(unsent: Unsent): Promise<void> {
    try {
      const { replyId } = await this.#carry(unsent)
      this.#failures = 0
      this.#fault = null
      this.#outbox.kept(unsent.id, replyId)
    } catch (fault) {
      if (!(fault instanceof ThreadkeepError) || passing.includes(fault.code)) throw fault
      this.#outbox.put({ ...unsent, refusal: { message: fault.message, hint: fault.hint } })
    }
  }

  #pause(fault: ThreadkeepError): void {
    this.#fault = fault
    this.#failures++
    this.#outbox.reread()
    if (this.#isPaused) return
    this.#isPaused = true
    const again = () => {
      this.#isPaused = false
      this.start()
    }
    this.#later(again, Math.min(pauseMsMax, pauseMs * 2 ** (this.#failures - 1)))
  }
}

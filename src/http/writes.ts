// What became of the commits of this node: how many messages it was sent, and whether the last write was kept.

import type { Commit } from '../core/change.ts'
import { type ErrorCode, ThreadkeepError } from '../core/errors.ts'
import type { Outcome } from '../core/receipt.ts'
import { statusOf } from './errors.ts'

/** For an operator who asks whether what is said is kept. */
export type LastWrite = {
  /** When the store last kept one; null before that. */
  keptAt: number | null
  /** Why the last one that ended was not kept; null where it was, and before there was one. */
  failedBy: ErrorCode | null
}

export type Commits = (commit: Commit) => Promise<Outcome>

export class Writes {
  #last: LastWrite = { keptAt: null, failedBy: null }
  #saves = 0
  #failed = 0
  #spooled = 0

  get last(): LastWrite {
    return this.#last
  }

  async heard(asked: Commit, commit: Commits): Promise<Outcome> {
    const isSave = asked.changes.some(({ kind }) => kind === 'message.said')
    if (isSave) this.#saves++
    try {
      const settled = await commit(asked)
      this.#settled(settled, isSave)
      return settled
    } catch (fault) {
      this.#missed(fault, isSave)
      throw fault
    }
  }

  /** For a scraper. A refusal with its reason is an answer too, and no failure. */
  gauges(): Record<string, number> {
    const [saves, failed] = [this.#saves, this.#failed]
    return {
      saves_total: saves,
      saves_failed_total: failed,
      save_success_ratio: saves === 0 ? 1 : (saves - failed) / saves,
      fallback_ratio: saves === 0 ? 0 : this.#spooled / saves,
    }
  }

  #missed(fault: unknown, isSave: boolean): void {
    const failedBy = fault instanceof ThreadkeepError ? fault.code : 'internal'
    if (statusOf[failedBy] < 500) return // a refusal, which says nothing of the store
    if (isSave) this.#failed++
    this.#last = { ...this.#last, failedBy }
  }

  /** What waits in the spool is safe, and not in the store; what was there before, or was refused, wrote nothing. */
  #settled(outcome: Outcome, isSave: boolean): void {
    if (outcome.result !== 'kept') return
    const isSpooled = outcome.receipt.durability === 'spooled'
    if (isSpooled && isSave) this.#spooled++
    this.#last = { keptAt: isSpooled ? this.#last.keptAt : Date.now(), failedBy: null }
  }
}

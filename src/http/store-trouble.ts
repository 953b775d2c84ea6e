// Tells the operator why the store is away or full, by the fault below it: seldom, because everybody who comes meets the same one.

import { ThreadkeepError } from '../core/errors.ts'
import type { LogLine } from './doors.ts'
import { traceOf } from './errors.ts'

const quietMs = 10_000

export class StoreTrouble {
  readonly #log: (line: LogLine) => void
  #quietUntil = -Infinity

  constructor(log: (line: LogLine) => void) {
    this.#log = log
  }

  /** What has no cause below it was decided here, and needs nobody. */
  met(fault: unknown, where: { door: string; requestId: string }): void {
    if (!(fault instanceof ThreadkeepError) || fault.cause === undefined) return
    if (fault.code !== 'unavailable' && fault.code !== 'storage_full') return
    const now = performance.now()
    if (now < this.#quietUntil) return
    this.#quietUntil = now + quietMs
    this.#log({ level: 'warn', what: whatOf[fault.code], ...where, ...traceOf(fault) })
  }
}

const whatOf = {
  unavailable: 'The store failed, and callers are told to come back. Told at most once in ten seconds.',
  storage_full: 'There is no room in the store for what is new. Told at most once in ten seconds.',
}

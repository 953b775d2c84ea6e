// When the store is back, what waits goes into it: each user's in the order in which it was said, several users at a time.

import type { Commit } from '../../core/change.ts'
import { ThreadkeepError } from '../../core/errors.ts'
import type { Kept, Outcome } from '../../core/receipt.ts'
import { damagedRecord, type Spool } from './spool.ts'
import type { Entry } from './waiting.ts'

export type Settled = {
  commit: Commit
  /** Once it is in the store, and before it is forgotten here: what was asked for with it begins. */
  begin: (kept: Kept) => Promise<void>
}

/** What the house adds: who answers is decided when the store can be asked again. */
export type Replaying = {
  settle(commit: Commit): Promise<Settled>
  readonly log: (line: { level: 'error' | 'warn'; what: string } & Record<string, unknown>) => void
}

type Place = { commit(commit: Commit): Promise<Outcome> }

const usersAtOnce = 8
/** Of a commit that meets a fault of ours, a second apart. */
const triesMax = 30

export class Replay {
  readonly #spool: Spool
  readonly #place: Place
  readonly #replaying: Replaying
  readonly #over: AbortSignal
  #replayed = 0

  constructor(spool: Spool, place: Place, replaying: Replaying, over: AbortSignal) {
    this.#spool = spool
    this.#place = place
    this.#replaying = replaying
    this.#over = over
  }

  get replayed(): number {
    return this.#replayed
  }

  /** Until nothing waits. Rejects with what stood in the way; what is through by then is through. */
  async all(): Promise<void> {
    while (this.#spool.waiting.size > 0 && !this.#over.aborted) await this.#everyUser()
    await this.#spool.empty()
  }

  /** A fault of ours holds up the user whom it met, and a store that is away holds up everybody. */
  async #everyUser(): Promise<void> {
    const users = this.#spool.waiting.users
    const faults: unknown[] = []
    const line = async () => {
      for (let user = users.shift(); user !== undefined; user = users.shift()) {
        try {
          await this.#of(user)
        } catch (fault) {
          faults.push(fault)
          if (mayPass(fault)) return
        }
      }
    }
    await Promise.all(Array.from({ length: usersAtOnce }, line))
    if (faults.length > 0) throw faults.find(mayPass) ?? faults[0]
  }

  async #of(user: string): Promise<void> {
    for (;;) {
      const entry = this.#spool.waiting.first(user)
      if (!entry || this.#over.aborted) return
      // One that could not be written was refused to whoever sent it, and is gone from the line.
      if (await entry.place.then(() => true).catch(() => false)) await this.#one(entry)
    }
  }

  async #one(entry: Entry): Promise<void> {
    const commit = await this.#spool.commitOf(entry)
    if (!commit) {
      this.#replaying.log({ level: 'error', what: damagedRecord, quarantine: this.#spool.quarantine.file })
      return this.#spool.waiting.drop(entry)
    }
    let why: string | null
    try {
      why = await this.#carriedOut(commit)
    } catch (fault) {
      if (mayPass(fault) || this.#over.aborted) throw fault
      if (!(fault instanceof ThreadkeepError) && ++entry.tries < triesMax) throw fault
      why = fault instanceof Error ? `${fault.name}: ${fault.message}` : String(fault)
    }
    if (why !== null) await this.#putAside(commit, why)
    else this.#replayed++
    this.#spool.waiting.drop(entry)
  }

  /** Null, or why the store will not have it. */
  async #carriedOut(commit: Commit): Promise<string | null> {
    const settled = await this.#replaying.settle(commit)
    if (this.#over.aborted) throw closing()
    const outcome = await this.#place.commit(settled.commit)
    switch (outcome.result) {
      case 'kept':
      case 'replayed':
        await settled.begin(outcome)
        return null
      case 'refused':
        return outcome.message
      case 'missing':
        return `There is no ${outcome.what} "${outcome.id}" in the store.`
      case 'conflict':
        return `The id "${outcome.id}" was used before, for a ${outcome.what} with other content.`
    }
  }

  async #putAside(commit: Commit, why: string): Promise<void> {
    const { quarantine } = this.#spool
    await quarantine.put([{ why, commit }])
    this.#replaying.log({
      level: 'error',
      what: 'ALARM: the store refused what had been acknowledged while it was away. It was put into the quarantine with its words.',
      why,
      quarantine: quarantine.file,
    })
  }
}

/** It is tried again later, with everything behind it. */
const mayPass = (fault: unknown): boolean =>
  fault instanceof ThreadkeepError && (fault.code === 'unavailable' || fault.code === 'storage_full')

const closing = () =>
  new ThreadkeepError('unavailable', 'This node closes.', 'What waits is replayed when it is started again.')

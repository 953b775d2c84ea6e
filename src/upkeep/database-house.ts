// What goes on in a node on PostgreSQL without being asked for, where it has the upkeep login: the bin is emptied when its time has come,
// and the scrub goes round. Each node does it by itself; two that forget the same thing forget it once.

import type { Store } from '../core/store.ts'
import type { Finding } from '../store/doctor/finding.ts'
import { writeTally } from '../store/doctor/scrub-tally.ts'
import type { Everybody } from '../store/postgres/everybody.ts'
import type { DatabaseScrub } from '../store/postgres/scrub.ts'
import type { HouseUpkeep, Pace, UpkeepLog } from './house.ts'
import { purgeBin } from './purge.ts'
import { gaugesOf, tellScrub } from './scrubbed.ts'

export type DatabaseOfHouse = { url: string; upkeepUrl: string; folder: string; pace: Pace }

type Work = { does: () => Promise<void>; failed: string }

const statementMs = 10_000
/** Before what failed is tried again. */
const failedMs = 60_000
/** A database that hangs does not keep a node from closing. */
const closeMs = 2_000

export class DatabaseUpkeep<S extends Store> implements HouseUpkeep<S> {
  readonly store: S
  readonly #place: DatabaseOfHouse
  readonly #log: UpkeepLog
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #under = new Set<Promise<unknown>>()
  readonly #look: Work = {
    does: () => this.#tellSome(),
    failed: 'What was said last could not be looked at.',
  }
  readonly #emptying: Work = { does: () => this.purge(), failed: 'The bin could not be emptied.' }
  readonly #scrubbing: Work = {
    does: () => this.#scrub(),
    failed: 'The scrub could not go on; it is tried again.',
  }
  #everybody: Promise<Everybody> | null = null
  #scrubbed: DatabaseScrub | null = null
  #isOver = false

  constructor(store: S, place: DatabaseOfHouse, log: UpkeepLog) {
    this.store = store
    this.#place = place
    this.#log = log
    const { purgeEveryMs, scrubAfterMs, scrubEveryMs } = place.pace
    this.#after(0, () => this.#tried(this.#look))
    this.#again(1_000, purgeEveryMs, this.#emptying)
    this.#again(scrubAfterMs, scrubEveryMs, this.#scrubbing)
  }

  gauges(): Record<string, number> {
    return gaugesOf(this.#scrubbed)
  }

  /** The backup of a database is its own. */
  backedUpTo(): null {
    return null
  }

  async purge(now: number = Date.now()): Promise<void> {
    const { expiredOf } = await import('../store/postgres/purge.ts')
    const everybody = await this.#opened()
    await purgeBin(this.store, (...asked) => expiredOf(everybody, ...asked), now)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true
    for (const timer of this.#timers) clearTimeout(timer)
    await inTime(Promise.allSettled(this.#under))
    const everybody = await this.#everybody
    await inTime(everybody?.[Symbol.asyncDispose]() ?? Promise.resolve())
  }

  async #tellSome(): Promise<void> {
    const { examineSome } = await import('../store/postgres/doctor-quick.ts')
    for (const { what, means, todo, where } of await examineSome(await this.#opened(), this.#place.folder))
      this.#log({ level: 'error', what: `${what} ${means} ${todo}`, ...where })
  }

  async #scrub(): Promise<void> {
    const { atTheBeginning, look, readDatabaseScrub } = await import('../store/postgres/scrub.ts')
    const { folder, pace } = this.#place
    const state = (this.#scrubbed ??= readDatabaseScrub(folder) ?? atTheBeginning)
    if (state.user === '' && Date.now() - (state.endedAt ?? 0) < pace.scrubRestMs) return
    const next = await look(await this.#opened(), state, pace.scrubRows)
    writeTally(folder, next)
    this.#scrubbed = next
    const found: Finding[] = next.mismatches > state.mismatches ? next.found : []
    tellScrub(this.#log, found)
  }

  /** The driver is loaded by whoever has a database. */
  #opened(): Promise<Everybody> {
    return (this.#everybody ??= import('../store/postgres/everybody.ts').then(
      ({ Everybody }) => new Everybody(this.#place, statementMs),
    ))
  }

  /** Not all nodes at once: each time is up to a fifth longer. One that failed comes again later. */
  #again(firstMs: number, everyMs: number, work: Work): void {
    const round = async () => {
      const isDone = await this.#tried(work)
      if (!this.#isOver) this.#after(isDone ? everyMs : Math.max(everyMs, failedMs), round)
    }
    this.#after(firstMs, round)
  }

  #after(ms: number, round: () => Promise<unknown>): void {
    const begin = () => {
      this.#timers.delete(timer)
      const done = round().finally(() => this.#under.delete(done))
      this.#under.add(done)
    }
    const timer = setTimeout(begin, ms * (1 + Math.random() / 5)).unref()
    this.#timers.add(timer)
  }

  async #tried({ does, failed }: Work): Promise<boolean> {
    try {
      await does()
      return true
    } catch (fault) {
      const why = fault instanceof Error ? fault.message : String(fault)
      if (!this.#isOver) this.#log({ level: 'error', what: failed, why })
      return false
    }
  }
}

const inTime = (work: Promise<unknown>): Promise<unknown> =>
  Promise.race([work.catch(() => {}), new Promise((resolve) => setTimeout(resolve, closeMs).unref())])

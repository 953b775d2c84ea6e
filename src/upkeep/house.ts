// What goes on in a running house without being asked for: forgotten words leave the log, the bin is emptied when its time has come, the
// scrub goes round, and backups are made and tried.

import { join } from 'node:path'
import type { Store } from '../core/store.ts'
import type { AboutStore } from '../store/open.ts'
import { examineNewest } from '../store/sqlite/doctor-quick.ts'
import { expiredIn } from '../store/sqlite/purge.ts'
import type { ScrubState } from '../store/sqlite/scrub-state.ts'
import { Backups, type BackupSettings } from './backups.ts'
import { DatabaseUpkeep } from './database-house.ts'
import { LogCleaner } from './log-cleaner.ts'
import { identityName } from './manifest.ts'
import { purgeBin } from './purge.ts'
import { readsInWords } from './reads-in-words.ts'
import { gaugesOf, tellScrub } from './scrubbed.ts'
import { carryOut, type Tasked } from './task.ts'

export type UpkeepSettings = { data: string; store?: string; storeUpkeep?: string } & BackupSettings & {
    pace?: Partial<Pace>
  }

export type UpkeepLog = (line: { level: 'error' | 'warn'; what: string } & Record<string, unknown>) => void

/**
 * A scrub of this pace goes through a million messages in under half an hour, and costs a hundredth of one core. A database, which others
 * use too, and which may sleep while nobody does, has rest between two rounds.
 */
const usualPace = {
  purgeEveryMs: 10 * 60_000,
  scrubAfterMs: 30_000,
  scrubRows: 100,
  scrubEveryMs: 150,
  scrubRestMs: 6 * 60 * 60_000,
}

export type Pace = typeof usualPace

export type HouseUpkeep<S> = AsyncDisposable & {
  /** The same store, after whose forgetting commits the log is emptied. */
  readonly store: S
  /** For a scraper. */
  gauges(): Record<string, number>
  /** How far the newest backup that was tried reaches for this user; null without one. */
  backedUpTo(user: string): number | null
}

export function keepUp<S extends Store & { about: AboutStore }>(
  opened: S,
  settings: UpkeepSettings,
  log: UpkeepLog,
): HouseUpkeep<S> {
  const { about } = opened
  if (!('file' in about)) return onDatabase(opened, settings, log)
  return new FileUpkeep(opened, { ...about, folder: settings.data }, settings, log)
}

/** Without the login that may name the users nothing can be done for all of them; the log says so when the house opens. */
function onDatabase<S extends Store>(store: S, settings: UpkeepSettings, log: UpkeepLog): HouseUpkeep<S> {
  const { data: folder, store: url = '', storeUpkeep: upkeepUrl = '' } = settings
  if (url === '' || upkeepUrl === '') return leftToOthers(store)
  return new DatabaseUpkeep(store, { url, upkeepUrl, folder, pace: { ...usualPace, ...settings.pace } }, log)
}

const leftToOthers = <S>(store: S): HouseUpkeep<S> => ({
  store,
  gauges: () => ({}),
  backedUpTo: () => null,
  [Symbol.asyncDispose]: async () => {},
})

type Place = { file: string; folder: string; durability: string }

class FileUpkeep<S extends Store> implements HouseUpkeep<S> {
  readonly store: S
  readonly #place: Place
  readonly #log: UpkeepLog
  readonly #timers: NodeJS.Timeout[] = []
  readonly #backups: Backups | null
  readonly #cleaner: LogCleaner
  #scrubbing: Tasked | null = null
  #scrubbed: ScrubState | null = null
  #purging: Promise<void> | null = null

  constructor(opened: S, place: Place, settings: UpkeepSettings, log: UpkeepLog) {
    this.#place = place
    this.#log = log
    this.store = { ...opened, ...readsInWords(opened), commit: (commit) => this.#commit(opened, commit) }
    this.#cleaner = new LogCleaner(
      { file: place.file, safety: place.durability === 'none' ? 'OFF' : 'FULL' },
      (what, why) => log({ level: 'error', what, why }),
    )
    const pace = { ...usualPace, ...settings.pace }
    const isKept = place.durability !== 'none'
    const source = { file: place.file, identity: join(place.folder, identityName) }
    this.#backups = isKept && settings.backup ? new Backups(source, settings.backup, settings, log) : null
    this.#every(pace.purgeEveryMs, () => this.purge())
    if (!isKept) return
    this.#tellNewest()
    const { scrubAfterMs, scrubRows, scrubEveryMs } = pace
    this.#timers.push(setTimeout(() => this.#scrub(scrubRows, scrubEveryMs), scrubAfterMs).unref())
  }

  gauges(): Record<string, number> {
    return { ...gaugesOf(this.#scrubbed), ...this.#backups?.gauges() }
  }

  backedUpTo(user: string): number | null {
    return this.#backups?.reach(user) ?? null
  }

  purge(now: number = Date.now()): Promise<void> {
    const bin = (before: number, at: number, limit: number) => expiredIn(this.#place.file, before, at, limit)
    const round = async () => void (await purgeBin(this.store, bin, now))
    return (this.#purging ??= round().finally(() => (this.#purging = null)))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer)
    await this.#backups?.[Symbol.asyncDispose]()
    await this.#scrubbing?.stop()
    await this.#purging?.catch(() => {})
    await this.#cleaner[Symbol.asyncDispose]()
  }

  async #commit(opened: S, commit: Parameters<Store['commit']>[0]): ReturnType<Store['commit']> {
    const outcome = await opened.commit(commit)
    const isForgetting = commit.changes.some(({ kind }) => kind.endsWith('.forgotten'))
    if (isForgetting && outcome.result === 'kept') this.#cleaner.empty()
    return outcome
  }

  /** Cheap enough for every start; what it finds is told, and what is read is checked anyway. */
  #tellNewest(): void {
    for (const { what, means, todo, where } of examineNewest(this.#place.file, this.#place.folder))
      this.#log({ level: 'error', what: `${what} ${means} ${todo}`, ...where })
  }

  #scrub(rows: number, everyMs: number): void {
    const { file, folder } = this.#place
    this.#scrubbing = carryOut({ do: 'scrub', file, folder, rows, everyMs }, (news) => this.#hear(news))
    this.#scrubbing.done.catch((fault: unknown) =>
      this.#failed('The scrub ended; it goes on at the next start.', fault),
    )
  }

  #hear(news: unknown): void {
    if (!news) return
    const { state, found } = news as { state: ScrubState; found: ScrubState['found'] }
    this.#scrubbed = state
    tellScrub(this.#log, found)
  }

  #every(ms: number, work: () => Promise<void>): void {
    const round = () =>
      void work().catch((fault: unknown) => this.#failed('The bin could not be emptied.', fault))
    this.#timers.push(setInterval(round, ms).unref(), setTimeout(round, 1_000).unref())
  }

  #failed(what: string, fault: unknown): void {
    const why = fault instanceof Error ? fault.message : String(fault)
    this.#log({ level: 'error', what, why })
  }
}

// Makes a backup whenever one is due, tries it at once, and says how old the newest is.

import { join } from 'node:path'
import { type Reach, reachOf } from '../store/sqlite/backup-reach.ts'
import type { BackupSource } from './backup.ts'
import type { UpkeepLog } from './house.ts'
import { storeName } from './manifest.ts'
import { backupsIn, momentOf, newestVerified } from './shelf.ts'
import { carryOut, type Tasked } from './task.ts'

export type BackupSettings = {
  /** The folder of backups; without it none are made. */
  backup?: string
  /** Like 30m, 24h or 7d; `off` when somebody else makes them and they are only watched here. */
  backupEvery?: string
  backupKeep?: number
}

const usualEvery = '24h'
const usualKeep = 7
const lookMs = 60_000
/** After one that failed. */
const againMs = 10 * 60_000

const units: Record<string, number> = { m: 60_000, h: 60 * 60_000, d: 24 * 60 * 60_000 }

function msOf(every: string): number | null {
  const [, count, unit = ''] = /^(\d+)([mhd])$/.exec(every) ?? []
  return count === undefined ? null : Number(count) * (units[unit] ?? 0)
}

export class Backups implements AsyncDisposable {
  readonly #source: BackupSource
  readonly #shelf: string
  readonly #everyMs: number | null
  readonly #keep: number
  readonly #log: UpkeepLog
  readonly #timer: NodeJS.Timeout
  #making: Tasked | null = null
  #notBefore = 0
  #reach: { folder: string; of: Reach } | null = null

  constructor(source: BackupSource, shelf: string, settings: BackupSettings, log: UpkeepLog) {
    this.#source = source
    this.#shelf = shelf
    this.#everyMs = msOf(settings.backupEvery ?? usualEvery)
    this.#keep = settings.backupKeep ?? usualKeep
    this.#log = log
    this.#timer = setInterval(() => void this.makeWhenDue(Date.now()), lookMs).unref()
    setImmediate(() => void this.makeWhenDue(Date.now()))
  }

  /** Ages in seconds; left out while there is nothing that could have one. */
  gauges(now: number = Date.now()): Record<string, number> {
    const newest = backupsIn(this.#shelf).at(-1)
    const verified = newestVerified(this.#shelf)
    return {
      ...(newest ? { backup_age_seconds: (now - momentOf(newest)) / 1000 } : null),
      ...(verified ? { restore_verified_age_seconds: (now - verified.at) / 1000 } : null),
    }
  }

  reach(user: string): number | null {
    const folder = newestVerified(this.#shelf)?.folder
    if (folder === undefined) return null
    if (this.#reach?.folder !== folder) {
      this.#reach?.of[Symbol.dispose]()
      this.#reach = { folder, of: reachOf(join(folder, storeName)) }
    }
    return this.#reach.of.changeSeqOf(user)
  }

  async makeWhenDue(now: number): Promise<void> {
    if (this.#everyMs === null || this.#making || now < this.#notBefore) return
    const newest = backupsIn(this.#shelf).at(-1)
    if (newest && now - momentOf(newest) < this.#everyMs) return
    this.#making = carryOut({ do: 'backup', source: this.#source, shelf: this.#shelf, keep: this.#keep })
    try {
      await this.#making.done
    } catch (fault) {
      this.#notBefore = now + againMs
      const why = fault instanceof Error ? fault.message : String(fault)
      this.#log({ level: 'error', what: 'A backup was due and could not be made.', why })
    } finally {
      this.#making = null
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    this.#notBefore = Infinity
    await this.#making?.stop()
    this.#reach?.of[Symbol.dispose]()
  }
}

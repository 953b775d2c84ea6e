// The data folder of the simulated house: begins as an empty store that was made once, and after a crash is what had come to the disk.
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqlite, type SqliteStore } from '../../../src/store/sqlite/open.ts'
import type { Random } from '../../random.ts'

/** Where files are in memory, if there is such a place: what is not on it when a process dies is decided by the seed, not by a disk. */
const memory = '/dev/shm'
export const folderForNow = (name: string): string =>
  mkdtempSync(join(existsSync(memory) ? memory : tmpdir(), name))
const file = 'threadkeep.db'
const kept = [file, `${file}-wal`, 'store.json']

/** Holds everything that a process of the simulator writes. */
export class Ground implements Disposable {
  readonly #folder = folderForNow('threadkeep-simulator-')
  readonly #empty = new StoreFolder(join(this.#folder, 'empty'))
  #count = 0

  /** The schema is made once: every seed begins with a copy. */
  async prepare(): Promise<void> {
    const store = await this.#empty.open()
    await store[Symbol.asyncDispose]()
  }

  /** For one seed. */
  begin(): StoreFolder {
    return this.#empty.copiedTo(join(this.#folder, String(++this.#count), 'store'))
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

export class StoreFolder {
  readonly folder: string
  readonly file: string
  #lives = 0

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true })
    this.folder = folder
    this.file = join(folder, file)
  }

  /** As a house does that starts. */
  open(): Promise<SqliteStore> {
    return openSqlite({ file: this.file, folder: this.folder, ephemeral: false })
  }

  get walBytes(): number {
    return existsSync(`${this.file}-wal`) ? statSync(`${this.file}-wal`).size : 0
  }

  copiedTo(folder: string): StoreFolder {
    const copy = new StoreFolder(folder)
    for (const name of kept)
      if (existsSync(join(this.folder, name))) copyFileSync(join(this.folder, name), join(folder, name))
    return copy
  }

  /** As it is at this moment; of what the log got beyond these bytes, any beginning. */
  image(random: Random, flushedBytes = this.walBytes): StoreFolder {
    const copy = this.copiedTo(join(this.folder, `life-${++this.#lives}`))
    const torn = copy.walBytes - flushedBytes
    if (torn > 0) truncateSync(`${copy.file}-wal`, flushedBytes + random.int(torn + 1))
    return copy
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

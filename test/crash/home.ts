// A data folder of a test's own, gone again at its end, and what a test does to the files in it behind the store's back.
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { must } from '../../src/core/assert.ts'
import { openReading } from '../../src/store/sqlite/connection.ts'
import { openSqlite, type SqlitePlace, type SqliteStore } from '../../src/store/sqlite/open.ts'
import type { Dwelling } from './dwelling.ts'
import { type Inspection, inspect } from './inspection.ts'

export class Home implements Dwelling, Disposable {
  readonly #outer = mkdtempSync(join(tmpdir(), 'threadkeep-test-'))
  /** Not there until a store is opened in it. */
  readonly folder: string
  readonly file: string
  readonly card: string
  /** Beside the data folder. */
  readonly aside = join(this.#outer, 'aside')
  readonly snapshots: string
  readonly settings = {}
  readonly isShared = false

  /** On another disk than what is aside, where one is named. */
  constructor(disk?: string) {
    this.folder = join(disk ?? this.#outer, 'data')
    this.file = join(this.folder, 'threadkeep.db')
    this.card = join(this.folder, 'store.json')
    this.snapshots = join(this.folder, 'snapshots')
  }

  open(besides: Partial<SqlitePlace> = {}): Promise<SqliteStore> {
    return openSqlite({ file: this.file, folder: this.folder, ephemeral: false, ...besides })
  }

  get address(): string {
    return this.file
  }

  inspect = async (): Promise<Inspection> => inspect(this.file)

  async openRuns(): Promise<number> {
    using db = openReading(this.file)
    const row = db.prepare('SELECT count(*) AS open FROM runs WHERE status = 0').get()
    return Number(must(row, 'a count has a row')['open'])
  }

  /** Whoever was killed took everything along. */
  atRest = async (): Promise<void> => {}

  /** Only while no store of this process is open here: closing a file takes this process's locks on it away. */
  edit(...statements: string[]): void {
    using db = new DatabaseSync(this.file)
    for (const statement of statements) db.exec(statement)
  }

  /** The same caution. The copy stays outside the data folder. */
  copyAside(): void {
    for (const end of ends) if (existsSync(this.file + end)) copyFileSync(this.file + end, this.aside + end)
  }

  putBack(): void {
    for (const end of ends) {
      rmSync(this.file + end, { force: true })
      if (existsSync(this.aside + end)) copyFileSync(this.aside + end, this.file + end)
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.#outer, { recursive: true, force: true })
  }
}

const ends = ['', '-wal']

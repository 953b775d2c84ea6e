// A data folder of a test's own, gone again at its end, and what a test does to the files in it behind the store's back.
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openSqlite, type SqlitePlace, type SqliteStore } from '../../src/store/sqlite/open.ts'

export class Home implements Disposable {
  readonly #outer = mkdtempSync(join(tmpdir(), 'threadkeep-test-'))
  /** Not there until a store is opened in it. */
  readonly folder = join(this.#outer, 'data')
  readonly file = join(this.folder, 'threadkeep.db')
  readonly card = join(this.folder, 'store.json')
  /** Beside the data folder. */
  readonly aside = join(this.#outer, 'aside')
  readonly snapshots = join(this.folder, 'snapshots')

  open(besides: Partial<SqlitePlace> = {}): Promise<SqliteStore> {
    return openSqlite({ file: this.file, folder: this.folder, ephemeral: false, ...besides })
  }

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

// One life of the process that holds the store: the real writer on a real file, and between arrival, commit and answer a moment each.
import type { DatabaseSync } from 'node:sqlite'
import { must } from '../../../src/core/assert.ts'
import { ThreadkeepError } from '../../../src/core/errors.ts'
import { commitsPerBatchMax } from '../../../src/core/limits.ts'
import type { PreparedCommit } from '../../../src/core/prepared.ts'
import type { Outcome } from '../../../src/core/receipt.ts'
import { positionOf } from '../../../src/store/codes.ts'
import { cardKeeper, readCard } from '../../../src/store/sqlite/card.ts'
import { confine, openWriting } from '../../../src/store/sqlite/connection.ts'
import type { SqliteStore } from '../../../src/store/sqlite/open.ts'
import { packCommit, packOutcomes, unpackCommit, unpackOutcomes } from '../../../src/store/sqlite/packed.ts'
import { type Settled, Writer } from '../../../src/store/sqlite/writer.ts'
import { Turns } from '../../../src/store/turns.ts'
import type { Executor } from './executor.ts'
import { Life, lives, unknown } from './life.ts'
import type { StoreFolder } from './store-folder.ts'

/** Where in a commit a process can die so that it matters. */
export type Deathbed = 'before the commit' | 'in the flush' | 'after the commit'
type Waiting = {
  user: string
  resolve: (outcome: Outcome) => void
  reject: (fault: Error) => void
  life: Life | undefined
}

export class StoreProcess {
  readonly opened: SqliteStore
  readonly place: StoreFolder
  readonly #executor: Executor
  readonly #life = new Life('store')
  readonly #writer: Writer
  /** How many of the commits meet a disk that fails. */
  readonly #faultShare: number
  readonly #handles: DatabaseSync[] = []
  readonly #keeper: ReturnType<typeof cardKeeper>
  readonly #turns = new Turns<[number, PreparedCommit]>()
  readonly #waiting = new Map<number, Waiting>()
  /** Set, the next commit is the last: `died` is called with what had come to the disk. */
  deathbed: Deathbed | null = null
  #image: StoreFolder | null = null
  #tickets = 0
  #commitNumber: number
  #isServing = false
  readonly #died: (image: StoreFolder) => void

  static async open(
    executor: Executor,
    place: StoreFolder,
    died: (image: StoreFolder) => void,
  ): Promise<StoreProcess> {
    return new StoreProcess(executor, place, await place.open(), died)
  }

  private constructor(
    executor: Executor,
    place: StoreFolder,
    opened: SqliteStore,
    died: (image: StoreFolder) => void,
  ) {
    this.#executor = executor
    this.#faultShare = executor.random.pick([0, 0, 0.05])
    this.place = place
    this.opened = opened
    this.#died = died
    const card = must(readCard(place.folder), 'an opened store has its card')
    this.#commitNumber = card.commitNumber
    this.#keeper = cardKeeper(place.folder, card)
    const open = () => this.#watched(confine(openWriting(place.file, 'FULL')))
    this.#writer = new Writer({ open, durability: 'disk', came: this.#keeper.came })
  }

  get isOver(): boolean {
    return this.#life.isOver
  }

  get position(): string {
    return positionOf(this.opened.storeId, this.#commitNumber)
  }

  /** A commit has arrived; its answer comes in a moment of its own, or is lost. */
  take(commit: PreparedCommit, life: Life | undefined): Promise<Outcome> {
    const ticket = ++this.#tickets
    this.#turns.add(commit.user, [ticket, unpackCommit(packCommit(ticket, commit))])
    if (!this.#isServing) void lives.run(this.#life, () => this.#serve())
    return new Promise((resolve, reject) =>
      this.#waiting.set(ticket, { user: commit.user, resolve, reject, life }),
    )
  }

  /** What had come to the disk. Whoever waits is told that nobody knows. */
  end(): StoreFolder {
    const image = this.#image ?? this.place.image(this.#executor.random)
    this.#life.end()
    this.#executor.forget(this.#life)
    for (const handle of this.#handles) if (handle.isOpen) handle.close()
    this.#keeper[Symbol.dispose]()
    void this.opened[Symbol.asyncDispose]()
    for (const { user, reject, life } of this.#waiting.values())
      this.#later(`${user} is told that the store died`, user, life, () => reject(unknown('the store died')))
    return image
  }

  async #serve(): Promise<void> {
    this.#isServing = true
    while (this.#turns.size > 0) {
      await this.#executor.moment('the writer serves', 'writer', this.#life)
      const batch = this.#turns.take(
        1 + this.#executor.random.int(this.#executor.random.chance(0.5) ? 3 : commitsPerBatchMax),
      )
      const { settled, commitNumber } = this.#writer.commit(batch.map(([, commit]) => commit))
      if (this.#image) return this.#died(this.#image)
      this.#commitNumber = commitNumber
      this.#answer(batch.map(([ticket], i) => [ticket, must(settled[i], 'every commit is settled')]))
    }
    this.#isServing = false
  }

  #answer(settled: [number, Settled][]): void {
    for (const [ticket, outcome] of unpackOutcomes(packOutcomes(settled), this.position, 'disk')) {
      const { user, resolve, reject, life } = must(this.#waiting.get(ticket), 'whoever sent it waits')
      this.#waiting.delete(ticket)
      const isLost = this.#executor.random.chance(0.04)
      const what = 'fault' in outcome ? outcome.fault.code : outcome.result
      this.#later(`${user} is ${isLost ? 'not ' : ''}told: ${what}`, user, life, () => {
        if (isLost) return reject(unknown('it was lost'))
        if (!('fault' in outcome)) return resolve(outcome)
        const { code, message, hint, cause } = outcome.fault
        reject(new ThreadkeepError(code, message, hint, undefined, cause))
      })
    }
  }

  #later(what: string, user: string, life: Life | undefined, tell: () => void): void {
    void this.#executor.moment(what, `answers to ${user} at ${life?.name ?? 'nobody'}`, life).then(tell)
  }

  /** The connection as it is, but for the one moment at which everything is decided. */
  #watched(db: DatabaseSync): DatabaseSync {
    this.#handles.push(db)
    const prepare = db.prepare.bind(db)
    db.prepare = (sql) => {
      const statement = prepare(sql)
      if (sql !== 'COMMIT') return statement
      const run = statement.run.bind(statement)
      statement.run = () => this.#dying(run)
      return statement
    }
    return db
  }

  #dying(run: () => ReturnType<ReturnType<DatabaseSync['prepare']>['run']>) {
    const { random } = this.#executor
    const flushed = this.place.walBytes
    const fails = random.chance(this.#faultShare)
    if (fails && random.chance(0.5)) throw failing()
    if (this.deathbed === 'before the commit') this.#image ??= this.place.image(random)
    const result = run()
    if (this.deathbed === 'in the flush') this.#image ??= this.place.image(random, flushed)
    if (this.deathbed === 'after the commit') this.#image ??= this.place.image(random)
    if (fails) throw failing()
    return result
  }
}

/** As the engine says that the disk failed; what was to be written is there, or is not. */
const failing = () => Object.assign(new Error('disk I/O error'), { errcode: 10 })

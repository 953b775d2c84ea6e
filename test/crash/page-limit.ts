// A file that may not grow any more, under 64 writers: what SQLite says of it is what it says of a full disk, on any machine and for anyone.
import { mkdirSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { must } from '../../src/core/assert.ts'
import { type PreparedCommit, prepareCommit } from '../../src/core/prepared.ts'
import { checksumOf } from '../../src/store/hash.ts'
import { migrationsOf } from '../../src/store/migrations.ts'
import { openWriting } from '../../src/store/sqlite/connection.ts'
import { migrate } from '../../src/store/sqlite/migrate.ts'
import { type Settled, Writer } from '../../src/store/sqlite/writer.ts'
import { type Random, randomFrom } from '../random.ts'
import { Home } from './home.ts'
import { inspect } from './inspection.ts'
import { answerId, commitOf, questionId, type Turn, wordsOf, writersCount } from './turn.ts'

export type PageLimitFigures = {
  acked: number
  lost: number
  refused: number
  /** Refused first and kept when the file might grow again. */
  keptLater: number
  /** Each a sentence. */
  faults: string[]
}

const refusedBatches = 5
const plenty = 1_000_000

/** With `control` a turn counts as acknowledged when it was handed over: some of these have to be lost. */
export function pageLimit(seed: number, control = false): PageLimitFigures {
  using home = new Home()
  const random = randomFrom(seed)
  using file = new LimitedFile(home)
  const turns = turnsFrom(random)
  const acked: Turn[] = []
  const refused: Turn[] = []
  const figures: PageLimitFigures = { acked: 0, lost: 0, refused: 0, keptLater: 0, faults: [] }
  file.mayGrowBy(50 + random.int(150))
  for (let batches = 0; batches < refusedBatches;) {
    const batch = turns.next().value
    const outcomes = file.send(batch)
    const codes = outcomes.map((outcome) => ('fault' in outcome ? outcome.fault.code : outcome.result))
    if (codes.includes('storage_full')) batches++
    for (const [i, turn] of batch.entries()) {
      if (control || codes[i] === 'kept') acked.push(turn)
      else if (codes[i] === 'storage_full') refused.push(turn)
      else figures.faults.push(`a full file answered with ${codes[i]}`)
    }
  }
  figures.faults.push(
    ...missingIn(home, control ? [] : acked).map((id) => `${id} cannot be read while it is full`),
  )
  if (!control) {
    file.mayGrowBy(plenty)
    for (const turn of refused) if (resultOf(file.send([turn])[0]) === 'kept') figures.keptLater++
    acked.push(...refused)
  }
  file[Symbol.dispose]()
  const lost = missingIn(home, acked).length
  figures.faults.push(...inspect(home.file).faults)
  return { ...figures, acked: acked.length, refused: refused.length, lost }
}

const resultOf = (outcome: Settled | undefined): string | undefined =>
  outcome && 'result' in outcome ? outcome.result : undefined

/** Each writer's turns in their order; how many arrive together is chance. */
function* turnsFrom(random: Random): Generator<Turn[], never> {
  const next = new Map(Array.from({ length: writersCount }, (_, writer) => [writer, 0]))
  for (;;) {
    const some = random.shuffle([...next]).slice(0, 1 + random.int(writersCount))
    for (const [writer, n] of some) next.set(writer, n + 1)
    yield some.map(([writer, n]) => ({ life: 0, writer, n }))
  }
}

function missingIn(home: Home, turns: Turn[]): string[] {
  using db = new DatabaseSync(home.file, { readOnly: true })
  const words = db.prepare('SELECT text FROM messages WHERE id = ?')
  const ids = turns.flatMap((turn) => [questionId(turn), answerId(turn)])
  return ids.filter((id) => words.get(id)?.['text'] !== wordsOf(id))
}

class LimitedFile implements Disposable {
  readonly #writer: Writer
  #db: DatabaseSync | null = null
  #pagesMax = plenty
  #isClosed = false

  constructor(home: Home) {
    mkdirSync(home.folder)
    using db = openWriting(home.file, 'FULL')
    migrate(db, migrationsOf('sqlite'), home.snapshots)
    this.#writer = new Writer({ open: () => this.#open(home.file), durability: 'disk' })
  }

  send(turns: readonly Turn[]): Settled[] {
    return this.#writer.commit(turns.map((turn) => prepared(turn))).settled
  }

  mayGrowBy(pages: number): void {
    const db = must(this.#db, 'the writer has opened it')
    const now = Number(db.prepare('PRAGMA page_count').get()?.['page_count'])
    this.#pagesMax = now + pages
    this.#limit()
  }

  [Symbol.dispose](): void {
    if (!this.#isClosed) this.#writer.close()
    this.#isClosed = true
  }

  /** The limit is the connection's own, and the writer takes a new one after each fault. */
  #open(file: string): DatabaseSync {
    this.#db = openWriting(file, 'FULL')
    this.#limit()
    return this.#db
  }

  #limit(): void {
    this.#db?.exec(`PRAGMA max_page_count = ${this.#pagesMax}`)
  }
}

function prepared(turn: Turn): PreparedCommit {
  const verdict = prepareCommit(commitOf(turn, 1), checksumOf)
  if ('prepared' in verdict) return verdict.prepared
  throw new Error(`a turn was refused: ${verdict.message}`)
}

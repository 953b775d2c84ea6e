// What reads ask, answered out of what is known so far; the rest is fetched in the snapshot of the read. What is certainly needed
// together is asked for together.

import { must } from '../../core/assert.ts'
import type { ThreadCursor } from '../../core/store.ts'
import { textFault } from '../../core/text.ts'
import type { ThreadState } from '../../core/thread.ts'
import type { Departure, Stretch } from '../../core/tree.ts'
import type { Key } from '../plan/heads.ts'
import type {
  Ask,
  ChangeCells,
  Contents,
  MarkRow,
  Place,
  PlaceCells,
  RefCells,
  Row,
  RunEventsRow,
  RunMark,
} from '../read/ask.ts'
import { jsonRowOf, type MessageJsonRow, speakerJson } from '../read/message-json.ts'
import type { KeyedThread, MessageRow, Speaker, SumRow } from '../read/rows.ts'
import type { Known, Question } from './known.ts'
import type { Session } from './pool.ts'
import { type ReadName, readSql } from './read-sql.ts'

/** Behind all that makes a message, and behind that what `page` says once. */
export const cells = { checksum: 22, facts: 23 }

/** Asked about in one go; a path seldom has more. */
const stretchesAtOnce = 32

export const question = (name: ReadName, ...values: readonly unknown[]): Question => ({ name, values })

/** What cannot be kept is nowhere to be found; on the way to the server it could turn into something that is. */
export const fetchingReads =
  (session: Session) =>
  async ({ name, values }: Question): Promise<readonly Row[]> =>
    values.some((value) => typeof value === 'string' && textFault(value) !== null)
      ? []
      : session.rows(readSql[name as ReadName], ...values)

export class ReadAsking implements Ask {
  readonly #known: Known
  #read: readonly MessageRow[] = []

  constructor(known: Known) {
    this.#known = known
  }

  user(id: string): Row | null {
    return this.#row('user', id)
  }

  thread(user: string, id: string): Row | null {
    return this.#row('thread', user, id)
  }

  threadByKey(user: string, externalKey: string): Row | null {
    return this.#row('threadByKey', user, externalKey)
  }

  threadByRef(user: string, provider: string, externalId: string): Row | null {
    return this.#row('threadByRef', user, provider, externalId)
  }

  refs(user: string, threadId: string): readonly RefCells[] {
    return this.#rows('refs', user, threadId) as unknown as readonly RefCells[]
  }

  threadPlace(user: string, threadId: string): PlaceCells | null {
    return this.#row('threadPlace', user, threadId) as PlaceCells | null
  }

  threads(user: string, state: ThreadState, after: ThreadCursor | undefined, limit: number): readonly Row[] {
    const { updatedAt, id } = after ?? { updatedAt: Number.MAX_SAFE_INTEGER, id: '' }
    return this.#rows(state, user, updatedAt, id, limit)
  }

  threadFrom(user: string, order: number): Row | null {
    return this.#row('threadFrom', user, order)
  }

  place(userId: string, id: string): Place | null {
    const row = this.#row('place', userId, id)
    if (!row) return null
    const [headId, headSeq, lastSeq, forkCount, born] = row as [
      string | null,
      number | null,
      number,
      number,
      number,
    ]
    return { ...keysOf(userId, id, born), headId, headSeq: headSeq ?? 0, lastSeq, forkCount }
  }

  placeOf(userId: string, { order, thread }: KeyedThread): Place {
    const { id, headId, lastSeq, forkCount } = thread
    return { ...keysOf(userId, id, order), headId, headSeq: 0, lastSeq, forkCount }
  }

  seqOf({ userId, id }: Place, messageId: string): number | null {
    return (this.#row('seqOf', userId, id, messageId)?.[0] as number | undefined) ?? null
  }

  departuresAfter({ userId, id, lastSeq }: Place, after: number): Departure[] {
    const rows = this.#rows('departuresAfter', userId, id, after, lastSeq) as [number, number][]
    return rows.map(([seq, parent]) => ({ seq, parent }))
  }

  objects(place: Place, stretches: readonly Stretch[], beside: () => number[]): Contents<MessageRow> {
    const contents = this.#contents(place, stretches, beside())
    this.#read = contents.rows
    return contents
  }

  jsons(place: Place, stretches: readonly Stretch[], beside: () => number[]): Contents<MessageJsonRow> {
    const contents = this.objects(place, stretches, beside)
    return { ...contents, rows: contents.rows.map(jsonRowOf) }
  }

  /** Every message comes with its checksum, so these are of those that were read last. */
  sums(_place: Place, stretches: readonly Stretch[]): readonly SumRow[] {
    const asked = this.#read.filter(([seq]) => stretches.some(({ from, to }) => from <= seq && seq <= to))
    return asked.map((row) => {
      const [seq, id, , role, status, text, parts] = row
      return [seq, id, role, status, text, parts, (row as Row)[cells.checksum] as string | null]
    })
  }

  speakerOf: Ask['speakerOf'] = (persona, version, model, provider = null) =>
    ({ personaId: persona, personaVersion: version, provider, model }) as Speaker
  speakerJsonOf: Ask['speakerJsonOf'] = (...speaker) => speakerJson(this.speakerOf(...speaker))

  persona(id: string): Key {
    return id
  }

  ofPersona(
    place: Place,
    persona: Key,
    stretches: readonly Stretch[],
    limit: number,
    end: 'first' | 'last',
  ): number[] {
    const name = end === 'first' ? 'firstOfPersona' : 'lastOfPersona'
    const left = end === 'first' ? [...stretches] : stretches.toReversed()
    const seqs: number[] = []
    while (left.length > 0 && seqs.length < limit) {
      const rows = this.#rows(
        name,
        ...within(place, persona, left.splice(0, stretchesAtOnce)),
        limit - seqs.length,
      )
      seqs.push(...(rows as [number][]).map(([seq]) => seq))
    }
    return seqs
  }

  hasPersona(place: Place, persona: Key, stretches: readonly Stretch[]): boolean {
    return stretches.length > 0 && this.#row('hasPersona', ...within(place, persona, stretches))?.[0] === true
  }

  run(user: string, id: string): Row | null {
    return this.#row('run', user, id)
  }

  runsUnderWay(user: string, threadId: string): readonly Row[] {
    return this.#rows('runsUnderWay', user, threadId)
  }

  runsAfter({ userId, id }: Place, [message, attempt]: RunMark, limit: number): readonly Row[] {
    return this.#rows('runsAfter', userId, id, message, attempt, limit)
  }

  runEvents(user: string, runId: string, afterOrdinal: number): readonly RunEventsRow[] {
    return this.#rows('runEvents', user, runId, afterOrdinal) as unknown as readonly RunEventsRow[]
  }

  changes(user: string, since: number, limit: number) {
    const rows = this.#rows('changes', user, since, limit) as [number, ...ChangeCells][]
    const held = rows.filter((row) => row[1] !== null)
    return { oldest: rows[0]?.[0] ?? null, rows: held.map(([, ...cells]): ChangeCells => cells) }
  }

  #contents({ userId, id }: Place, stretches: readonly Stretch[], beside: number[]): Contents<MessageRow> {
    const [first, last] = [stretches[0], stretches.at(-1)]
    if (!first || !last) return { rows: [], marks: [], idAt: nowhere }
    const rows =
      stretches.length === 1
        ? question('objects', userId, id, first.from, first.to)
        : question('objectsIn', userId, id, ...endsOf(stretches))
    const marks = question('marks', userId, id, first.from, last.to)
    const ids = beside.length > 0 ? [question('idsAt', userId, id, beside)] : []
    this.#known.need([rows, marks, ...ids])
    const idAt = new Map(ids.flatMap((asked) => this.#answer(asked) as unknown as [number, string][]))
    return {
      rows: this.#answer(rows) as unknown as readonly MessageRow[],
      marks: this.#answer(marks) as unknown as readonly MarkRow[],
      idAt: (seq) => idAt.get(seq) ?? nowhere(seq),
    }
  }

  #row(name: ReadName, ...values: readonly unknown[]): Row | null {
    return this.#rows(name, ...values)[0] ?? null
  }

  #rows(name: ReadName, ...values: readonly unknown[]): readonly Row[] {
    return this.#answer(question(name, ...values))
  }

  #answer({ name, values }: Question): readonly Row[] {
    return this.#known.ask(name, ...values) as readonly Row[]
  }
}

/** A forgotten thread's id may come again, but not at the same place in the order of creation. */
const keysOf = (userId: string, id: string, born: number) => ({
  userId,
  user: userId,
  key: id,
  shape: JSON.stringify([userId, id, born]),
  id,
})

const nowhere = (seq: number): string => must<string>(null, `message ${seq} is there`)

const within = ({ userId, id }: Place, persona: Key, stretches: readonly Stretch[]): unknown[] => [
  userId,
  id,
  persona,
  ...endsOf(stretches),
]

const endsOf = (stretches: readonly Stretch[]): [from: number[], to: number[]] => [
  stretches.map(({ from }) => from),
  stretches.map(({ to }) => to),
]

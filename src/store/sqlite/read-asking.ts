// What reads ask, answered at once by a connection that cannot write.

import type { DatabaseSync } from 'node:sqlite'
import { must } from '../../core/assert.ts'
import type { ThreadCursor } from '../../core/store.ts'
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
import type { MessageJsonRow } from '../read/message-json.ts'
import type { KeyedThread, MessageRow, SumRow } from '../read/rows.ts'
import { asArrays } from './connection.ts'
import { readSql } from './read-sql.ts'
import { Speakers } from './speakers.ts'

type Name = keyof typeof readSql
type Value = string | number

export class ReadAsking implements Ask {
  readonly #ask: Record<Name, ReturnType<DatabaseSync['prepare']>>
  readonly #speakers: Speakers

  constructor(db: DatabaseSync) {
    const entries = Object.entries(readSql).map(([name, sql]) => [name, asArrays(db.prepare(sql))])
    this.#ask = Object.fromEntries(entries) as Record<Name, ReturnType<DatabaseSync['prepare']>>
    this.#speakers = new Speakers(db)
    this.speakerOf = this.#speakers.of
    this.speakerJsonOf = this.#speakers.jsonOf
  }

  readonly speakerOf: Ask['speakerOf']
  readonly speakerJsonOf: Ask['speakerJsonOf']

  user(id: string): Row | null {
    return this.#row('user', id)
  }

  thread(user: string, id: string): Row | null {
    return this.#row('thread', this.#userKey(user), id)
  }

  threadByKey(user: string, externalKey: string): Row | null {
    return this.#row('threadByKey', this.#userKey(user), externalKey)
  }

  threadByRef(user: string, provider: string, externalId: string): Row | null {
    return this.#row('threadByRef', this.#userKey(user), provider, externalId)
  }

  refs(user: string, threadId: string): RefCells[] {
    const key = this.#userKey(user)
    return this.#rows('refs', key, this.#key('threadKey', key, threadId)) as unknown as RefCells[]
  }

  threadPlace(user: string, threadId: string): PlaceCells | null {
    return this.#row('threadPlace', this.#userKey(user), threadId) as PlaceCells | null
  }

  threads(user: string, state: ThreadState, after: ThreadCursor | undefined, limit: number): Row[] {
    const key = this.#userKey(user)
    if (!after) return this.#rows(state, key, Number.MAX_SAFE_INTEGER, 0, limit)
    return this.#rows(state, key, after.updatedAt, this.#key('threadKey', key, after.id), limit)
  }

  threadFrom(user: string, order: number): Row | null {
    return this.#row('threadFrom', this.#userKey(user), order)
  }

  place(userId: string, id: string): Place | null {
    const row = this.#row('place', this.#userKey(userId), id)
    if (!row) return null
    const [user, key, headId, headSeq, lastSeq, forkCount] = row as [
      number,
      number,
      string | null,
      number | null,
      number,
      number,
    ]
    return { userId, user, key, shape: key, id, headId, headSeq: headSeq ?? 0, lastSeq, forkCount }
  }

  placeOf(userId: string, { order, thread }: KeyedThread): Place {
    const { id, headId, lastSeq, forkCount } = thread
    const user = this.#userKey(userId)
    return { userId, user, key: order, shape: order, id, headId, headSeq: 0, lastSeq, forkCount }
  }

  seqOf({ user, key }: Place, id: string): number | null {
    return (this.#row('seqOf', user, key, id)?.[0] as number | undefined) ?? null
  }

  departuresAfter({ user, key, lastSeq }: Place, after: number): Departure[] {
    const rows = this.#rows('departuresAfter', user, key, after, lastSeq) as [number, number][]
    return rows.map(([seq, parent]) => ({ seq, parent }))
  }

  objects(place: Place, stretches: readonly Stretch[]): Contents<MessageRow> {
    return this.#contents('objects', place, stretches) as Contents<MessageRow>
  }

  jsons(place: Place, stretches: readonly Stretch[]): Contents<MessageJsonRow> {
    return this.#contents('jsons', place, stretches) as Contents<MessageJsonRow>
  }

  sums({ user, key }: Place, stretches: readonly Stretch[]): SumRow[] {
    return stretches.flatMap(({ from, to }) => this.#rows('sums', user, key, from, to)) as unknown as SumRow[]
  }

  /** Keys begin at 1, so 0 is nobody. */
  persona(id: string): number {
    return this.#key('persona', id)
  }

  ofPersona(
    { user, key }: Place,
    persona: Key,
    stretches: readonly Stretch[],
    limit: number,
    end: 'first' | 'last',
  ): number[] {
    const seqs: number[] = []
    for (const { from, to } of end === 'first' ? stretches : stretches.toReversed()) {
      if (seqs.length >= limit) break
      const name = end === 'first' ? 'ofPersonaUp' : 'ofPersona'
      const rows = this.#rows(name, user, key, persona, from, to, limit - seqs.length)
      seqs.push(...(rows as [number][]).map(([seq]) => seq))
    }
    return seqs
  }

  hasPersona({ user, key }: Place, persona: Key, stretches: readonly Stretch[]): boolean {
    return stretches.some(({ from, to }) => this.#row('ofPersona', user, key, persona, from, to, 1) !== null)
  }

  run(user: string, id: string): Row | null {
    return this.#row('run', this.#userKey(user), id)
  }

  runsUnderWay(user: string, threadId: string): Row[] {
    const key = this.#userKey(user)
    return this.#rows('runsUnderWay', key, this.#key('threadKey', key, threadId))
  }

  runsAfter({ user, key }: Place, [message, attempt]: RunMark, limit: number): Row[] {
    return this.#rows('runsAfter', user, key, message, attempt, limit)
  }

  runEvents(user: string, runId: string, afterOrdinal: number): RunEventsRow[] {
    return this.#eventsOf('readableRunKey', user, runId, afterOrdinal)
  }

  /** For upkeep: also of a run whose thread is in the bin. */
  runEventsAnywhere(user: string, runId: string, afterOrdinal: number): RunEventsRow[] {
    return this.#eventsOf('runKey', user, runId, afterOrdinal)
  }

  openRuns(limit: number): Row[] {
    return this.#rows('openRuns', limit)
  }

  expiredRuns(now: number, limit: number): Row[] {
    return this.#rows('expiredRuns', now, limit)
  }

  stopsAsked(owner: string): Row[] {
    return this.#rows('stopsAsked', owner)
  }

  changes(user: string, since: number, limit: number): { oldest: number | null; rows: ChangeCells[] } {
    const key = this.#userKey(user)
    const oldest = (this.#row('oldestChange', key)?.[0] as number | undefined) ?? null
    return { oldest, rows: this.#rows('changes', key, since, limit) as unknown as ChangeCells[] }
  }

  #contents(name: 'objects' | 'jsons', { user, key }: Place, stretches: readonly Stretch[]): Contents<Row> {
    const rows = stretches.flatMap(({ from, to }) => this.#rows(name, user, key, from, to))
    const [first, last] = [stretches[0], stretches.at(-1)]
    const marks = first && last ? this.#rows('marks', user, key, first.from, last.to) : []
    const idAt = (seq: number) =>
      must(this.#row('idAt', user, key, seq), `message ${seq} is there`)[0] as string
    return { rows, marks: marks as unknown as MarkRow[], idAt }
  }

  #eventsOf(
    found: 'runKey' | 'readableRunKey',
    user: string,
    runId: string,
    afterOrdinal: number,
  ): RunEventsRow[] {
    const userKey = this.#userKey(user)
    const run = this.#key(found, userKey, runId)
    return this.#rows('runEvents', userKey, run, afterOrdinal) as unknown as RunEventsRow[]
  }

  #userKey(user: string): number {
    return this.#key('userKey', user)
  }

  #key(name: 'userKey' | 'threadKey' | 'persona' | 'runKey' | 'readableRunKey', ...values: Value[]): number {
    return (this.#row(name, ...values)?.[0] as number | undefined) ?? 0
  }

  #row(name: Name, ...values: Value[]): Row | null {
    if (!values.every(isBindable)) return null
    return (this.#ask[name].get(...values) as unknown as Row | undefined) ?? null
  }

  #rows(name: Name, ...values: Value[]): Row[] {
    return this.#ask[name].all(...values) as unknown as Row[]
  }
}

/** Half a surrogate pair would be asked for as U+FFFD, and find what has that name. */
const isBindable = (value: Value): boolean => typeof value === 'number' || value.isWellFormed()

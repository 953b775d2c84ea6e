// What a read asks of an engine. The answers within one read must be of one moment.

import type { MarkName } from '../../core/message.ts'
import type { ThreadCursor } from '../../core/store.ts'
import type { ThreadState } from '../../core/thread.ts'
import type { Departure, Stretch } from '../../core/tree.ts'
import type { Key } from '../plan/heads.ts'
import type { MessageJsonRow } from './message-json.ts'
import type { KeyedThread, MessageRow, Speaker, SumRow } from './rows.ts'

export interface Ask {
  user(id: string): Row | null
  thread(user: string, id: string): Row | null
  threadByKey(user: string, externalKey: string): Row | null
  threadByRef(user: string, provider: string, externalId: string): Row | null
  /** Of a thread in the bin, too. */
  refs(user: string, threadId: string): readonly RefCells[]
  /** Null when there is no such thread; of one in the bin, too. */
  threadPlace(user: string, threadId: string): PlaceCells | null
  /** Newest activity first, from below the cursor on. */
  threads(user: string, state: ThreadState, after: ThreadCursor | undefined, limit: number): readonly Row[]
  /** In the order of creation, the first thread that stands here or later; of the bin, too. */
  threadFrom(user: string, order: number): Row | null

  /** Null for a thread that is not this user's, and for one in the bin. */
  place(user: string, threadId: string): Place | null
  /** The place of a thread that was read, in the bin or not. */
  placeOf(user: string, found: KeyedThread): Place
  seqOf(place: Place, messageId: string): number | null
  /** The departures after this seq and up to the place's last, by seq. */
  departuresAfter(place: Place, seq: number): readonly Departure[]
  /** The messages of these stretches; `beside` says which others are named by them, for an engine that likes to know at once. */
  objects(place: Place, stretches: readonly Stretch[], beside: () => number[]): Contents<MessageRow>
  jsons(place: Place, stretches: readonly Stretch[], beside: () => number[]): Contents<MessageJsonRow>
  /** The words of these stretches with their checksums: of messages that were asked for before. */
  sums(place: Place, stretches: readonly Stretch[]): readonly SumRow[]
  speakerOf(...speaker: SpeakerCells): Speaker
  speakerJsonOf(...speaker: SpeakerCells): string

  persona(id: string): Key
  /** Seqs of this persona's messages in these stretches: the first ones, or the last ones, in any order. */
  ofPersona(
    place: Place,
    persona: Key,
    stretches: readonly Stretch[],
    limit: number,
    end: 'first' | 'last',
  ): number[]
  hasPersona(place: Place, persona: Key, stretches: readonly Stretch[]): boolean

  run(user: string, id: string): Row | null
  /** Of one thread, those that have not ended; without looking at any words. */
  runsUnderWay(user: string, threadId: string): readonly Row[]
  /** By message and attempt, beyond these. */
  runsAfter(place: Place, after: RunMark, limit: number): readonly Row[]
  /** None when the run's thread is in the bin. */
  runEvents(user: string, runId: string, afterOrdinal: number): readonly RunEventsRow[]

  /** With the oldest change that is still held. */
  changes(user: string, since: number, limit: number): { oldest: number | null; rows: readonly ChangeCells[] }
}

export type Row = readonly unknown[]
export type RefCells = readonly [provider: string, externalId: string, binnedAt: number | null]
export type PlaceCells = readonly [
  readSeq: number | null,
  draft: string | null,
  draftAt: number | null,
  binnedAt: number | null,
]
export type RunMark = readonly [message: number, attempt: number]
export type MarkRow = readonly [seq: number, mark: MarkName, value: string]
export type RunEventsRow = readonly [ordinal: number, position: number, events: string]
export type ChangeCells = readonly [
  changeSeq: number,
  kind: number,
  threadId: string | null,
  messageSeq: number | null,
]
export type SpeakerCells = [
  persona: Key | null,
  version: Key | null,
  model: Key | null,
  provider?: string | null,
]

/** What a read of messages needs to know of their thread; `headSeq` is 0 where the head is not known. */
export type Place = {
  userId: string
  /** How the engine names this user and this thread to itself. */
  user: Key
  key: Key
  /** Under what the thread's shape is remembered: no other thread has it, not even a later one of the same id. */
  shape: Key
  id: string
  headId: string | null
  headSeq: number
  lastSeq: number
  forkCount: number
}

/** Messages in order of seq, their marks, and the ids of those beside them. */
export type Contents<R> = { rows: readonly R[]; marks: readonly MarkRow[]; idAt(seq: number): string }

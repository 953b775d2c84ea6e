// What a plan asks of an engine while it judges a change. The answers must hold until what was planned is written.

import type { Departure } from '../../core/tree.ts'
import type { Key, RunRow } from './heads.ts'

/** Of a message that is there: all that a retry, a deletion or a reply has to know. */
export type SaidRow = {
  seq: number
  parent: number
  role: number
  status: number
  placed: number
  text: string
  parts: string | null
  run: Key | null
  tag: string | null
  intent: string | null
  confidence: number | null
  entities: string | null
  sources: string | null
  metadata: string | null
  change_seq: number
  checksum: string
}

/** Of where somebody is in a thread: all that the next word about it is held against. */
export type PlaceRow = { read_seq: number; draft: string | null; change_seq: number }

export interface Ask {
  /** The id of the thread that has this key and is not in the bin. */
  threadIdByKey(user: Key, externalKey: string): string | null
  messageById(user: Key, thread: Key, id: string): SaidRow | null
  idAt(user: Key, thread: Key, seq: number): string
  hasChild(user: Key, thread: Key, seq: number): boolean
  departuresAfter(user: Key, thread: Key, seq: number): Departure[]
  /** Whether the words of a deleted message are still in the bin. */
  isBinned(user: Key, thread: Key, seq: number): boolean
  threadPlace(user: Key, thread: Key): PlaceRow | null
  runById(user: Key, id: string): RunRow | null
  runByKey(user: Key, key: Key): RunRow | null
  runByAttempt(user: Key, thread: Key, promptSeq: number, attempt: number): RunRow | null
  /** 0 when nobody has tried to answer yet. */
  lastAttempt(user: Key, thread: Key, promptSeq: number): number
}

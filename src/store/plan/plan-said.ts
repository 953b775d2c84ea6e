// What happens when something is said: where it goes, whether it was said before, and the row it becomes.

import { xorInto } from '../../core/checksum.ts'
import { hundredths } from '../../core/message.ts'
import { headFollows, parentMeant } from '../../core/place.ts'
import type { PreparedSaid } from '../../core/prepared.ts'
import { placed, roleCode, statusCode } from '../codes.ts'
import { linkOf } from '../hash.ts'
import { conflict, deleted, type Draft, isStop, missing, type Step, type Stop } from './draft.ts'
import type { ThreadHead } from './heads.ts'
import type { Ask, SaidRow } from './ask.ts'
import type { Writes } from './write.ts'

/** How much the plan trusts that an id is new: `hopeful` lets the unique index say so, which costs nothing when it is true. */
export type Mood = 'hopeful' | 'careful'

export function planSaid(
  draft: Draft,
  ask: Ask,
  change: PreparedSaid,
  decides: boolean,
  mood: Mood,
): Step | Stop {
  const thread = draft.openThread(change.threadId)
  if (isStop(thread)) return thread
  const here = draft.saidHere(change.id)
  if (here) return saidTwice(draft, change, here)
  if (mood === 'careful' && thread.lastSeq > 0) {
    const row = ask.messageById(draft.user.key, thread.key, change.id)
    if (row) return saidBefore(draft, ask, thread, change, row)
  }
  const place = placeOf(draft, ask, thread, change)
  if (isStop(place)) return place
  const seq = append(draft, thread, change.id, place, change)
  xorInto(thread.chain, linkOf(seq, change.id, change.checksum))
  const values = rowOf(draft, thread, change, seq, place)
  if (decides && mood === 'hopeful' && draft.first === null && draft.writes.length === 0) draft.first = values
  else draft.put('say', ...values)
  return {
    id: change.id,
    seq,
    forked: place.code === placed.forked,
    changeSeq: draft.changeSeq,
    replayed: false,
  }
}

type Place = { parent: number; occupied: boolean; headMoves: boolean; code: number }

function placeOf(draft: Draft, ask: Ask, thread: ThreadHead, change: PreparedSaid): Place | Stop {
  const { by, parentId } = parentMeant(change, thread.headId)
  const parent = seqOf(draft, ask, thread, parentId)
  if (parent === null) return missing('message', parentId ?? '')
  const occupied = hasChild(draft, ask, thread, parent)
  const { forked, headMoves } = headFollows(by, occupied)
  return { parent, occupied, headMoves, code: forked ? placed.forked : placed[by] }
}

export function seqOf(draft: Draft, ask: Ask, thread: ThreadHead, id: string | null): number | null {
  if (id === null) return 0
  if (id === thread.headId) return thread.headSeq
  const here = draft.saidHere(id)
  if (here) return here.seq
  return ask.messageById(draft.user.key, thread.key, id)?.seq ?? null
}

/** The head is always a leaf, so the everyday append asks nothing. */
export function hasChild(draft: Draft, ask: Ask, thread: ThreadHead, seq: number): boolean {
  if (seq === thread.headSeq) return seq === 0 && thread.lastSeq > 0
  if (draft.hasChildHere(seq)) return true
  return ask.hasChild(draft.user.key, thread.key, seq)
}

/** Takes the next seq and moves the thread's counters and head along. */
export function append(
  draft: Draft,
  thread: ThreadHead,
  id: string,
  place: Place,
  change: PreparedSaid | null,
): number {
  const seq = ++thread.lastSeq
  thread.messageCount++
  if (place.occupied) thread.forkCount++
  if (place.headMoves) {
    thread.headId = id
    thread.headSeq = seq
  }
  thread.updatedAt = Math.max(thread.updatedAt, draft.at)
  draft.said(id, seq, place.parent, change, place.code === placed.forked)
  return seq
}

function rowOf(
  draft: Draft,
  thread: ThreadHead,
  change: PreparedSaid,
  seq: number,
  place: Place,
): Writes['say'] {
  return [
    draft.user.key, thread.key, seq, change.id, place.parent, roleCode(change.role), statusCode('complete'), place.code,
    change.text, change.parts, change.personaId ?? null, change.personaVersion ?? null, change.provider ?? null, change.model ?? null,
    null, change.origin ?? null, change.usage ?? null, change.tag ?? null, change.intent ?? null, confidenceOf(change),
    change.entities ?? null, change.sources ?? null, change.metadata ?? null, change.format ?? null,
    Buffer.from(change.checksum, 'hex'), draft.changeSeq, draft.at,
  ] // prettier-ignore
}

const confidenceOf = ({ confidence }: PreparedSaid) =>
  confidence === null || confidence === undefined ? null : hundredths(confidence)

/** The same id twice in one commit. */
function saidTwice(
  draft: Draft,
  change: PreparedSaid,
  before: NonNullable<ReturnType<Draft['saidHere']>>,
): Step | Stop {
  if (!before.change || contentText(before.change) !== contentText(change))
    return conflict('message', change.id)
  return { id: change.id, seq: before.seq, forked: before.forked, changeSeq: draft.changeSeq, replayed: true }
}

function contentText(change: PreparedSaid): string {
  const { role, text, parts, tag, intent, entities, sources, metadata } = change
  const notes = [tag, intent, confidenceOf(change), entities, sources, metadata].map((note) => note ?? null)
  return JSON.stringify([roleCode(role), text, parts, ...notes])
}

/** C3: the same id again. The same content is the first result once more; anything else is a conflict. */
export function saidBefore(
  draft: Draft,
  ask: Ask,
  thread: ThreadHead,
  change: PreparedSaid,
  row: SaidRow,
): Step | Stop {
  if (row.status === statusCode('deleted')) return deleted('message', change.id)
  if (!sameContent(row, change) || !sameParent(draft, ask, thread, row, change))
    return conflict('message', change.id)
  return {
    id: change.id,
    seq: row.seq,
    forked: row.placed === placed.forked,
    changeSeq: row.change_seq,
    replayed: true,
  }
}

function sameContent(row: SaidRow, change: PreparedSaid): boolean {
  const { role, text, parts, tag, intent, confidence, entities, sources, metadata } = row
  const kept = [role, text, parts, tag, intent, confidence, entities, sources, metadata]
  return JSON.stringify(kept) === contentText(change)
}

function sameParent(draft: Draft, ask: Ask, thread: ThreadHead, row: SaidRow, change: PreparedSaid): boolean {
  if (row.placed !== placed.named || change.parentId === undefined) return true
  return seqOf(draft, ask, thread, change.parentId) === row.parent
}

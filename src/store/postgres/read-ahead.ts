// What an everyday page will ask, answered before it is asked: one statement brings it, and where a page needs more the read begins anew.

import { limitMax } from '../../core/limits.ts'
import type { MessagesAsked } from '../../core/store.ts'
import type { MarkRow } from '../read/ask.ts'
import type { Known, Question } from './known.ts'
import type { Cell, Session } from './pool.ts'
import { cells, fetchingReads, question } from './read-asking.ts'
import type { ReadName } from './read-sql.ts'

/** Beyond any seq, and with room for a page above it in an integer. */
const seqMax = 2_000_000_000

/** Null for one that turns on a message, a branch or a persona. */
export function everydayPage(user: string, threadId: string, asked: MessagesAsked): Question | null {
  const { limit, before, after, around, branch, personaId } = asked
  const isPlain = around === undefined && branch === undefined && personaId === undefined
  const [from, to] = [after === undefined ? 1 : after + 1, before === undefined ? seqMax : before - 1]
  const isWhole = [limit, from, to].every(Number.isInteger) && limit >= 1 && limit <= limitMax('pageRows')
  if (!isPlain || !isWhole) return null
  return question('page', user, threadId, within(from), within(to), limit, after !== undefined)
}

const within = (seq: number): number => Math.min(Math.max(seq, 0), seqMax)

/** `lastSeq` is null in every row but the last. */
type Facts = readonly [
  headId: string | null, headSeq: number | null, lastSeq: number | null, forkCount: number, born: number,
  low: number | null, high: number | null, marks: readonly MarkRow[] | null,
] // prettier-ignore

/** Tells all that its one statement says; true where that is only where the thread stands, because it was branched. */
export async function lookAhead(alone: Session, known: Known, asked: Question): Promise<boolean> {
  const rows = (await fetchingReads(alone)(asked)) as Cell[][]
  const [user, threadId, messageId] = asked.values
  const tell = (name: ReadName, values: unknown[], answer: readonly unknown[]) =>
    known.tell(question(name, user, threadId, ...values), answer)
  const facts = rows.at(-1)?.slice(cells.facts) as Facts | undefined
  if (!facts) tell('place', [], [])
  if (!facts || facts[2] === null) return false
  const [headId, headSeq, lastSeq, forkCount, born, low, high, marks] = facts
  tell('place', [], [[headId, headSeq, lastSeq, forkCount, born]])
  if (asked.name === 'message') tell('seqOf', [messageId], low === null ? [] : [[low]])
  if (forkCount > 0 || low === null) return forkCount > 0
  const [seq, id] = rows[0] ?? []
  if (seq === low - 1) tell('idsAt', [[seq]], [[seq, id]])
  tell('objects', [low, high], rows.filter(isFrom(low)))
  tell('marks', [low, high], marks ?? [])
  return false
}

const isFrom =
  (low: number) =>
  ([seq]: readonly Cell[]): boolean =>
    typeof seq === 'number' && seq >= low

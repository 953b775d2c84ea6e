// What the outcome of a commit says about what is kept: which threads it touched, and whether all that changed was its own doing.

import type { Commit } from '../../core/change.ts'
import type { Kept } from '../../core/receipt.ts'
import { quiet } from '../plan/planner.ts'

/** A commit changes one thread, and may have proposed another than the one that was found. */
export const threadsOf = ({ changes }: Commit, found: string): Set<string> =>
  new Set([found, ...changes.flatMap((change) => ('threadId' in change ? [change.threadId] : []))])

/** The next change after the one that was known is this very commit, which is news itself: nobody else changed anything between. */
export const isOwnStep = (
  { changes }: Commit,
  { result, receipt }: Kept,
  changeSeqBefore: number | null,
): boolean =>
  result === 'kept' &&
  receipt.changeSeq === (changeSeqBefore ?? -1) + 1 &&
  changes.some(({ kind }) => !quiet.has(kind))

/** The number in a position: greater is newer, in one store. */
export const placeIn = (position: string): number => Number(position.slice(position.lastIndexOf('-') + 1))

// Where a scrub of a file stands: by the keys of its rows.

import { nothingYet, readTally, type ScrubTally, writeTally } from '../doctor/scrub-tally.ts'

export type ScrubState = ScrubTally & {
  /** First every message's words against its checksum, then every thread's messages against its chain. */
  phase: 'messages' | 'threads'
  /** The last key that was looked at in this phase. */
  after: number
  /** Keys passed by in a row because nothing behind them can be read, and whether that was told in this round. */
  passedBy: number
  isPassingTold: boolean
}

export const beginning: ScrubState = {
  ...nothingYet,
  phase: 'messages',
  after: 0,
  passedBy: 0,
  isPassingTold: false,
}

export function readScrub(folder: string): ScrubState | null {
  const state = readTally<ScrubState>(folder, ({ after }) => Number.isSafeInteger(after))
  return state && { ...beginning, ...state } // one of an earlier version says less
}

export const writeScrub = (folder: string, state: ScrubState): void => writeTally(folder, state)

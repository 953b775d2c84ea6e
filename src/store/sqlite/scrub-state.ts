// Where a scrub of a file stands: by the keys of its rows.

import { nothingYet, readTally, type ScrubTally, writeTally } from '../doctor/scrub-tally.ts'

export type ScrubState = ScrubTally & {
  /** First every message's words against its checksum, then every thread's messages against its chain. */
  phase: 'messages' | 'threads'
  /** The last key that was looked at in this phase. */
  after: number
}

export const beginning: ScrubState = { ...nothingYet, phase: 'messages', after: 0 }

export const readScrub = (folder: string): ScrubState | null =>
  readTally<ScrubState>(folder, ({ after }) => Number.isSafeInteger(after))

export const writeScrub = (folder: string, state: ScrubState): void => writeTally(folder, state)

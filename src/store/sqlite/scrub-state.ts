// How far the scrub has come, and what it found, kept in the data folder so that a restart goes on where it was.

import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Finding } from './doctor-finding.ts'

export type ScrubState = {
  /** Which round this is, from 1. */
  round: number
  /** First every message's words against its checksum, then every thread's messages against its chain. */
  phase: 'messages' | 'threads'
  /** The last key that was looked at in this phase. */
  after: number
  /** Messages whose words were looked at in this round. */
  messages: number
  /** What this round and the last one found, at most a hundred; `mismatches` counts them all, since the first round. */
  found: Finding[]
  mismatches: number
  /** When the last whole round ended. */
  endedAt: number | null
}

export const beginning: ScrubState = {
  round: 1,
  phase: 'messages',
  after: 0,
  messages: 0,
  found: [],
  mismatches: 0,
  endedAt: null,
}

const fileOf = (folder: string) => join(folder, 'scrub.json')

/** Null when nothing was looked at yet, or when nobody can say any more how far that was. */
export function readScrub(folder: string): ScrubState | null {
  if (!existsSync(fileOf(folder))) return null
  try {
    const state = JSON.parse(readFileSync(fileOf(folder), 'utf8')) as ScrubState
    return Number.isSafeInteger(state.after) && Array.isArray(state.found) ? state : null
  } catch (fault) {
    if (fault instanceof SyntaxError) return null // a power cut left half of it; the round begins again
    throw fault
  }
}

export function writeScrub(folder: string, state: ScrubState): void {
  writeFileSync(`${fileOf(folder)}.new`, JSON.stringify(state), { mode: 0o600 })
  renameSync(`${fileOf(folder)}.new`, fileOf(folder))
}

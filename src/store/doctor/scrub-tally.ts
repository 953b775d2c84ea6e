// How far a scrub has come, and what it found, kept in the data folder so that a restart goes on where it was. Where that is, each
// engine says for itself.

import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CanonicalJson } from '../../core/json.ts'
import { roleAt, statusCode } from '../codes.ts'
import { checksumOf } from '../hash.ts'
import { type Finding, finding } from './finding.ts'

export type ScrubTally = {
  /** Which round this is, from 1. */
  round: number
  /** Messages whose words were looked at in this round. */
  messages: number
  /** What this round and the last one found, at most a hundred; `mismatches` counts them all, since the first round. */
  found: Finding[]
  mismatches: number
  /** When the last whole round ended. */
  endedAt: number | null
}

export const nothingYet: ScrubTally = { round: 1, messages: 0, found: [], mismatches: 0, endedAt: null }

const foundMax = 100
const fileOf = (folder: string) => join(folder, 'scrub.json')

/** Null when nothing was looked at yet, or when nobody can say any more how far that was. */
export function readTally<S extends ScrubTally>(folder: string, hasPlace: (state: S) => boolean): S | null {
  if (!existsSync(fileOf(folder))) return null
  try {
    const state = JSON.parse(readFileSync(fileOf(folder), 'utf8')) as S
    return Array.isArray(state.found) && hasPlace(state) ? state : null
  } catch (fault) {
    if (fault instanceof SyntaxError) return null // a power cut left half of it; the round begins again
    throw fault
  }
}

export function writeTally(folder: string, state: ScrubTally): void {
  writeFileSync(`${fileOf(folder)}.new`, JSON.stringify(state), { mode: 0o600 })
  renameSync(`${fileOf(folder)}.new`, fileOf(folder))
}

export type WordsSeen = {
  role: number
  text: string
  parts: string | null
  checksum: string | null
  status: number
}

const wordless = [statusCode('pending'), statusCode('deleted')]

/** One under way has no checksum yet, and one that was deleted no words. */
export function isAltered({ role, text, parts, checksum, status }: WordsSeen): boolean {
  if (wordless.includes(status)) return false
  const words = { text, parts: parts as CanonicalJson | null }
  return checksum === null || checksumOf(roleAt(role), words) !== checksum
}

export const alteredWords = (seq: number, where: Finding['where']): Finding =>
  finding('altered_words', `The words of message ${seq} are not those of its checksum.`, where)

export const otherChain = (chain: string, sum: string, where: Finding['where']): Finding =>
  finding('chain_drift', `chain is ${chain}, and the messages come to ${sum}.`, where)

/** What was found before stands until it is found again or a whole round has passed it by. */
export function told<S extends ScrubTally>(state: S, found: readonly Finding[]): S {
  if (found.length === 0) return state
  const before = state.found.filter(({ what, where }) => !found.some((one) => isSame(one, { what, where })))
  return {
    ...state,
    found: [...before, ...found].slice(-foundMax),
    mismatches: state.mismatches + found.length,
  }
}

const isSame = (a: Pick<Finding, 'what' | 'where'>, b: Pick<Finding, 'what' | 'where'>) =>
  a.what === b.what && JSON.stringify(a.where) === JSON.stringify(b.where)

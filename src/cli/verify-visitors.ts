// Who verifies a house, and who tries to read it meanwhile: two guests, those of the last time, or whoever the tokens speak for.

import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { ThreadkeepError } from '../core/errors.ts'
import { type Listener, listenerAt } from './verify-heard.ts'
import { holds } from './verify-step.ts'

export type VisitorsAsked = {
  url: string
  token?: string | undefined
  otherToken?: string | undefined
  /** A file that keeps the two tokens from one time to the next. */
  guests?: string | undefined
}

export type Visitors = { self: Listener; other: Listener }

type Kept = { url: string; tokens: [string, string] }

export async function visitorsOf(
  { url, token, otherToken, guests }: VisitorsAsked,
  deadline: AbortSignal,
): Promise<Visitors & { words: string }> {
  const given = [token, otherToken]
  const kept = guests === undefined ? null : keptIn(guests, url)
  const [mine, theirs] = await Promise.all(
    given.map((named, i) => known(url, named ?? kept?.tokens[i], named !== undefined, deadline)),
  )
  holds(mine !== undefined && theirs !== undefined, 'There are not two who could visit.')
  const self = listenerAt(url, mine.token, deadline)
  const other = listenerAt(url, theirs.token, deadline)
  const [me, them] = await Promise.all([self.client.me(), other.client.me()])
  holds(me.id !== them.id, `Both credentials speak for the same user, ${me.id}.`)
  if (guests !== undefined && (mine.isNew || theirs.isNew)) keep(guests, { url, tokens: [mine.token, theirs.token] }) // prettier-ignore
  const count = [mine, theirs].filter(({ isNew }) => isNew).length
  return { self, other, words: `Two users are there; ${count} of them were made for this.` }
}

/** A guest that the house no longer knows is made anew; a token that was named is not replaced. */
async function known(
  url: string,
  token: string | undefined,
  isNamed: boolean,
  deadline: AbortSignal,
): Promise<{ token: string; isNew: boolean }> {
  if (token !== undefined && (isNamed || (await isKnown(url, token, deadline))))
    return { token, isNew: false }
  const made = await listenerAt(url, null, deadline).client.guest()
  holds(made.token !== undefined, 'The house made a guest and gave no token.')
  return { token: made.token, isNew: true }
}

async function isKnown(url: string, token: string, deadline: AbortSignal): Promise<boolean> {
  try {
    await listenerAt(url, token, deadline).client.me()
    return true
  } catch (fault) {
    if (fault instanceof ThreadkeepError && fault.code === 'unauthenticated') return false
    throw fault
  }
}

function keptIn(file: string, url: string): Kept | null {
  if (!existsSync(file)) return null
  const kept = JSON.parse(readFileSync(file, 'utf8')) as Kept
  return kept.url === url ? kept : null
}

/** Readable by its owner alone: the tokens are all there is to be those guests. */
function keep(file: string, kept: Kept): void {
  writeFileSync(`${file}.new`, JSON.stringify(kept), { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

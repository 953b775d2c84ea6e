// A commit as it goes to the writer: looked over by rules that need no storage, its words in their stored form, its checksums made.

import { type Change, type Commit, type MessageSaid, type RunEnded } from './change.ts'
import { fieldFault, shown } from './field.ts'
import { userIdFault } from './id.ts'
import { limitMax, limitSentence } from './limits.ts'
import type { Role } from './message.ts'
import { type Content, contentOfParts, contentOfText } from './part.ts'
import type { Refused } from './receipt.ts'

export type PreparedWords = Content & { checksum: string }
export type PreparedSaid = Omit<MessageSaid, 'text' | 'parts'> & PreparedWords
export type PreparedEnded = Omit<RunEnded, 'text' | 'parts'> & PreparedWords
export type PreparedChange = Exclude<Change, MessageSaid | RunEnded> | PreparedSaid | PreparedEnded
export type PreparedCommit = { user: string; at: number; changes: PreparedChange[] }

/** First 16 bytes of sha-256 over `checksumText`, in hex. */
export type Checksum = (role: Role, content: Content) => string

export function prepareCommit(commit: Commit, checksum: Checksum): { prepared: PreparedCommit } | Refused {
  const refusal = commitFault(commit)
  if (refusal) return refusal
  const changes: PreparedChange[] = []
  for (const change of commit.changes) {
    const prepared = prepareChange(change, checksum)
    if ('result' in prepared) return prepared
    changes.push(prepared)
  }
  return { prepared: { user: commit.user, at: commit.at, changes } }
}

/** The last moment that a Date can hold. */
const latestTime = 8_640_000_000_000_000

function commitFault({ user, at, changes }: Commit): Refused | null {
  const userFault = userIdFault(user)
  if (userFault !== null)
    return refused('invalid', `The user id of a commit ${userFault}.`, limitSentence('userIdChars'))
  if (!Number.isSafeInteger(at) || at < 0 || at > latestTime)
    return refused('invalid', `The time of a commit must be whole milliseconds, and is ${shown(at)}.`)
  if (!Array.isArray(changes) || changes.length === 0)
    return refused('invalid', 'A commit without changes keeps nothing.')
  if (changes.length > limitMax('changesPerCommit'))
    return refused('too_large', limitSentence('changesPerCommit'))
  const threads = new Set(
    changes.flatMap((change) =>
      typeof change === 'object' && change && 'threadId' in change ? [change.threadId] : [],
    ),
  )
  if (threads.size > 1)
    return refused('invalid', `A commit changes one thread, and this one names ${threads.size}.`)
  return null
}

function prepareChange(change: Change, checksum: Checksum): PreparedChange | Refused {
  const fault = fieldFault(change)
  if (fault) return refused(fault.code, fault.message)
  if (change.kind !== 'message.said' && change.kind !== 'run.ended') return change
  const { text, parts, ...rest } = change
  if ((text === undefined) === (parts === undefined))
    return refused('invalid', 'A message needs either text or parts, and not both.')
  const verdict = parts === undefined ? contentOfText(text) : contentOfParts(parts)
  if (!verdict.ok) return refused(verdict.code, `${verdict.fault}.`)
  const role = change.kind === 'message.said' ? change.role : 'assistant'
  const words: PreparedWords = { ...verdict.content, checksum: checksum(role, verdict.content) }
  return Object.assign(rest, words)
}

function refused(
  code: Refused['code'],
  message: string,
  hint = 'Nothing was written. Send it again once this is put right.',
): Refused {
  return { result: 'refused', code, message, hint }
}

// The small numbers under which closed vocabularies are stored: a word's place in its list. The lists only ever grow at the end.

import { must } from '../core/assert.ts'
import { changeKinds } from '../core/change.ts'
import { type MessageStatus, messageStatuses, type Role, roles } from '../core/message.ts'
import type { RunStatus } from '../core/run.ts'

export const runStatuses = [
  'running',
  'complete',
  'stopped',
  'failed',
  'interrupted',
] as const satisfies RunStatus[]

export const roleCode = (role: Role): number => roles.indexOf(role)
export const statusCode = (status: MessageStatus): number => messageStatuses.indexOf(status)
export const runStatusCode = (status: RunStatus): number => runStatuses.indexOf(status)

export const roleAt = (code: number): Role => must(roles[code], `role ${code} is one of ours`)
export const statusAt = (code: number): MessageStatus =>
  must(messageStatuses[code], `message status ${code} is one of ours`)
export const runStatusAt = (code: number): RunStatus =>
  must(runStatuses[code], `run status ${code} is one of ours`)

const kindNames = new Map<number, string>(Object.entries(changeKinds).map(([kind, code]) => [code, kind]))
export const kindAt = (code: number): string =>
  must(kindNames.get(code), `change kind ${code} is one of ours`)

/** How new a read or a receipt is, as text that nobody outside takes apart. */
export const positionOf = (storeId: string, commitNumber: number): string =>
  `${storeId.slice(0, 8)}-${commitNumber}`

/** How a message came to its place; kept so that a replay can answer as the first time did. */
export const placed = { head: 0, named: 1, seen: 2, forked: 3 } as const

// Which commits may wait in the spool: what somebody says, with the thread that it may make and the answer that it asks for. Everything
// else needs to be judged by the store.

import { hash } from 'node:crypto'
import type { Change, Commit, MessageSaid, RunStarted } from '../../core/change.ts'
import { hundredths } from '../../core/message.ts'
import { type PreparedSaid, prepareCommit } from '../../core/prepared.ts'
import type { Refused } from '../../core/receipt.ts'
import { checksumOf } from '../hash.ts'

export const saidIn = ({ changes }: Commit): MessageSaid | undefined =>
  changes.find((change) => change.kind === 'message.said')

export const startedIn = ({ changes }: Commit): RunStarted | undefined =>
  changes.find((change) => change.kind === 'run.started')

export function maySpool({ changes }: Commit): boolean {
  const kinds = changes.map(({ kind }) => kind).join(' ')
  return (
    /^(thread\.created )?message\.said( run\.started)?$/.test(kinds) &&
    changes.every(
      (change) =>
        (change.kind !== 'thread.created' || change.unless === 'there') &&
        (change.kind !== 'run.started' || change.attempt === 'first'),
    )
  )
}

/** The steps of an answer under way, and the title that follows it, are in an order of their own: what waits does not hold them up. */
export const isOfRun = ({ changes }: Commit): boolean =>
  changes.every(
    (change) =>
      (change.kind.startsWith('run.') && change.kind !== 'run.started') ||
      (change.kind === 'thread.renamed' && change.titledBy === 'model'),
  )

/** What makes a retry "the same", as the store would judge it. */
export type Sameness = { content: string; parentId: string | null | undefined }

export function samenessOf(commit: Commit): Sameness | Refused {
  const verdict = prepareCommit(commit, checksumOf)
  if (!('prepared' in verdict)) return verdict
  const said = verdict.prepared.changes.find(isSaid)
  if (!said) throw new Error('What may wait in the spool says something.')
  return { content: contentOf(said), parentId: said.parentId }
}

const isSaid = (change: { kind: Change['kind'] }): change is PreparedSaid => change.kind === 'message.said'

/** The checksum stands for the role and the words. */
function contentOf({ checksum, tag, intent, confidence, entities, sources, metadata }: PreparedSaid): string {
  const sure = confidence === null || confidence === undefined ? null : hundredths(confidence)
  const notes = [tag, intent, sure, entities, sources, metadata].map((note) => note ?? null)
  return hash('sha256', JSON.stringify([checksum, ...notes]), 'hex')
}

export const isSame = (one: Sameness, other: Sameness): boolean =>
  one.content === other.content &&
  (one.parentId === undefined || other.parentId === undefined || one.parentId === other.parentId)

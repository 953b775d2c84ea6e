// How much of the disk is kept back: the last of it is for what makes room, for what is on its way already, and for the log that both need.

import { statfsSync } from 'node:fs'
import type { ChangeKind } from '../../core/change.ts'
import type { PreparedCommit } from '../../core/prepared.ts'

/** A log at its longest, and the pages of it that the file does not have yet. On a small disk an eighth of it has to do. */
const keptBackBytes = 64 * 1024 * 1024
const keptBackShare = 1 / 8

/** Whether there is more left on the disk of this folder than what is kept back. It is asked once a batch. */
export function roomOn(folder: string): () => boolean {
  return () => {
    const { bavail, blocks, bsize } = statfsSync(folder)
    return bavail * bsize > Math.min(keptBackBytes, blocks * bsize * keptBackShare)
  }
}

/** What begins something. An answer that was begun is still written down to its end. */
const beginning = {
  'user.changed': true,
  'thread.created': true,
  'thread.renamed': true,
  'thread.changed': true,
  'thread.binned': false,
  'thread.restored': false,
  'head.moved': false,
  'message.said': true,
  'message.deleted': false,
  'message.restored': false,
  'message.forgotten': false,
  'thread.forgotten': false,
  'mark.put': true,
  'mark.removed': false,
  'ref.put': true,
  'ref.removed': false,
  'place.put': true,
  'run.started': true,
  'run.progressed': false,
  'run.renewed': false,
  'run.composed': false,
  'run.stopAsked': false,
  'run.ended': false,
} as const satisfies Record<ChangeKind, boolean>

export const needsRoom = ({ changes }: PreparedCommit): boolean => changes.some(({ kind }) => beginning[kind])

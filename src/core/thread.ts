// One lasting conversation: a tree of messages with a head, and what its owner said about it.

import type { CanonicalJson } from './json.ts'

export type TitledBy = 'user' | 'model'

export type Thread = {
  /** The owner, beside every thread that is read, so that the door can check once more before a byte leaves. */
  userId: string
  id: string
  title: string | null
  titledBy: TitledBy | null
  defaultPersonaId: string | null
  headId: string | null
  externalKey: string | null
  context: unknown
  metadata: unknown
  messageCount: number
  lastSeq: number
  forkCount: number
  /** Hex; what the thread's finished messages add up to. */
  chain: string
  changeSeq: number
  createdAt: number
  updatedAt: number
  archivedAt: number | null
  pinnedAt: number | null
  binnedAt: number | null
  keepUntil: number | null
}

/** Where somebody is in a thread: how far they have read, and what they have begun to write there. */
export type OwnPlace = {
  /** 0: nothing yet, or nobody said. */
  readSeq: number
  draft: string | null
  draftAt: number | null
}

export const threadStates = ['active', 'archived', 'binned', 'all'] as const
export type ThreadState = (typeof threadStates)[number]

/** What a thread may be given when it is created. */
export type ThreadGiven = {
  title?: string | null
  defaultPersonaId?: string | null
  externalKey?: string | null
  context?: CanonicalJson | null
  metadata?: CanonicalJson | null
}

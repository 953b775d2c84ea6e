// Everything that can happen to what is kept, as plain JSON values. A store writes these and nothing else.

import type { CanonicalJson } from './json.ts'
import type { FinishedStatus, MarkName, MessageNotes, Role } from './message.ts'
import type { Part } from './part.ts'
import type { PlaceAsked } from './place.ts'
import type { ThreadGiven, TitledBy } from './thread.ts'

/** Words come as text or as parts, never both. */
export type Words = { text: string; parts?: never } | { parts: readonly Part[]; text?: never }

export type UserChanged = {
  kind: 'user.changed'
  name?: string | null
  language?: string | null
  defaultPersonaId?: string | null
  personaPrompt?: CanonicalJson | null
}

/** `unless` makes it get-or-create: by the same id, the same external key, or as the user's main thread. */
export type ThreadCreated = {
  kind: 'thread.created'
  threadId: string
  unless?: 'there' | 'keyed' | 'main'
} & ThreadGiven

/** The user's own title wins for ever: a model's comes only while nobody has set one. */
export type ThreadRenamed = {
  kind: 'thread.renamed'
  threadId: string
  title: string | null
  titledBy: TitledBy
}

export type ThreadChanged = {
  kind: 'thread.changed'
  threadId: string
  defaultPersonaId?: string | null
  context?: CanonicalJson | null
  metadata?: CanonicalJson | null
  archived?: boolean
  pinned?: boolean
}

export type ThreadBinned = { kind: 'thread.binned'; threadId: string }
/** A thread whose external key was taken meanwhile comes back without it. */
export type ThreadRestored = { kind: 'thread.restored'; threadId: string }

/** The head goes to the newest message at or below the one named, because a head is always a leaf. */
export type HeadMoved = { kind: 'head.moved'; threadId: string; messageId: string }

export type MessageSaid = {
  kind: 'message.said'
  threadId: string
  id: string
  role: Role
  personaId?: string | null
  personaVersion?: string | null
  model?: string | null
  provider?: string | null
  usage?: CanonicalJson | null
  origin?: string | null
  format?: string | null
} & Words &
  PlaceAsked &
  MessageNotes

export type MessageDeleted = { kind: 'message.deleted'; threadId: string; messageId: string }
export type MessageRestored = { kind: 'message.restored'; threadId: string; messageId: string }

/** Its words go at once, everywhere; its place in the tree stays. */
export type MessageForgotten = { kind: 'message.forgotten'; threadId: string; messageId: string }
/** The whole thread goes at once, with everything in it. */
export type ThreadForgotten = { kind: 'thread.forgotten'; threadId: string }

export type MarkPut = {
  kind: 'mark.put'
  threadId: string
  messageId: string
  mark: MarkName
  value: CanonicalJson
}
export type MarkRemoved = { kind: 'mark.removed'; threadId: string; messageId: string; mark: MarkName }

/**
 * What another system calls this thread. It has one name at each provider, and a name means one thread: the last word holds.
 */
export type RefPut = { kind: 'ref.put'; threadId: string; provider: string; externalId: string }
export type RefRemoved = { kind: 'ref.removed'; threadId: string; provider: string }

/** Reading never goes back, and not beyond what is there. Of drafts the last one holds; null and nothing are no draft. */
export type PlacePut = { kind: 'place.put'; threadId: string; readSeq?: number; draft?: string | null }

/** Opens an attempt to answer `messageId`, with the pending message that will hold the answer. */
export type RunStarted = {
  kind: 'run.started'
  threadId: string
  messageId: string
  runId: string
  /** `first` belongs to a send, and there is at most one; `another` is asked for on purpose and takes the head along. */
  attempt: 'first' | 'another'
  replyId: string
  personaId?: string | null
  personaVersion?: string | null
  model?: string | null
  provider?: string | null
  owner: string
  leaseMs: number
  contextReceipt?: CanonicalJson | null
}

/** The next batch of a run's log. A writer whose epoch has passed writes nothing. */
export type RunProgressed = {
  kind: 'run.progressed'
  runId: string
  epoch: number
  ordinal: number
  position: number
  events: CanonicalJson
}

/** The run's owner lives: its lease begins anew. A lease is kept by the store's own clock where it has one. */
export type RunRenewed = { kind: 'run.renewed'; runId: string; epoch: number; leaseMs: number }

/** What the model is shown for this answer, noted as it is asked. */
export type RunComposed = {
  kind: 'run.composed'
  runId: string
  epoch: number
  contextReceipt: CanonicalJson
}

export type RunStopAsked = { kind: 'run.stopAsked'; runId: string }

export type RunEnded = {
  kind: 'run.ended'
  runId: string
  epoch: number
  status: FinishedStatus
  /** Of how many batches of the log the words were made; when there are more by now, nothing ends, and whoever ends it reads again. */
  batches?: number
  model?: string | null
  provider?: string | null
  usage?: CanonicalJson | null
  sources?: CanonicalJson | null
  metadata?: CanonicalJson | null
  error?: CanonicalJson | null
} & Words

export type Change =
  | UserChanged
  | ThreadCreated
  | ThreadRenamed
  | ThreadChanged
  | ThreadBinned
  | ThreadRestored
  | HeadMoved
  | MessageSaid
  | MessageDeleted
  | MessageRestored
  | MessageForgotten
  | ThreadForgotten
  | MarkPut
  | MarkRemoved
  | RefPut
  | RefRemoved
  | PlacePut
  | RunStarted
  | RunComposed
  | RunProgressed
  | RunRenewed
  | RunStopAsked
  | RunEnded

export type ChangeKind = Change['kind']

/** The numbers under which kinds are stored; never reused. */
export const changeKinds = {
  'user.changed': 1,
  'thread.created': 2,
  'thread.renamed': 3,
  'thread.changed': 4,
  'thread.binned': 5,
  'thread.restored': 6,
  'head.moved': 7,
  'message.said': 8,
  'message.deleted': 9,
  'message.restored': 10,
  'run.started': 11,
  'run.progressed': 12,
  'run.stopAsked': 13,
  'run.ended': 14,
  'run.composed': 15,
  'message.forgotten': 16,
  'thread.forgotten': 17,
  'mark.put': 18,
  'mark.removed': 19,
  'run.renewed': 20,
  'ref.put': 21,
  'ref.removed': 22,
  'place.put': 23,
} as const satisfies Record<ChangeKind, number>

/** All of them or none, in the order given, by one user and in at most one thread. `at` is when it happened, in ms. */
export type Commit = { user: string; at: number; changes: readonly Change[] }

// What travels between the doors and a client, as JSON: the words of the house with times in ISO 8601.

import type { MarkName, MessageStatus, Role, Siblings } from '../core/message.ts'
import type { Part } from '../core/part.ts'
import type { Receipt } from '../core/receipt.ts'
import type { RunError, RunStatus } from '../core/run.ts'
import type { ThreadState, TitledBy } from '../core/thread.ts'

/** A moment as ISO 8601 in UTC with milliseconds. */
export type Time = string

/** What was written comes back with how safe it is. */
export type Received<Thing> = Thing & { receipt: Receipt }

export type Me = {
  id: string
  name: string | null
  language: string | null
  defaultPersonaId: string | null
  personaPrompt: { text: string } | null
  mainThreadId: string | null
  changeSeq: number
  /** Null until they have said something. */
  createdAt: Time | null
}
export type MePatch = Partial<Pick<Me, 'name' | 'language' | 'defaultPersonaId' | 'personaPrompt'>>

/** With a cookie there is no token in the body. */
export type Guest = { user: string; token?: string }

export type Persona = {
  id: string
  name: string
  aliases: string[]
  description: string
  hue: number
  greeting: string
  version: string
}

export type Thread = {
  id: string
  title: string | null
  titledBy: TitledBy | null
  defaultPersonaId: string | null
  headId: string | null
  externalKey: string | null
  context: unknown
  metadata: unknown
  messageCount: number
  createdAt: Time
  updatedAt: Time
  archived: boolean
  pinned: boolean
  binned: boolean
}

/** What a thread may be given when it is made. */
export type ThreadGiven = {
  title?: string | null
  defaultPersonaId?: string | null
  externalKey?: string | null
  context?: unknown
  metadata?: unknown
}

export type ThreadPatch = Omit<ThreadGiven, 'externalKey'> & {
  headId?: string
  archived?: boolean
  pinned?: boolean
}

/** Where you are in a thread: how far you have read (0: nothing yet), and what you have begun to write. */
export type Place = { readSeq: number; draft: string | null; draftAt: Time | null }
/** `readSeq` never goes back; an empty draft is none. */
export type PlaceGiven = { readSeq?: number; draft?: string | null }

export type ThreadsAsked = { limit?: number; cursor?: string; state?: ThreadState; persona?: string }
export type ThreadPage = { threads: Thread[]; nextCursor: string | null }

/** What people put on a message later, beside it: one of each. */
export type Marks = { pin?: true; thumb?: 'up' | 'down'; note?: string; tag?: string[] }
export type { MarkName }

export type Message = {
  id: string
  threadId: string
  seq: number
  parentId: string | null
  role: Role
  status: MessageStatus
  text: string
  /** Left out when the content is exactly one text part. */
  parts?: Part[]
  personaId: string | null
  personaVersion: string | null
  sessionId: string | null
  runId: string | null
  /** Of a pending message: how far its partial words go. Follow the run from here. */
  runPosition?: string
  siblings: Siblings
  /** Left out of what has just been said. */
  marks?: Marks
  provider: string | null
  model: string | null
  usage: unknown
  tag: string | null
  intent: string | null
  confidence: number | null
  entities: unknown
  sources: unknown
  /** Of an answer that the house stopped at a limit: `ending`, with a `code` and a `message` for the reader. */
  metadata: unknown
  origin: string | null
  createdAt: Time
  finishedAt: Time | null
}

export type MessagesAsked = {
  limit?: number
  /** Only what has a smaller seq, or a greater one. */
  before?: number
  after?: number
  /** A page with this message in its middle. */
  around?: string
  /** The path through this message to its newest leaf, or `all`. Left out: the path that the thread shows. */
  branch?: string
  persona?: string
  session?: string
}

/** Chronological. */
export type MessagePage = {
  messages: Message[]
  headId: string | null
  hasMore: { before: boolean; after: boolean }
  /** The house could not ask its store: this is what it remembered, and something may have changed since. */
  stale?: true
}

export type Words = { text: string; parts?: never } | { parts: readonly Part[]; text?: never }

/** What may be said about a message besides its words. */
export type MessageNotes = {
  tag?: string | null
  intent?: string | null
  confidence?: number | null
  entities?: unknown
  sources?: unknown
  metadata?: unknown
}

/** Where a message goes; left out, after the head. `thread` makes the thread with its first message, if it is not there. */
export type MessagePlace = {
  parentId?: string | null
  expectedHead?: string | null
  thread?: Pick<ThreadGiven, 'title' | 'defaultPersonaId' | 'externalKey'>
}

export type { RunError }
export type Run = {
  id: string
  threadId: string
  messageId: string
  replyId: string
  attempt: number
  status: RunStatus
  stopAskedAt: Time | null
  /** What the model was given to see. */
  contextReceipt: unknown
  /** Why it ended, where there is something to say: `time_limit`, `token_limit`, `stopped`, or how the model failed. */
  error: RunError | null
  startedAt: Time
  endedAt: Time | null
}

/** The first word of a stream: the message is kept, and who will answer it. */
export type MessageKept = {
  message: Message
  receipt: Receipt
  replyId: string | null
  runId: string | null
}

export type ChatAnswer = {
  response: string
  /** `running`: it takes longer than the house waits. Follow the run for the rest. */
  status: RunStatus
  threadId: string
  messageId: string
  replyId: string
  runId: string
  personaId: string | null
  receipt: Receipt
}

export type Change = {
  changeSeq: number
  kind: string
  threadId: string | null
  messageSeq: number | null
}
export type ChangePage = { changes: Change[]; next: number; backedUpTo: number | null }

// What we ask of storage, always for one user. Every engine means the same by it: test/contract/ says what.

import type { Commit } from './change.ts'
import type { Message } from './message.ts'
import type { Durability, Outcome } from './receipt.ts'
import type { Run, RunEvents } from './run.ts'
import type { Thread, OwnPlace, ThreadState } from './thread.ts'
import type { User } from './user.ts'

export interface Store extends AsyncDisposable {
  /** How safe a kept commit is here. */
  readonly durability: Durability
  /** As new as what a read gives now. */
  position(): string
  /** Where nodes share it, position() knows afterwards of all that any of them wrote before. */
  catchUp?(): Promise<void>
  /** What this user reads from here on is at least as new as this position of the store, which they were given somewhere. */
  reached?(user: string, position: string): void
  /** Of an answer that was given although the store could not be asked: when it was last known to be so. */
  staleSince?(answer: object): number | null

  /**
   * The one door for writing. Resolves when the outcome is durable and never before; rejects only with a
   * ThreadkeepError, and then the commit happened zero times or once: send it again with the same ids.
   */
  commit(commit: Commit): Promise<Outcome>
  /** Where there is a spool: keeps what somebody says until the store can be asked who answers it. */
  commitLater?(commit: Commit): Promise<Outcome>

  user(user: string): Promise<User | null>

  thread(user: string, threadId: string): Promise<Thread | null>
  threadByKey(user: string, externalKey: string): Promise<Thread | null>
  /** The thread that another system knows by this id; null for one in the bin. */
  threadByRef(user: string, provider: string, externalId: string): Promise<Thread | null>
  /** What others call this thread, by provider. */
  refs(user: string, threadId: string): Promise<Ref[]>
  /** Where its owner is in it; null for a thread that is not this user's, and for one in the bin. */
  place(user: string, threadId: string): Promise<OwnPlace | null>
  /** Newest activity first. */
  threads(user: string, asked: ThreadsAsked): Promise<ThreadPage>

  /** A page of one thread; null when the thread is not this user's, or is in the bin. */
  messages(user: string, threadId: string, asked: MessagesAsked): Promise<MessagePage | null>
  /** The same page as the text of a JSON array, for an HTTP body: made by the engine, not parsed and rebuilt. */
  messagesJson(user: string, threadId: string, asked: MessagesAsked): Promise<MessageJsonPage | null>
  message(user: string, threadId: string, messageId: string): Promise<Message | null>

  run(user: string, runId: string): Promise<Run | null>
  /** Those of one thread that have not ended, of any node, in any order; also where words of the thread cannot be shown. */
  runsUnderWay(user: string, threadId: string): Promise<Run[]>
  /** The log of a run, beyond an ordinal. */
  runEvents(user: string, runId: string, afterOrdinal: number): Promise<RunEvents[]>

  /** What changed since a change_seq, oldest first; null when that far back is no longer held. */
  changes(user: string, since: number, limit: number): Promise<ChangeRow[] | null>

  /** Everything one user owns, in reading order, a bounded piece at a time. */
  everything(user: string): AsyncIterable<OwnedRecord>
}

export type ThreadsAsked = {
  limit: number
  state?: ThreadState
  /** The last thread of the page before. */
  after?: ThreadCursor
}
export type ThreadCursor = { updatedAt: number; id: string }
export type ThreadPage = { userId: string; threads: Thread[]; next: ThreadCursor | null }

export type MessagesAsked = {
  limit: number
  /** Both exclusive. Without either: the newest page. */
  before?: number
  after?: number
  /** A page with this message in its middle. */
  around?: string
  /** The path through this message to its newest leaf; `all` is every branch by seq; left out, the head's path. */
  branch?: string
  personaId?: string
}

export type Ref = { provider: string; externalId: string }

type PageFacts = {
  userId: string
  headId: string | null
  hasMore: { before: boolean; after: boolean }
  pending: boolean
}
/** Chronological. */
export type MessagePage = PageFacts & { messages: Message[] }
export type MessageJsonPage = PageFacts & { json: string }

export type ChangeRow = {
  changeSeq: number
  kind: string
  threadId: string | null
  messageSeq: number | null
}

export type OwnedRecord =
  | { type: 'user'; user: User }
  | { type: 'thread'; thread: Thread }
  | { type: 'place'; place: OwnPlace & { threadId: string } }
  | { type: 'ref'; ref: Ref & { threadId: string } }
  | { type: 'message'; message: Message }
  | { type: 'run'; run: Run }

// The reading half of the engine: each read in one snapshot, in which only its user's rows are there. What it means is in ../read.

import type { Message } from '../../core/message.ts'
import type { Run, RunEvents } from '../../core/run.ts'
import type {
  ChangeRow,
  MessageJsonPage,
  MessagePage,
  MessagesAsked,
  OwnedRecord,
  Ref,
  ThreadPage,
  ThreadsAsked,
} from '../../core/store.ts'
import { textFault } from '../../core/text.ts'
import type { Thread } from '../../core/thread.ts'
import type { User } from '../../core/user.ts'
import { Reading } from '../read/reading.ts'
import { Shapes } from '../read/shapes.ts'
import type { Piece, WalkMark } from '../read/walk.ts'
import { Known, type Question } from './known.ts'
import type { Session } from './pool.ts'
import { fetchingReads, question, ReadAsking } from './read-asking.ts'

type Snapshots = { read<T>(user: string, work: (session: Session) => Promise<T>): Promise<T> }

export class Reader {
  readonly #pool: Snapshots
  readonly #shapes = new Shapes()

  constructor(pool: Snapshots) {
    this.#pool = pool
  }

  user(id: string): Promise<User | null> {
    return this.#read(id, (reading) => reading.user(id))
  }

  thread(user: string, id: string): Promise<Thread | null> {
    return this.#read(user, (reading) => reading.thread(user, id))
  }

  threadByKey(user: string, externalKey: string): Promise<Thread | null> {
    return this.#read(user, (reading) => reading.threadByKey(user, externalKey))
  }

  threadByRef(user: string, provider: string, externalId: string): Promise<Thread | null> {
    return this.#read(user, (reading) => reading.threadByRef(user, provider, externalId))
  }

  refs(user: string, threadId: string): Promise<Ref[]> {
    return this.#read(user, (reading) => reading.refs(user, threadId))
  }

  threads(user: string, asked: ThreadsAsked): Promise<ThreadPage> {
    return this.#read(user, (reading) => reading.threads(user, asked))
  }

  messages(user: string, threadId: string, asked: MessagesAsked): Promise<MessagePage | null> {
    const first = placeAnd(user, threadId, messagesIn(asked))
    return this.#read(user, (reading) => reading.messages(user, threadId, asked), first)
  }

  messagesJson(user: string, threadId: string, asked: MessagesAsked): Promise<MessageJsonPage | null> {
    const first = placeAnd(user, threadId, messagesIn(asked))
    return this.#read(user, (reading) => reading.messagesJson(user, threadId, asked), first)
  }

  message(user: string, threadId: string, messageId: string): Promise<Message | null> {
    const first = placeAnd(user, threadId, [messageId])
    return this.#read(user, (reading) => reading.message(user, threadId, messageId), first)
  }

  run(user: string, id: string): Promise<Run | null> {
    return this.#read(user, (reading) => reading.run(user, id))
  }

  runEvents(user: string, runId: string, afterOrdinal: number): Promise<RunEvents[]> {
    return this.#read(user, (reading) => reading.runEvents(user, runId, afterOrdinal))
  }

  changes(user: string, since: number, limit: number): Promise<ChangeRow[] | null> {
    return this.#read(user, (reading) => reading.changes(user, since, limit))
  }

  /** Each piece in a snapshot of its own, and none is open while the caller takes its time. */
  async *everything(user: string): AsyncGenerator<OwnedRecord> {
    for (let mark: WalkMark | null = 'user'; mark;) {
      const from: WalkMark = mark
      const { records, next }: Piece = await this.#read(user, (reading) => reading.pieceFrom(user, from))
      yield* records
      mark = next
    }
  }

  /** `first` is what will certainly be asked, so that the first question carries it all. */
  async #read<T>(user: string, reason: (reading: Reading) => T, first: readonly Question[] = []): Promise<T> {
    const known = new Known()
    const reading = new Reading(new ReadAsking(known), this.#shapes)
    const begin = () => {
      known.need(first)
      return reason(reading)
    }
    if (textFault(user) !== null) return known.settle(begin, async () => []) // nobody can have that name
    return this.#pool.read(user, (session) => known.settle(begin, fetchingReads(session)))
  }
}

const placeAnd = (user: string, threadId: string, messageIds: readonly string[]): Question[] => [
  question('place', user, threadId),
  ...messageIds.map((id) => question('seqOf', user, threadId, id)),
]

/** Those that the page turns on. */
const messagesIn = ({ around, branch }: MessagesAsked): string[] =>
  [around, branch === 'all' ? undefined : branch].filter((id) => id !== undefined)

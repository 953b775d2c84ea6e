// The reading half of the engine: each read in one snapshot, which is one statement where that is enough, and in which only its user's rows
// are there. What it means is in ../read.

import { assert } from '../../core/assert.ts'
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
import type { Thread, OwnPlace } from '../../core/thread.ts'
import type { User } from '../../core/user.ts'
import { Reading } from '../read/reading.ts'
import { Shapes } from '../read/shapes.ts'
import type { Piece, WalkMark } from '../read/walk.ts'
import { Witness } from '../read/witness.ts'
import { Known, type Question } from './known.ts'
import type { Pool, Session } from './pool.ts'
import { everydayPage, lookAhead } from './read-ahead.ts'
import { fetchingReads, question, ReadAsking } from './read-asking.ts'

type Snapshots = Pick<Pool, 'read' | 'readAlone'>

/** Whose page is not looked for in one statement again. */
const branchedMax = 1_000

export class Reader {
  readonly #pool: Snapshots
  /** Of statements that are transactions by themselves. */
  readonly #alone: Session
  readonly #shapes = new Shapes()
  readonly #witness = new Witness()
  readonly #branched = new Set<string>()

  constructor(pool: Snapshots) {
    this.#pool = pool
    this.#alone = { rows: (sql, ...values) => pool.readAlone(sql, ...values) }
  }

  user(id: string): Promise<User | null> {
    return this.#ask((reading) => reading.user(id))
  }

  thread(user: string, id: string): Promise<Thread | null> {
    return this.#ask((reading) => reading.thread(user, id))
  }

  threadByKey(user: string, externalKey: string): Promise<Thread | null> {
    return this.#ask((reading) => reading.threadByKey(user, externalKey))
  }

  threadByRef(user: string, provider: string, externalId: string): Promise<Thread | null> {
    return this.#ask((reading) => reading.threadByRef(user, provider, externalId))
  }

  refs(user: string, threadId: string): Promise<Ref[]> {
    return this.#ask((reading) => reading.refs(user, threadId))
  }

  place(user: string, threadId: string): Promise<OwnPlace | null> {
    return this.#ask((reading) => reading.place(user, threadId))
  }

  threads(user: string, asked: ThreadsAsked): Promise<ThreadPage> {
    return this.#ask((reading) => reading.threads(user, asked))
  }

  messages(user: string, threadId: string, asked: MessagesAsked): Promise<MessagePage | null> {
    return this.#page(pageOf(user, threadId, asked), (reading) => reading.messages(user, threadId, asked))
  }

  messagesJson(user: string, threadId: string, asked: MessagesAsked): Promise<MessageJsonPage | null> {
    return this.#page(pageOf(user, threadId, asked), (reading) => reading.messagesJson(user, threadId, asked))
  }

  message(user: string, threadId: string, messageId: string): Promise<Message | null> {
    const ahead = question('message', user, threadId, messageId)
    return this.#page({ user, threadId, ahead, turningOn: [messageId] }, (reading) =>
      reading.message(user, threadId, messageId),
    )
  }

  run(user: string, id: string): Promise<Run | null> {
    return this.#ask((reading) => reading.run(user, id))
  }

  runsUnderWay(user: string, threadId: string): Promise<Run[]> {
    return this.#ask((reading) => reading.runsUnderWay(user, threadId))
  }

  runEvents(user: string, runId: string, afterOrdinal: number): Promise<RunEvents[]> {
    return this.#ask((reading) => reading.runEvents(user, runId, afterOrdinal))
  }

  changes(user: string, since: number, limit: number): Promise<ChangeRow[] | null> {
    return this.#ask((reading) => reading.changes(user, since, limit))
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

  /** What is one question: one statement, which is a snapshot by itself. */
  #ask<T>(reason: (reading: Reading) => T): Promise<T> {
    const known = new Known()
    const reading = this.#readingOf(known)
    let asked = 0
    return known.settle(
      () => reason(reading),
      (question) => {
        assert(asked++ === 0, 'what is read by one statement is one question')
        return fetchingReads(this.#alone)(question)
      },
    )
  }

  /** In one statement where that is all it takes, and otherwise in a snapshot, from the beginning. */
  async #page<T>(asked: PageAsked, reason: (reading: Reading) => T): Promise<T> {
    const found = await this.#ahead(asked, reason)
    if (found) return found.answer
    const { user, threadId, turningOn } = asked
    return this.#read(user, reason, [
      question('place', user, threadId),
      ...turningOn.map((id) => question('seqOf', user, threadId, id)),
    ])
  }

  async #ahead<T>({ user, threadId, ahead }: PageAsked, reason: (reading: Reading) => T) {
    const key = JSON.stringify([user, threadId])
    if (!ahead || this.#branched.has(key)) return null
    const known = new Known()
    const branched = await lookAhead(this.#alone, known, ahead)
    if (branched) this.#branched.add(key)
    const oldest = this.#branched.values().next().value
    if (this.#branched.size > branchedMax && oldest !== undefined) this.#branched.delete(oldest)
    const reading = this.#readingOf(known)
    return known.enough(() => reason(reading))
  }

  /** `first` is what will certainly be asked, so that the first question carries it all. */
  async #read<T>(user: string, reason: (reading: Reading) => T, first: readonly Question[] = []): Promise<T> {
    const known = new Known()
    const reading = this.#readingOf(known)
    const begin = () => {
      known.need(first)
      return reason(reading)
    }
    if (textFault(user) !== null) return known.settle(begin, async () => []) // nobody can have that name
    return this.#pool.read(user, (session) => known.settle(begin, fetchingReads(session)))
  }

  #readingOf(known: Known): Reading {
    return new Reading(new ReadAsking(known), this.#shapes, this.#witness)
  }
}

type PageAsked = {
  user: string
  threadId: string
  ahead: Question | null
  /** The ids of messages without which there is no page. */
  turningOn: readonly string[]
}

const pageOf = (user: string, threadId: string, asked: MessagesAsked): PageAsked => ({
  user,
  threadId,
  ahead: everydayPage(user, threadId, asked),
  turningOn: [asked.around, asked.branch === 'all' ? undefined : asked.branch].filter(
    (id) => id !== undefined,
  ),
})

// What every read means, said once for all engines: asked of the engine and answered at once. It has no effects, and may begin again.

import { ThreadkeepError } from '../../core/errors.ts'
import { limitMax, limitSentence } from '../../core/limits.ts'
import type { Message } from '../../core/message.ts'
import type { Run, RunEvents } from '../../core/run.ts'
import type {
  ChangeRow,
  MessageJsonPage,
  MessagePage,
  MessagesAsked,
  Ref,
  ThreadPage,
  ThreadsAsked,
} from '../../core/store.ts'
import type { Thread, OwnPlace } from '../../core/thread.ts'
import type { User } from '../../core/user.ts'
import { kindAt } from '../codes.ts'
import type { Ask, Row } from './ask.ts'
import { MessagePages } from './message-pages.ts'
import { type Piece, pieceFrom, type WalkMark } from './walk.ts'
import { inOrder, placeOf, refOf, runEventsOf, runOf, threadOf, userOf } from './rows.ts'
import { Shapes } from './shapes.ts'
import { Witness } from './witness.ts'

export class Reading {
  readonly #ask: Ask
  readonly #messages: MessagePages

  /** What is remembered from read to read is handed in by an engine that begins each with a new one of these. */
  constructor(ask: Ask, shapes = new Shapes(), witness = new Witness()) {
    this.#ask = ask
    this.#messages = new MessagePages(ask, shapes, witness)
  }

  user(id: string): User | null {
    const row = this.#ask.user(id)
    return row && userOf(row)
  }

  thread(user: string, id: string): Thread | null {
    return threadIn(user, this.#ask.thread(user, id))
  }

  threadByKey(user: string, externalKey: string): Thread | null {
    return threadIn(user, this.#ask.threadByKey(user, externalKey))
  }

  threadByRef(user: string, provider: string, externalId: string): Thread | null {
    return threadIn(user, this.#ask.threadByRef(user, provider, externalId))
  }

  refs(user: string, threadId: string): Ref[] {
    const refs = this.#ask.refs(user, threadId).filter(([, , binnedAt]) => binnedAt === null)
    return inOrder(refs.map(refOf))
  }

  place(user: string, threadId: string): OwnPlace | null {
    const row = this.#ask.threadPlace(user, threadId)
    return row?.[3] === null ? placeOf(row) : null
  }

  threads(user: string, { limit, state = 'active', after }: ThreadsAsked): ThreadPage {
    refuseLimit(limit)
    const rows = this.#ask.threads(user, state, after, limit + 1)
    const threads = rows.slice(0, limit).map((row) => threadOf(user, row).thread)
    const last = threads.at(-1)
    const next = rows.length > limit && last ? { updatedAt: last.updatedAt, id: last.id } : null
    return { userId: user, threads, next }
  }

  messages(user: string, threadId: string, asked: MessagesAsked): MessagePage | null {
    refuseLimit(asked.limit)
    const place = this.#ask.place(user, threadId)
    return place && this.#messages.page(place, asked)
  }

  messagesJson(user: string, threadId: string, asked: MessagesAsked): MessageJsonPage | null {
    refuseLimit(asked.limit)
    const place = this.#ask.place(user, threadId)
    return place && this.#messages.jsonPage(place, asked)
  }

  message(user: string, threadId: string, messageId: string): Message | null {
    const place = this.#ask.place(user, threadId)
    return place && this.#messages.one(place, messageId)
  }

  run(user: string, id: string): Run | null {
    const row = this.#ask.run(user, id)
    return row && runOf(user, row)
  }

  runsUnderWay(user: string, threadId: string): Run[] {
    return this.#ask.runsUnderWay(user, threadId).map((row) => runOf(user, row))
  }

  runEvents(user: string, runId: string, afterOrdinal: number): RunEvents[] {
    return this.#ask.runEvents(user, runId, afterOrdinal).map(runEventsOf)
  }

  changes(user: string, since: number, limit: number): ChangeRow[] | null {
    refuseLimit(limit)
    const { oldest, rows } = this.#ask.changes(user, since, limit)
    if (oldest !== null && since < oldest - 1) return null
    return rows.map(([changeSeq, kind, threadId, messageSeq]) => ({
      changeSeq,
      kind: kindAt(kind),
      threadId,
      messageSeq,
    }))
  }

  /** A bounded piece of everything that one user owns, and where the next one begins. */
  pieceFrom(user: string, mark: WalkMark): Piece {
    return pieceFrom(this.#ask, this.#messages, user, mark)
  }
}

const threadIn = (user: string, row: Row | null): Thread | null => row && threadOf(user, row).thread

function refuseLimit(limit: number): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= limitMax('pageRows')) return
  throw new ThreadkeepError(
    'invalid',
    `A page of ${String(limit)} rows was asked for.`,
    limitSentence('pageRows'),
  )
}

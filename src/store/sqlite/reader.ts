// The reading half of the engine, on a connection of its own that cannot write. Every read names its user first and touches at most
// a page of rows, so it may run on the main thread.

import type { DatabaseSync } from 'node:sqlite'
import { ThreadkeepError } from '../../core/errors.ts'
import { limitMax, limitSentence } from '../../core/limits.ts'
import type { Message } from '../../core/message.ts'
import type { Run, RunEvents } from '../../core/run.ts'
import type {
  ChangeRow,
  MessageJsonPage,
  MessagePage,
  MessagesAsked,
  OwnedRecord,
  ThreadCursor,
  ThreadPage,
  ThreadsAsked,
} from '../../core/store.ts'
import type { OpenRun } from '../../core/upkeep.ts'
import type { Thread } from '../../core/thread.ts'
import type { User } from '../../core/user.ts'
import { kindAt } from '../codes.ts'
import { asArrays } from './connection.ts'
import { MessageReader } from './message-reader.ts'
import {
  type KeyedThread,
  type Place,
  placeOf,
  runColumns,
  runOf,
  threadColumns,
  threadOf,
  userColumns,
  userOf,
} from './rows.ts'

type Statement = ReturnType<DatabaseSync['prepare']>

const listed = (where: string) => `
  SELECT ${threadColumns} FROM threads
  WHERE user = ?1 AND ${where} AND (updated_at, key) < (?2, ?3)
  ORDER BY updated_at DESC, key DESC LIMIT ?4`
const active = listed('binned_at IS NULL AND archived_at IS NULL')
const archived = listed('binned_at IS NULL AND archived_at IS NOT NULL')
const binned = listed('binned_at IS NOT NULL')
/** Three ordered lists merged, so that no sort ever sees more than a page of each. */
const all = `
  SELECT * FROM (${active}) UNION ALL SELECT * FROM (${archived}) UNION ALL SELECT * FROM (${binned})
  ORDER BY 15 DESC, 20 DESC LIMIT ?4`

const runs = `
  SELECT ${runColumns}, r.message FROM runs r
  JOIN threads t ON t.user = r.user AND t.key = r.thread
  JOIN messages p ON p.user = r.user AND p.thread = r.thread AND p.seq = r.message
  JOIN messages m ON m.user = r.user AND m.thread = r.thread AND m.seq = r.reply`

export const readSql = {
  userKey: 'SELECT key FROM users WHERE id = ?',
  user: `SELECT ${userColumns} FROM users WHERE id = ?`,
  thread: `SELECT ${threadColumns} FROM threads WHERE user = ? AND id = ?`,
  place: `
    SELECT t.user, t.key, t.head_id, h.seq, t.last_seq, t.fork_count
    FROM threads t LEFT JOIN messages h ON h.user = t.user AND h.thread = t.key AND h.id = t.head_id
    WHERE t.user = ? AND t.id = ? AND t.binned_at IS NULL`,
  threadByKey: `SELECT ${threadColumns} FROM threads WHERE user = ? AND external_key = ? AND external_key IS NOT NULL AND binned_at IS NULL`,
  threadsByKey: `SELECT ${threadColumns} FROM threads WHERE user = ? AND key > ? ORDER BY key LIMIT ?`,
  threadKey: 'SELECT key FROM threads WHERE user = ? AND id = ?',
  active,
  archived,
  binned,
  all,
  run: `${runs} WHERE r.user = ? AND r.id = ?`,
  runsOfThread: `${runs} WHERE r.user = ? AND r.thread = ? AND (r.message, r.attempt) > (?, ?) ORDER BY r.message, r.attempt LIMIT ?`,
  runKey: 'SELECT key FROM runs WHERE user = ? AND id = ?',
  readableRunKey: `
    SELECT r.key FROM runs r JOIN threads t ON t.user = r.user AND t.key = r.thread
    WHERE r.user = ? AND r.id = ? AND t.binned_at IS NULL`,
  runEvents:
    'SELECT ordinal, position, events FROM run_events WHERE user = ? AND run = ? AND ordinal > ? ORDER BY ordinal LIMIT 1000',
  openRuns: `
    SELECT u.id, t.id, r.id, r.epoch, r.owner, r.lease_until FROM runs r
    JOIN users u ON u.key = r.user JOIN threads t ON t.user = r.user AND t.key = r.thread
    WHERE r.status = 0 ORDER BY r.user, r.thread, r.key LIMIT ?`,
  oldestChange: 'SELECT change_seq FROM changes WHERE user = ? ORDER BY change_seq LIMIT 1',
  changes: `
    SELECT c.change_seq, c.kind, t.id, c.message FROM changes c LEFT JOIN threads t ON t.user = c.user AND t.key = c.thread
    WHERE c.user = ? AND c.change_seq > ? ORDER BY c.change_seq LIMIT ?`,
} as const

export class Reader {
  readonly #db: DatabaseSync
  readonly #ask: Record<keyof typeof readSql, Statement>
  readonly #messages: MessageReader

  constructor(db: DatabaseSync) {
    this.#db = db
    const entries = Object.entries(readSql).map(([name, sql]) => [name, asArrays(db.prepare(sql))])
    this.#ask = Object.fromEntries(entries) as Record<keyof typeof readSql, Statement>
    this.#messages = new MessageReader(db)
  }

  user(id: string): User | null {
    const row = this.#row('user', id)
    return row ? userOf(row) : null
  }

  thread(user: string, id: string): Thread | null {
    return this.#thread(user, id)?.thread ?? null
  }

  threadByKey(user: string, externalKey: string): Thread | null {
    const row = this.#row('threadByKey', this.#userKey(user), externalKey)
    return row ? threadOf(user, row).thread : null
  }

  threads(user: string, { limit, state = 'active', after }: ThreadsAsked): ThreadPage {
    refuseLimit(limit)
    const key = this.#userKey(user)
    const [updatedAt, threadKey] = after ? this.#beyond(key, after) : [Number.MAX_SAFE_INTEGER, 0]
    const rows = this.#ask[state].all(key, updatedAt, threadKey, limit + 1) as unknown as unknown[][]
    const threads = rows.slice(0, limit).map((row) => threadOf(user, row).thread)
    const last = threads.at(-1)
    const next = rows.length > limit && last ? { updatedAt: last.updatedAt, id: last.id } : null
    return { userId: user, threads, next }
  }

  messages(user: string, threadId: string, asked: MessagesAsked): MessagePage | null {
    refuseLimit(asked.limit)
    const place = this.#place(user, threadId)
    return place && this.#messages.page(place, asked)
  }

  messagesJson(user: string, threadId: string, asked: MessagesAsked): MessageJsonPage | null {
    refuseLimit(asked.limit)
    const place = this.#place(user, threadId)
    return place && this.#messages.jsonPage(place, asked)
  }

  message(user: string, threadId: string, messageId: string): Message | null {
    const place = this.#place(user, threadId)
    return place && this.#messages.one(place, messageId)
  }

  run(user: string, id: string): Run | null {
    const row = this.#row('run', this.#userKey(user), id)
    return row ? runOf(user, row) : null
  }

  runEvents(user: string, runId: string, afterOrdinal: number): RunEvents[] {
    return this.#eventsOf('readableRunKey', user, runId, afterOrdinal)
  }

  /** For upkeep: also of a run whose thread is in the bin. */
  runEventsAnywhere(user: string, runId: string, afterOrdinal: number): RunEvents[] {
    return this.#eventsOf('runKey', user, runId, afterOrdinal)
  }

  /** For upkeep: the runs of everybody that are still open. */
  openRuns(limit: number): OpenRun[] {
    const rows = this.#ask.openRuns.all(limit) as unknown as [
      string,
      string,
      string,
      number,
      string,
      number,
    ][]
    return rows.map(([userId, threadId, runId, epoch, owner, leaseUntil]) => ({
      userId,
      threadId,
      runId,
      epoch,
      owner,
      leaseUntil,
    }))
  }

  changes(user: string, since: number, limit: number): ChangeRow[] | null {
    refuseLimit(limit)
    const key = this.#userKey(user)
    const oldest = this.#row('oldestChange', key)?.[0] as number | undefined
    if (oldest !== undefined && since < oldest - 1) return null
    const rows = this.#ask.changes.all(key, since, limit) as unknown as [
      number,
      number,
      string | null,
      number | null,
    ][]
    return rows.map(([changeSeq, kind, threadId, messageSeq]) => ({
      changeSeq,
      kind: kindAt(kind),
      threadId,
      messageSeq,
    }))
  }

  *everything(user: string): Generator<OwnedRecord> {
    const owner = this.user(user)
    if (!owner) return
    yield { type: 'user', user: owner }
    const userKey = this.#userKey(user)
    for (let after = 0; ;) {
      const row = this.#row('threadsByKey', userKey, after, 1)
      if (!row) return
      const found = threadOf(user, row)
      yield* this.#everythingOf(user, userKey, found)
      after = found.key
    }
  }

  close(): void {
    this.#db.close()
  }

  /** In the order of creation, which nothing changes meanwhile. The bin is left out of every page, but it is still its owner's. */
  *#everythingOf(user: string, userKey: number, found: KeyedThread): Generator<OwnedRecord> {
    yield { type: 'thread', thread: found.thread }
    const limit = limitMax('pageRows')
    for (let after = 0; ;) {
      const { messages } = this.#messages.page(placeOf(user, userKey, found), {
        limit,
        after,
        branch: 'all',
      }) ?? {
        messages: [],
      }
      for (const message of messages) yield { type: 'message', message }
      const last = messages.at(-1)
      if (!last) break
      after = last.seq
    }
    yield* this.#runsOf(user, userKey, found)
  }

  *#runsOf(user: string, userKey: number, { key }: KeyedThread): Generator<OwnedRecord> {
    const limit = limitMax('pageRows')
    for (let after: [number, number] = [0, 0]; ;) {
      const rows = this.#ask.runsOfThread.all(userKey, key, ...after, limit) as unknown as unknown[][]
      for (const row of rows) yield { type: 'run', run: runOf(user, row) }
      const last = rows.at(-1)
      if (!last) return
      after = [last[14] as number, last[4] as number]
    }
  }

  #eventsOf(
    found: 'runKey' | 'readableRunKey',
    user: string,
    runId: string,
    afterOrdinal: number,
  ): RunEvents[] {
    const userKey = this.#userKey(user)
    const run = this.#row(found, userKey, runId)
    if (!run) return []
    const rows = this.#ask.runEvents.all(userKey, run[0] as number, afterOrdinal) as unknown as [
      number,
      number,
      string,
    ][]
    return rows.map(([ordinal, position, events]) => ({ ordinal, position, events }))
  }

  #thread(user: string, id: string): KeyedThread | null {
    const row = this.#row('thread', this.#userKey(user), id)
    return row ? threadOf(user, row) : null
  }

  /** Null for a thread that is not this user's, and for one in the bin. */
  #place(userId: string, id: string): Place | null {
    const row = this.#row('place', this.#userKey(userId), id)
    if (!row) return null
    const [user, key, headId, headSeq, lastSeq, forkCount] = row as [
      number,
      number,
      string | null,
      number | null,
      number,
      number,
    ]
    return { userId, user, key, id, headId, headSeq: headSeq ?? 0, lastSeq, forkCount }
  }

  #beyond(userKey: number, after: ThreadCursor): [number, number] {
    const row = this.#row('threadKey', userKey, after.id)
    return [after.updatedAt, (row?.[0] as number | undefined) ?? 0]
  }

  /** Keys begin at 1, so 0 is nobody. */
  #userKey(user: string): number {
    return (this.#row('userKey', user)?.[0] as number | undefined) ?? 0
  }

  #row(name: keyof typeof readSql, ...values: (string | number)[]): unknown[] | undefined {
    return this.#ask[name].get(...values) as unknown as unknown[] | undefined
  }
}

function refuseLimit(limit: number): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= limitMax('pageRows')) return
  throw new ThreadkeepError(
    'invalid',
    `A page of ${String(limit)} rows was asked for.`,
    limitSentence('pageRows'),
  )
}

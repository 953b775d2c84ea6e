// What the writer remembers between commits: the head of each user, thread and open run it touched, so that an append reads nothing.

import type { TitledBy } from '../../core/thread.ts'
import {
  type Heads as HeadsAsked,
  type RunHead,
  runHeadOf,
  type RunRow,
  type ThreadHead,
  type UserHead,
} from '../plan/heads.ts'
import type { Statements } from './statements.ts'

type Settling = {
  user: UserHead
  thread: ThreadHead | null
  runs: ReadonlyMap<string, RunHead>
  threadGoes: boolean
}

const headsMax = 50_000

export class Heads implements HeadsAsked {
  readonly #ask: Statements
  readonly #users = new Map<string, UserHead>()
  #count = 0
  #lastKeys: { users: number; threads: number; runs: number }

  constructor(ask: Statements) {
    this.#ask = ask
    const row = ask.lastKeys.get() as Record<'users' | 'threads' | 'runs', number | null>
    this.#lastKeys = { users: row.users ?? 0, threads: row.threads ?? 0, runs: row.runs ?? 0 }
  }

  /** Keys are handed out here and not by the engine, so that rows that name each other can be planned before any is written. */
  newKey(of: 'users' | 'threads' | 'runs'): number {
    return ++this.#lastKeys[of]
  }

  user(id: string): UserHead | null {
    return this.#users.get(id) ?? this.#readUser(id)
  }

  thread(user: UserHead, id: string): ThreadHead | null {
    return user.threads.get(id) ?? this.#readThread(user, id)
  }

  run(user: UserHead, id: string): RunHead | null {
    return user.runs.get(id) ?? this.#readRun(user, id)
  }

  /** After a commit: these are the heads from now on. */
  settle({ user, thread, runs, threadGoes }: Settling): void {
    this.#users.set(user.id, user)
    if (thread && threadGoes) user.threads.delete(thread.id)
    else if (thread) user.threads.set(thread.id, thread)
    for (const run of runs.values()) {
      if (run.status === 0) user.runs.set(run.id, run)
      else user.runs.delete(run.id)
    }
  }

  /** Never in the middle of a batch: what a batch has not yet written stands only here. */
  forgetWhenMany(): void {
    if (this.#count > headsMax) this.forget()
  }

  forget(): void {
    this.#users.clear()
    this.#count = 0
  }

  #readUser(id: string): UserHead | null {
    const row = this.#ask.user.get(id) as
      | { key: number; id: string; change_seq: number; main_thread_id: string | null }
      | undefined
    if (!row) return null
    const head = {
      key: row.key,
      id,
      changeSeq: row.change_seq,
      mainThreadId: row.main_thread_id,
      threads: new Map(),
      runs: new Map(),
    }
    this.#users.set(id, head)
    this.#count++
    return head
  }

  #readThread(user: UserHead, id: string): ThreadHead | null {
    const row = this.#ask.threadHead.get(user.key, id) as ThreadRow | undefined
    if (!row) return null
    const head = this.#withHead(user, threadHeadOf(row))
    user.threads.set(id, head)
    this.#count++
    return head
  }

  /** A head pointer that leads nowhere loses no message: the newest one takes its place. */
  #withHead(user: UserHead, head: ThreadHead): ThreadHead {
    if (head.headSeq > 0 || head.lastSeq === 0) return head
    const newest = this.#ask.messageAt.get(user.key, head.key, head.lastSeq) as { id: string } | undefined
    return newest ? { ...head, headId: newest.id, headSeq: head.lastSeq } : head
  }

  #readRun(user: UserHead, id: string): RunHead | null {
    const row = this.#ask.runById.get(user.key, id) as RunRow | undefined
    if (!row) return null
    const last = this.#ask.lastOrdinal.get(user.key, row.key) as { ordinal: number | null }
    return { ...runHeadOf(row), nextOrdinal: (last.ordinal ?? -1) + 1 }
  }
}

type ThreadRow = {
  key: number
  id: string
  head_id: string | null
  head_seq: number | null
  last_seq: number
  message_count: number
  fork_count: number
  chain: Uint8Array
  change_seq: number
  updated_at: number
  binned_at: number | null
  titled_by: TitledBy | null
  external_key: string | null
  created_as: Uint8Array
}

function threadHeadOf(row: ThreadRow): ThreadHead {
  return {
    key: row.key,
    id: row.id,
    headId: row.head_seq === null ? null : row.head_id,
    headSeq: row.head_seq ?? 0,
    lastSeq: row.last_seq,
    messageCount: row.message_count,
    forkCount: row.fork_count,
    chain: row.chain,
    changeSeq: row.change_seq,
    updatedAt: row.updated_at,
    binnedAt: row.binned_at,
    titledBy: row.titled_by,
    externalKey: row.external_key,
    createdAs: Buffer.from(row.created_as).toString('hex'),
  }
}

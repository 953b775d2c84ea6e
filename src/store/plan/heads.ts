// The heads of a user, a thread and a run: what a plan has to know of each before anything can be added to it.

import type { TitledBy } from '../../core/thread.ts'

/** How an engine names a row to itself: a number inside SQLite, the id itself inside PostgreSQL. */
export type Key = number | string

export interface Heads {
  user(id: string): UserHead | null
  thread(user: UserHead, id: string): ThreadHead | null
  run(user: UserHead, id: string): RunHead | null
  /** Keys are handed out before anything is written, so that rows that name each other can be planned. */
  newKey(of: 'users' | 'threads' | 'runs', id: string): Key
}

export type UserHead = {
  key: Key
  id: string
  changeSeq: number
  mainThreadId: string | null
  threads: Map<string, ThreadHead>
  runs: Map<string, RunHead>
}

export type ThreadHead = {
  key: Key
  id: string
  headId: string | null
  headSeq: number
  lastSeq: number
  messageCount: number
  forkCount: number
  chain: Uint8Array
  changeSeq: number
  updatedAt: number
  binnedAt: number | null
  titledBy: TitledBy | null
  externalKey: string | null
  createdAs: string
}

export type RunHead = {
  key: Key
  id: string
  threadId: string
  promptSeq: number
  replySeq: number
  replyId: string
  attempt: number
  status: number
  epoch: number
  nextOrdinal: number
}

export type RunRow = {
  key: Key
  id: string
  message: number
  reply: number
  attempt: number
  status: number
  epoch: number
  reply_id: string
  thread_id: string
}

export const runHeadOf = (row: RunRow): RunHead => ({
  key: row.key,
  id: row.id,
  threadId: row.thread_id,
  promptSeq: row.message,
  replySeq: row.reply,
  replyId: row.reply_id,
  attempt: row.attempt,
  status: row.status,
  epoch: row.epoch,
  nextOrdinal: 0,
})

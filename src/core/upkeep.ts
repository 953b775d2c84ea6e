// What is asked of storage for no user: a closed list, never reachable from a person's request.

import type { RunEvents } from './run.ts'

export interface Upkeep {
  /** Every table, column and index: what the code expects, and what is there. */
  schema(): Promise<SchemaLine[]>
  /** Runs that nobody has ended yet. */
  openRuns(limit: number): Promise<OpenRun[]>
  /** Those of them whose owner let the lease end: by the store's own clock where it has one. */
  expiredRuns(limit: number): Promise<OpenRun[]>
  /** Those of one owner that somebody asked to stop. */
  stopsAsked(owner: string): Promise<OpenRun[]>
  /** The log of a run, wherever its thread is. */
  runEvents(user: string, runId: string, afterOrdinal: number): Promise<RunEvents[]>
  /** The logs of runs that ended before this time; their messages hold the words. */
  dropRunLogs(endedBefore: number): Promise<void>
  /** Those of these users who stand elsewhere than was seen of them, and where: less, or 0, after the store was put back. */
  changedAmong(seen: readonly UserSeen[]): Promise<UserSeen[]>
  /** Those that were talked in last, newest first. */
  recentThreads(limit: number): Promise<ThreadPlace[]>
}

export type ThreadPlace = { user: string; thread: string }

export type UserSeen = { user: string; changeSeq: number }

export type SchemaLine = {
  kind: 'table' | 'column' | 'index'
  name: string
  expected: string | null
  found: string | null
}

export type OpenRun = {
  userId: string
  threadId: string
  runId: string
  epoch: number
  owner: string
  leaseUntil: number
}

/** What has been in the bin for long enough: a thread, or one message of it. */
export type Expired = { user: string; thread: string; message: string | null }

// What an examination comes to, and what is found of a user and of a run: the same on every engine.

import { type Finding, finding } from './finding.ts'

export type Examination = {
  findings: Finding[]
  users: number
  threads: number
  messages: number
}

/** More than this are not told: whoever has so many begins with the first. */
export const findingsMax = 1_000
/** Of what a database says about itself, such as rows that lead nowhere. */
export const faultsMax = 100
/** A run whose lease ended less than this ago may only be late. */
export const lateMs = 30_000

export type UserSays = {
  user: string
  changeSeq: number
  /** The highest change there is of this user; null without any. */
  newest: number | null
  mainThreadId: string | null
  isMainThere: boolean
}

export function* ofUser({
  user,
  changeSeq,
  newest,
  mainThreadId,
  isMainThere,
}: UserSays): Generator<Finding> {
  if (newest !== null && newest > changeSeq)
    yield finding('change_seq_drift', `change_seq is ${changeSeq}, and there are changes up to ${newest}.`, {
      user,
    })
  if (!isMainThere)
    yield finding('dangling_main_thread', `The main thread is ${mainThreadId}, which is not there.`, { user })
}

export const ofRun = (user: string, thread: string, run: string, leaseUntil: number): Finding =>
  finding(
    'stuck_run',
    `The run has been without an owner since ${new Date(leaseUntil).toISOString()}, and was not ended.`,
    { user, thread, run },
  )

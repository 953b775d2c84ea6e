// The writing half of the engine, free of threads and timers: takes a batch of commits, makes them durable together, and says what
// became of each. One bad commit fails alone.

import type { DatabaseSync } from 'node:sqlite'
import { must } from '../../core/assert.ts'
import type { PreparedCommit } from '../../core/prepared.ts'
import type { Durability, Kept, Outcome } from '../../core/receipt.ts'
import { keptAs } from '../plan/outcome.ts'
import { positionOf } from '../codes.ts'
import { isBusy, isFull, isStorageFault } from './connection.ts'
import { concernsAll, type Fault, faultOf, lowSpace } from './fault.ts'
import { isStop } from '../plan/draft.ts'
import type { Key, ThreadHead, UserHead } from '../plan/heads.ts'
import type { Mood } from '../plan/plan-said.ts'
import { needsSteps, type Plan, Planner, type Verdict } from '../plan/planner.ts'
import { asking } from './asking.ts'
import { CarryingOut } from './carrying-out.ts'
import { Heads } from './heads.ts'
import { readMeta } from './migrate.ts'
import { Names } from './names.ts'
import { needsRoom } from './room.ts'
import { prepareStatements, type Statements, upkeepSql } from './statements.ts'

export type Settled = Outcome | Fault
export type BatchResult = { settled: Settled[]; commitNumber: number }

export type WriterOptions = {
  open: () => DatabaseSync
  durability: Durability
  /** Whether there is room for what is new; left out, there always is. */
  hasRoom?: () => boolean
  /** Called once the batch is durable and before anybody hears of it. */
  came?: (commitNumber: number) => void
}

/** The connection and everything that is remembered of what it leads to. */
type Connected = {
  db: DatabaseSync
  put: Statements
  heads: Heads
  names: Names
  planner: Planner
  carryingOut: CarryingOut
  storeId: string
  commitNumber: number
}

function connected(db: DatabaseSync): Connected {
  const put = prepareStatements(db)
  const [heads, names] = [new Heads(put), new Names(put)]
  const { storeId, commitNumber } = readMeta(db)
  const [planner, carryingOut] = [new Planner(heads, asking(put)), new CarryingOut(put, names)]
  return { db, put, heads, names, planner, carryingOut, storeId, commitNumber }
}

export class Writer {
  readonly #options: WriterOptions
  #at: Connected
  #news = false
  #isLow = false
  #touchedUsers = new Map<Key, UserHead>()
  #touchedThreads = new Map<Key, { userKey: Key; thread: ThreadHead }>()

  constructor(options: WriterOptions) {
    this.#options = options
    this.#at = connected(options.open())
  }

  /**
   * Hopeful first; if any commit of the batch stumbles, all again with every id looked up; if one still does, each alone. A disk that
   * fails, and another program that holds the file, fail all of it at once.
   */
  commit(batch: readonly PreparedCommit[]): BatchResult {
    this.#isLow = this.#options.hasRoom?.() === false
    const settled =
      (this.#isLow ? null : this.#attempt(batch, 'hopeful')) ??
      this.#attempt(batch, 'careful') ??
      this.#eachAlone(batch)
    return { settled, commitNumber: this.#at.commitNumber }
  }

  /** Logs of runs that ended before this time are not needed any more: their messages hold the words. */
  dropRunLogs(endedBefore: number): number {
    try {
      return Number(this.#at.db.prepare(upkeepSql.dropRunLogs).run(endedBefore).changes)
    } catch (fault) {
      if (!isFull(fault) && !isBusy(fault)) throw fault
      return 0 // without room, or while another program holds the file, nothing can be dropped; the next round tries again
    }
  }

  close(): void {
    try {
      this.#at.db.exec('PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE)')
    } catch (fault) {
      if (!isFull(fault) && !isBusy(fault)) throw fault // the log stays as it is; it holds everything
    } finally {
      this.#at.db.close()
    }
  }

  #attempt(batch: readonly PreparedCommit[], mood: Mood): Settled[] | null {
    try {
      return this.#transaction(batch, mood)
    } catch (fault) {
      this.#recover(fault)
      return concernsAll(fault) ? batch.map(() => faultOf(fault)) : null
    }
  }

  /** What concerns all is not waited for again by each. */
  #eachAlone(batch: readonly PreparedCommit[]): Settled[] {
    let forAll: Fault | null = null
    return batch.map((commit) => {
      if (forAll) return forAll
      try {
        return must(this.#transaction([commit], 'careful')[0], 'a batch of one settles one')
      } catch (fault) {
        this.#recover(fault)
        if (concernsAll(fault)) forAll = faultOf(fault)
        return faultOf(fault)
      }
    })
  }

  #transaction(batch: readonly PreparedCommit[], mood: Mood): Settled[] {
    this.#at.put.begin.run()
    this.#news = false
    const settled = batch.map((commit) => this.#settle(commit, mood))
    if (this.#news) this.#makeDurable()
    else this.#dropEmptyBatch()
    const position = positionOf(this.#at.storeId, this.#at.commitNumber)
    for (const outcome of settled) if ('receipt' in outcome) outcome.receipt.position = position
    return settled
  }

  #makeDurable(): void {
    this.#writeHeads()
    this.#at.put.setCommitNumber.run(this.#at.commitNumber + 1)
    this.#at.put.commit.run()
    this.#at.commitNumber += 1
    this.#at.heads.forgetWhenMany()
    this.#options.came?.(this.#at.commitNumber)
  }

  /** Only replays and refusals: there is nothing to flush. */
  #dropEmptyBatch(): void {
    this.#at.put.rollback.run()
    this.#at.names.forget()
  }

  #settle(commit: PreparedCommit, mood: Mood): Settled {
    if (needsSteps(commit)) return this.#settleStepwise(commit)
    const verdict = this.#at.planner.judge(commit, mood)
    if (isStop(verdict)) return verdict
    if (verdict.writes && this.#isTooMuch(commit)) return lowSpace
    if (!verdict.writes || this.#at.carryingOut.all(verdict.draft)) return this.#answer(verdict)
    return this.#settle(commit, 'careful')
  }

  /** A commit whose changes can only be judged one after the other is written as it is judged, and taken back if one is refused. */
  #settleStepwise(commit: PreparedCommit): Settled {
    this.#at.put.savepoint.run()
    const plan = this.#at.planner.plan(commit, 'careful', (draft) => this.#at.carryingOut.all(draft))
    const isTooMuch = this.#isTooMuch(commit)
    if (!isStop(plan) && !plan.decided.replayed && !isTooMuch) {
      this.#at.carryingOut.all(plan.draft)
      this.#at.put.release.run()
      return this.#answer({ ...plan, became: 'kept', writes: true })
    }
    this.#at.put.rollbackToSavepoint.run()
    this.#at.put.release.run()
    this.#at.names.forget()
    if (isStop(plan)) return plan
    if (!plan.decided.replayed) return lowSpace
    const verdict = this.#at.planner.replay(commit, plan)
    if (isStop(verdict)) return verdict
    if (verdict.writes && isTooMuch) return lowSpace
    if (verdict.writes) this.#at.carryingOut.all(verdict.draft)
    return this.#answer(verdict)
  }

  /** A retry of what was kept is answered all the same: it writes nothing. */
  #isTooMuch(commit: PreparedCommit): boolean {
    return this.#isLow && needsRoom(commit)
  }

  #answer(verdict: Verdict): Kept {
    if (verdict.writes) this.#keep(verdict)
    return keptAs(verdict, this.#options.durability)
  }

  #keep({ draft, news }: Plan): void {
    this.#news = true
    if (!news) draft.user.changeSeq--
    this.#at.heads.settle(draft)
    if (news) this.#touchedUsers.set(draft.user.key, draft.user)
    if (draft.thread && draft.threadGoes) this.#touchedThreads.delete(draft.thread.key)
    else if (draft.thread)
      this.#touchedThreads.set(draft.thread.key, { userKey: draft.user.key, thread: draft.thread })
  }

  /** Each user and thread that the batch touched is written once, however many commits touched it. */
  #writeHeads(): void {
    for (const { key, changeSeq } of this.#touchedUsers.values()) this.#at.put.setUserSeq.run(changeSeq, key)
    for (const { userKey, thread } of this.#touchedThreads.values()) {
      const { headId, lastSeq, messageCount, forkCount, chain, changeSeq, updatedAt, key } = thread
      this.#at.put.setHead.run(
        headId,
        lastSeq,
        messageCount,
        forkCount,
        chain,
        changeSeq,
        updatedAt,
        userKey,
        key,
      )
    }
    this.#touchedUsers.clear()
    this.#touchedThreads.clear()
  }

  #recover(fault: unknown): void {
    const isBack = this.#takeBack()
    if (!isBack || isStorageFault(fault)) this.#reopen()
  }

  /** False where not even that can be done, as on a damaged file: to close the connection takes back all the same. */
  #takeBack(): boolean {
    this.#touchedUsers.clear()
    this.#touchedThreads.clear()
    this.#at.heads.forget()
    this.#at.names.forget()
    try {
      if (this.#at.db.isOpen && this.#at.db.isTransaction) this.#at.put.rollback.run()
      return true
    } catch {
      return false
    }
  }

  /** A flush that failed once is never tried again on the same handle: what it did to the file is read back from the file. */
  #reopen(): void {
    this.#at.db.close()
    this.#at = connected(this.#options.open())
  }
}

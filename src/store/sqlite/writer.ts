// The writing half of the engine, free of threads and timers: takes a batch of commits, makes them durable together, and says what
// became of each. One bad commit fails alone.

import type { DatabaseSync } from 'node:sqlite'
import { type ErrorCode, ThreadkeepError } from '../../core/errors.ts'
import type { PreparedCommit, PreparedSaid } from '../../core/prepared.ts'
import type { Durability, Kept, Outcome } from '../../core/receipt.ts'
import { isFull, isStorageFault } from './connection.ts'
import { type Draft, isStop, type Step } from './draft.ts'
import { Heads, type RunRow, runHeadOf, type ThreadHead, type UserHead } from './heads.ts'
import { Names } from './names.ts'
import type { Mood } from './plan-said.ts'
import { decidingChange, type Plan, Planner } from './planner.ts'
import { prepareStatements, type Statements } from './statements.ts'

/** A fault in place of an outcome: the commit happened zero times or once, and its sender is told to repeat it. */
export type Fault = { fault: { code: ErrorCode; message: string; hint: string; cause: string } }
export type Settled = Outcome | Fault
export type BatchResult = { settled: Settled[]; commitNumber: number }

export type WriterOptions = {
  open: () => DatabaseSync
  durability: Durability
  /** Called once the batch is durable and before anybody hears of it. */
  came?: (commitNumber: number) => void
}

export class Writer {
  readonly #options: WriterOptions
  #db: DatabaseSync
  #put: Statements
  #heads: Heads
  #names: Names
  #planner: Planner
  #storeId: string
  #commitNumber: number
  #news = false
  #touchedUsers = new Map<number, UserHead>()
  #touchedThreads = new Map<number, { userKey: number; thread: ThreadHead }>()

  constructor(options: WriterOptions) {
    this.#options = options
    this.#db = options.open()
    this.#put = prepareStatements(this.#db)
    this.#heads = new Heads(this.#put)
    this.#names = new Names(this.#put)
    this.#planner = new Planner(this.#heads, this.#names, this.#put)
    const meta = this.#db.prepare('SELECT name, value FROM meta').all() as {
      name: string
      value: string | number
    }[]
    this.#storeId = String(meta.find(({ name }) => name === 'store_id')?.value).slice(0, 8)
    this.#commitNumber = Number(meta.find(({ name }) => name === 'commit_number')?.value)
  }

  /** Hopeful first; if any commit of the batch stumbles, all again with every id looked up; if one still does, each alone. */
  commit(batch: readonly PreparedCommit[]): BatchResult {
    const settled =
      this.#attempt(batch, 'hopeful') ??
      this.#attempt(batch, 'careful') ??
      batch.map((commit) => this.#alone(commit))
    return { settled, commitNumber: this.#commitNumber }
  }

  close(): void {
    this.#db.exec('PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE)')
    this.#db.close()
  }

  #attempt(batch: readonly PreparedCommit[], mood: Mood): Settled[] | null {
    try {
      return this.#transaction(batch, mood)
    } catch (fault) {
      this.#takeBack()
      if (!isStorageFault(fault)) return null
      this.#reopen()
      return batch.map(() => faultOf(fault))
    }
  }

  #alone(commit: PreparedCommit): Settled {
    try {
      return this.#transaction([commit], 'careful')[0] ?? faultOf(new Error('a batch of one settled nothing'))
    } catch (fault) {
      this.#takeBack()
      return faultOf(fault)
    }
  }

  #transaction(batch: readonly PreparedCommit[], mood: Mood): Settled[] {
    this.#put.begin.run()
    this.#news = false
    const settled = batch.map((commit) => this.#settle(commit, mood))
    if (this.#news) this.#makeDurable()
    else this.#dropEmptyBatch()
    const position = `${this.#storeId}-${this.#commitNumber}`
    for (const outcome of settled) if ('receipt' in outcome) outcome.receipt.position = position
    return settled
  }

  #makeDurable(): void {
    this.#writeHeads()
    this.#put.setCommitNumber.run(this.#commitNumber + 1)
    this.#put.commit.run()
    this.#commitNumber += 1
    this.#heads.forgetWhenMany()
    this.#options.came?.(this.#commitNumber)
  }

  /** Only replays and refusals: there is nothing to flush. */
  #dropEmptyBatch(): void {
    this.#put.rollback.run()
    this.#names.forget()
  }

  #settle(commit: PreparedCommit, mood: Mood): Outcome {
    const plan = this.#planner.plan(commit, mood)
    if (isStop(plan)) return plan
    if (!plan.decided.replayed && plan.draft.write()) return this.#keep(plan, plan.decided, 'kept')
    if (plan.decided.replayed) return this.#replay(commit, plan.draft, plan.decided)
    const careful = this.#planner.plan(commit, 'careful')
    return isStop(careful) ? careful : this.#replay(commit, careful.draft, careful.decided)
  }

  /** Nothing is written again; but an answer that was not asked for the first time may be asked for now. */
  #replay(commit: PreparedCommit, draft: Draft, decided: Step): Outcome {
    const said = decidingChange(commit)
    if (said.kind !== 'message.said') return this.#answer(draft, decided, 'replayed')
    const start = commit.changes.find(
      (change) => change.kind === 'run.started' && change.messageId === said.id,
    )
    if (start?.kind !== 'run.started')
      return this.#answer(this.#withFirstRun(draft, said, decided), decided, 'replayed')
    const found = commit.changes.filter(
      (change) => change === start || (change.kind === 'thread.created' && change.unless),
    )
    const plan = this.#planner.plan({ ...commit, changes: found }, 'careful')
    if (isStop(plan)) return plan
    if (plan.decided.replayed) return this.#answer(plan.draft, decided, 'replayed')
    plan.draft.write()
    return this.#keep(plan, decided, 'replayed')
  }

  #withFirstRun(draft: Draft, said: PreparedSaid, decided: Step): Draft {
    const thread = draft.openThread(said.threadId)
    if (isStop(thread)) return draft
    const row = this.#put.runByAttempt.get(draft.user.key, thread.key, decided.seq, 1) as RunRow | undefined
    if (row) draft.refRun(runHeadOf(row))
    return draft
  }

  #keep(plan: Plan, decided: Step, result: 'kept' | 'replayed'): Outcome {
    const { draft, news } = plan
    this.#news = true
    if (!news) draft.user.changeSeq--
    this.#heads.settle(draft.user, draft.thread, draft.run)
    if (news) this.#touchedUsers.set(draft.user.key, draft.user)
    if (draft.thread)
      this.#touchedThreads.set(draft.thread.key, { userKey: draft.user.key, thread: draft.thread })
    return this.#answer(draft, decided, result)
  }

  #answer({ thread, runRef }: Draft, decided: Step, result: 'kept' | 'replayed'): Kept {
    const { id, seq, forked, changeSeq } = decided
    const headId = thread?.headId ?? null
    const receipt = {
      id,
      seq,
      changeSeq,
      position: '',
      durability: this.#options.durability,
      result,
      forked,
      headId,
    }
    return { result, receipt, threadId: thread?.id ?? null, run: runRef }
  }

  /** Each user and thread that the batch touched is written once, however many commits touched it. */
  #writeHeads(): void {
    for (const { key, changeSeq } of this.#touchedUsers.values()) this.#put.setUserSeq.run(changeSeq, key)
    for (const { userKey, thread } of this.#touchedThreads.values()) {
      const { headId, lastSeq, messageCount, forkCount, chain, changeSeq, updatedAt, key } = thread
      this.#put.setHead.run(
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

  #takeBack(): void {
    this.#touchedUsers.clear()
    this.#touchedThreads.clear()
    this.#heads.forget()
    this.#names.forget()
    if (this.#db.isOpen && this.#db.isTransaction) this.#put.rollback.run()
  }

  /** A flush that failed once is never tried again on the same handle: what it did to the file is read back from the file. */
  #reopen(): void {
    this.#db.close()
    this.#db = this.#options.open()
    this.#put = prepareStatements(this.#db)
    this.#heads = new Heads(this.#put)
    this.#names = new Names(this.#put)
    this.#planner = new Planner(this.#heads, this.#names, this.#put)
  }
}

function faultOf(fault: unknown): Fault {
  const cause = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault)
  const repeat = 'It happened zero times or once. Send it again with the same ids.'
  if (isFull(fault))
    return {
      fault: {
        code: 'storage_full',
        message: 'There is no room on the disk to keep this.',
        hint: repeat,
        cause,
      },
    }
  if (isStorageFault(fault))
    return {
      fault: {
        code: 'unavailable',
        message: 'The disk failed while this was being kept.',
        hint: repeat,
        cause,
      },
    }
  if (fault instanceof ThreadkeepError)
    return { fault: { code: fault.code, message: fault.message, hint: fault.hint, cause } }
  return {
    fault: {
      code: 'internal',
      message: 'A fault of ours kept this from being written.',
      hint: repeat,
      cause,
    },
  }
}

// What happens to one attempt to answer: started, progressed, asked to stop, ended.

import { xorInto } from '../../core/checksum.ts'
import type { RunComposed, RunProgressed, RunRenewed, RunStarted, RunStopAsked } from '../../core/change.ts'
import type { Refused } from '../../core/receipt.ts'
import type { PreparedEnded } from '../../core/prepared.ts'
import { placed, roleCode, runStatusCode, statusCode } from '../codes.ts'
import { linkOf } from '../hash.ts'
import {
  conflict,
  deleted,
  type Draft,
  invalid,
  isStop,
  missing,
  type Step,
  stepOf,
  type Stop,
} from './draft.ts'
import { type Heads, type RunHead, runHeadOf, type ThreadHead } from './heads.ts'
import { append, hasChild, type Mood } from './plan-said.ts'
import type { Ask } from './ask.ts'

export function planRunStarted(
  draft: Draft,
  heads: Heads,
  ask: Ask,
  change: RunStarted,
  mood: Mood,
): Step | Stop {
  const thread = draft.openThread(change.threadId)
  if (isStop(thread)) return thread
  const here = draft.saidHere(change.messageId)
  const promptSeq = here?.seq ?? promptThere(draft, ask, thread, change.messageId)
  if (typeof promptSeq !== 'number') return promptSeq
  if (draft.saidHere(change.replyId)) return conflict('message', change.replyId)
  const before = here && mood === 'hopeful' ? null : startedBefore(draft, ask, thread, promptSeq, change)
  if (before) return before
  const attempt = change.attempt === 'first' ? 1 : nextAttempt(draft, ask, thread, promptSeq)
  const occupied = hasChild(draft, ask, thread, promptSeq)
  const headMoves = change.attempt === 'another' || promptSeq === thread.headSeq
  const place = { parent: promptSeq, occupied, headMoves, code: placed.head }
  const replySeq = append(draft, thread, change.replyId, place, null)
  const run: RunHead = {
    key: heads.newKey('runs', change.runId),
    id: change.runId,
    threadId: thread.id,
    promptSeq,
    replySeq,
    replyId: change.replyId,
    attempt,
    status: runStatusCode('running'),
    epoch: 1,
    nextOrdinal: 0,
  }
  draft.runs.set(run.id, run)
  draft.refRun(run)
  insertReply(draft, thread, run, change)
  insertRun(draft, thread, run, change)
  return stepOf(draft, run.id, replySeq)
}

function promptThere(draft: Draft, ask: Ask, thread: ThreadHead, id: string): number | Stop {
  const row = ask.messageById(draft.user.key, thread.key, id)
  if (!row) return missing('message', id)
  return row.status === statusCode('deleted') ? deleted('message', id) : row.seq
}

/** One first attempt per message; another attempt is known by the id of its answer. */
function startedBefore(
  draft: Draft,
  ask: Ask,
  thread: ThreadHead,
  promptSeq: number,
  change: RunStarted,
): Step | Stop | null {
  if (change.attempt === 'first') {
    const row = ask.runByAttempt(draft.user.key, thread.key, promptSeq, 1)
    if (row) return replayedRun(draft, runHeadOf(row))
  }
  const reply = ask.messageById(draft.user.key, thread.key, change.replyId)
  if (!reply) return ask.runById(draft.user.key, change.runId) ? conflict('run', change.runId) : null
  const row = reply.run === null ? null : ask.runByKey(draft.user.key, reply.run)
  return row?.message === promptSeq ? replayedRun(draft, runHeadOf(row)) : conflict('message', change.replyId)
}

function replayedRun(draft: Draft, run: RunHead): Step {
  draft.refRun(run)
  return { id: run.id, seq: run.replySeq, forked: false, changeSeq: draft.changeSeq - 1, replayed: true }
}

function nextAttempt(draft: Draft, ask: Ask, thread: ThreadHead, promptSeq: number): number {
  return ask.lastAttempt(draft.user.key, thread.key, promptSeq) + 1
}

function insertReply(draft: Draft, thread: ThreadHead, run: RunHead, change: RunStarted): void {
  draft.put(
    'say', draft.user.key, thread.key, run.replySeq, run.replyId, run.promptSeq, roleCode('assistant'), statusCode('pending'), placed.head,
    '', null, change.personaId ?? null, change.personaVersion ?? null, change.provider ?? null, change.model ?? null, run.key,
    null, null, null, null, null, null, null, null, null, null, draft.changeSeq, draft.at,
  ) // prettier-ignore
}

function insertRun(draft: Draft, thread: ThreadHead, run: RunHead, change: RunStarted): void {
  draft.put(
    'insertRun', draft.user.key, run.key, run.id, thread.key, run.promptSeq, run.replySeq, run.attempt, change.owner,
    change.leaseMs, change.contextReceipt ?? null, draft.at,
  ) // prettier-ignore
}

export function planRunComposed(draft: Draft, change: RunComposed): Step | Stop {
  const run = openOwned(draft, change)
  if (isStop(run)) return run
  draft.put('setContextReceipt', change.contextReceipt, draft.user.key, run.key)
  return { id: run.id, seq: run.replySeq, forked: false, changeSeq: draft.changeSeq - 1, replayed: false }
}

/** The owner is alive: nobody else may end its run for a while. */
export function planRunRenewed(draft: Draft, change: RunRenewed): Step | Stop {
  const run = openOwned(draft, change)
  if (isStop(run)) return run
  draft.put('renewLease', change.leaseMs, draft.at, draft.user.key, run.key)
  return { id: run.id, seq: run.replySeq, forked: false, changeSeq: draft.changeSeq - 1, replayed: false }
}

export function planRunProgressed(draft: Draft, change: RunProgressed): Step | Stop {
  const run = openOwned(draft, change)
  if (isStop(run)) return run
  const step = {
    id: run.id,
    seq: run.replySeq,
    forked: false,
    changeSeq: draft.changeSeq - 1,
    replayed: false,
  }
  if (change.ordinal < run.nextOrdinal) return { ...step, replayed: true }
  if (change.ordinal > run.nextOrdinal)
    return invalid(
      `Batch ${change.ordinal} of the run's log came before batch ${run.nextOrdinal}.`,
      'Send the batches in order.',
    )
  run.nextOrdinal++
  const { ordinal, position, events } = change
  draft.put('insertRunEvents', draft.user.key, run.key, ordinal, position, events)
  return step
}

export function planRunStopAsked(draft: Draft, change: RunStopAsked): Step | Stop {
  const run = draft.openRun(change.runId)
  if (isStop(run)) return run
  draft.refRun(run)
  const step = stepOf(draft, run.id, run.replySeq)
  if (run.status !== runStatusCode('running')) return { ...step, replayed: true }
  draft.put('askStop', draft.at, draft.user.key, run.key)
  return step
}

export function planRunEnded(draft: Draft, change: PreparedEnded): Step | Stop {
  const run = openOwned(draft, change)
  if (isStop(run)) return run
  if (change.batches !== undefined && change.batches !== run.nextOrdinal) return conflict('run', run.id)
  const thread = draft.openThread(run.threadId, 'binned too')
  if (isStop(thread)) return thread
  run.status = runStatusCode(change.status)
  thread.updatedAt = Math.max(thread.updatedAt, draft.at)
  xorInto(thread.chain, linkOf(run.replySeq, run.replyId, change.checksum))
  finishReply(draft, thread, run, change)
  draft.put('endRun', run.status, change.error ?? null, draft.at, draft.user.key, run.key)
  return stepOf(draft, run.replyId, run.replySeq)
}

function finishReply(draft: Draft, thread: ThreadHead, run: RunHead, change: PreparedEnded): void {
  draft.put(
    'finishMessage', statusCode(change.status), change.text, change.parts, change.provider ?? null, change.model ?? null, change.usage ?? null,
    change.sources ?? null, change.metadata ?? null, Buffer.from(change.checksum, 'hex'), draft.changeSeq, draft.at,
    draft.user.key, thread.key, run.replySeq,
  ) // prettier-ignore
}

/** A writer whose epoch has passed, or whose run has ended, changes nothing. */
function openOwned(
  draft: Draft,
  change: RunComposed | RunProgressed | RunRenewed | PreparedEnded,
): RunHead | Stop {
  const run = draft.openRun(change.runId)
  if (isStop(run)) return run
  if (run.status === runStatusCode('running') && run.epoch === change.epoch) {
    draft.refRun(run)
    return run
  }
  return runOver(change.runId)
}

const runOver = (id: string): Refused => ({
  result: 'refused',
  code: 'run_over',
  message: `The run "${id}" has ended, or another owner holds it now.`,
  hint: 'Read the run to see how it ended. Nothing was written.',
})

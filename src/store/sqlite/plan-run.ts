// What happens to one attempt to answer: started, progressed, asked to stop, ended.

import { xorInto } from '../../core/checksum.ts'
import type { RunComposed, RunProgressed, RunStarted, RunStopAsked } from '../../core/change.ts'
import type { Refused } from '../../core/receipt.ts'
import type { PreparedEnded } from '../../core/prepared.ts'
import { placed, roleCode, runStatusCode, statusCode } from '../codes.ts'
import { linkOf } from '../hash.ts'
import { conflict, deleted, type Draft, invalid, isStop, missing, type Step, type Stop } from './draft.ts'
import { type Heads, type RunHead, type RunRow, runHeadOf, type ThreadHead } from './heads.ts'
import type { Names } from './names.ts'
import { append, hasChild, type Mood, type SaidRow } from './plan-said.ts'
import type { Statements } from './statements.ts'

export function planRunStarted(
  draft: Draft,
  heads: Heads,
  put: Statements,
  names: Names,
  change: RunStarted,
  mood: Mood,
): Step | Stop {
  const thread = draft.openThread(change.threadId)
  if (isStop(thread)) return thread
  const here = draft.saidHere(change.messageId)
  const promptSeq = here?.seq ?? promptThere(draft, put, thread, change.messageId)
  if (typeof promptSeq !== 'number') return promptSeq
  if (draft.saidHere(change.replyId)) return conflict('message', change.replyId)
  const before = here && mood === 'hopeful' ? null : startedBefore(draft, put, thread, promptSeq, change)
  if (before) return before
  const attempt = change.attempt === 'first' ? 1 : nextAttempt(draft, put, thread, promptSeq)
  const occupied = hasChild(draft, put, thread, promptSeq)
  const headMoves = change.attempt === 'another' || promptSeq === thread.headSeq
  const place = { parent: promptSeq, occupied, headMoves, code: placed.head }
  const replySeq = append(draft, thread, change.replyId, place, null)
  const run: RunHead = {
    key: heads.newKey('runs'),
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
  draft.writes.push(
    () => insertReply(draft, put, names, thread, run, change),
    () => insertRun(draft, put, thread, run, change),
  )
  return { id: run.id, seq: replySeq, forked: false, changeSeq: draft.changeSeq, replayed: false }
}

function promptThere(draft: Draft, put: Statements, thread: ThreadHead, id: string): number | Stop {
  const row = put.messageById.get(draft.user.key, thread.key, id) as SaidRow | undefined
  if (!row) return missing('message', id)
  return row.status === statusCode('deleted') ? deleted('message', id) : row.seq
}

/** One first attempt per message; another attempt is known by the id of its answer. */
function startedBefore(
  draft: Draft,
  put: Statements,
  thread: ThreadHead,
  promptSeq: number,
  change: RunStarted,
): Step | Stop | null {
  if (change.attempt === 'first') {
    const row = put.runByAttempt.get(draft.user.key, thread.key, promptSeq, 1) as RunRow | undefined
    if (row) return replayedRun(draft, runHeadOf(row))
  }
  const reply = put.messageById.get(draft.user.key, thread.key, change.replyId) as SaidRow | undefined
  if (!reply) return put.runById.get(draft.user.key, change.runId) ? conflict('run', change.runId) : null
  const row =
    reply.run === null ? undefined : (put.runByKey.get(draft.user.key, reply.run) as RunRow | undefined)
  return row?.message === promptSeq ? replayedRun(draft, runHeadOf(row)) : conflict('message', change.replyId)
}

function replayedRun(draft: Draft, run: RunHead): Step {
  draft.refRun(run)
  return { id: run.id, seq: run.replySeq, forked: false, changeSeq: draft.changeSeq - 1, replayed: true }
}

function nextAttempt(draft: Draft, put: Statements, thread: ThreadHead, promptSeq: number): number {
  const row = put.lastAttempt.get(draft.user.key, thread.key, promptSeq) as { attempt: number | null }
  return (row.attempt ?? 0) + 1
}

function insertReply(
  draft: Draft,
  put: Statements,
  names: Names,
  thread: ThreadHead,
  run: RunHead,
  change: RunStarted,
): void {
  const persona = names.persona(change.personaId)
  put.say.run(
    draft.user.key, thread.key, run.replySeq, run.replyId, run.promptSeq, roleCode('assistant'), statusCode('pending'), placed.head,
    '', null, persona, names.personaVersion(persona, change.personaVersion), names.model(change.provider, change.model), run.key,
    null, null, null, null, null, null, null, null, null, null, draft.changeSeq, draft.at,
  ) // prettier-ignore
}

function insertRun(
  draft: Draft,
  put: Statements,
  thread: ThreadHead,
  run: RunHead,
  change: RunStarted,
): void {
  put.insertRun.run(
    draft.user.key, run.key, run.id, thread.key, run.promptSeq, run.replySeq, run.attempt, change.owner,
    draft.at + change.leaseMs, change.contextReceipt ?? null, draft.at,
  ) // prettier-ignore
}

export function planRunComposed(draft: Draft, put: Statements, change: RunComposed): Step | Stop {
  const run = openOwned(draft, change)
  if (isStop(run)) return run
  draft.writes.push(() => put.setContextReceipt.run(change.contextReceipt, draft.user.key, run.key))
  return { id: run.id, seq: run.replySeq, forked: false, changeSeq: draft.changeSeq - 1, replayed: false }
}

export function planRunProgressed(draft: Draft, put: Statements, change: RunProgressed): Step | Stop {
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
  draft.writes.push(() => put.insertRunEvents.run(draft.user.key, run.key, ordinal, position, events))
  return step
}

export function planRunStopAsked(draft: Draft, put: Statements, change: RunStopAsked): Step | Stop {
  const run = draft.openRun(change.runId)
  if (isStop(run)) return run
  draft.refRun(run)
  const step = { id: run.id, seq: run.replySeq, forked: false, changeSeq: draft.changeSeq, replayed: false }
  if (run.status !== runStatusCode('running')) return { ...step, replayed: true }
  draft.writes.push(() => put.askStop.run(draft.at, draft.user.key, run.key))
  return step
}

export function planRunEnded(
  draft: Draft,
  put: Statements,
  names: Names,
  change: PreparedEnded,
): Step | Stop {
  const run = openOwned(draft, change)
  if (isStop(run)) return run
  const thread = draft.openThread(run.threadId, 'binned too')
  if (isStop(thread)) return thread
  run.status = runStatusCode(change.status)
  thread.updatedAt = Math.max(thread.updatedAt, draft.at)
  xorInto(thread.chain, linkOf(run.replySeq, run.replyId, change.checksum))
  draft.writes.push(
    () => finishReply(draft, put, names, thread, run, change),
    () => put.endRun.run(run.status, change.error ?? null, draft.at, draft.user.key, run.key),
  )
  return { id: run.replyId, seq: run.replySeq, forked: false, changeSeq: draft.changeSeq, replayed: false }
}

function finishReply(
  draft: Draft,
  put: Statements,
  names: Names,
  thread: ThreadHead,
  run: RunHead,
  change: PreparedEnded,
): void {
  put.finishMessage.run(
    statusCode(change.status), change.text, change.parts, names.model(change.provider, change.model), change.usage ?? null,
    change.sources ?? null, change.metadata ?? null, Buffer.from(change.checksum, 'hex'), draft.changeSeq, draft.at,
    draft.user.key, thread.key, run.replySeq,
  ) // prettier-ignore
}

/** A writer whose epoch has passed, or whose run has ended, changes nothing. */
function openOwned(draft: Draft, change: RunComposed | RunProgressed | PreparedEnded): RunHead | Stop {
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

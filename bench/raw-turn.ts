// A streamed turn as bare rows, one step a transaction's worth: asked, three batches of its log, ended.

import type { DatabaseSync } from 'node:sqlite'
import { changeKinds } from '../src/core/change.ts'
import {
  appendTwo,
  insertChange,
  insertMessage,
  nextChange,
  returning,
  sixteenBytes,
  speakerKeys,
} from './raw-pair.ts'

export type RawTurnStep =
  | {
      step: 'asked'
      user: number
      thread: number
      at: number
      saidId: string
      said: string
      replyId: string
      runId: string
    }
  | { step: 'went on'; user: number; run: number; ordinal: number; position: number; events: string }
  | { step: 'ended'; user: number; thread: number; at: number; run: number; reply: string; usage: string }

/** Answers with the run's key, by which the later steps name it; the last step needs the seq too and finds it in the run. */
export function turnRows(db: DatabaseSync): (step: RawTurnStep) => number {
  const asked = askedRows(db)
  const ended = endedRows(db)
  const log = db.prepare(
    'INSERT INTO run_events (user, run, ordinal, position, events) VALUES (?, ?, ?, ?, ?)',
  )
  return (step) => {
    if (step.step === 'asked') return asked(step)
    if (step.step === 'ended') return ended(step)
    log.run(step.user, step.run, step.ordinal, step.position, step.events)
    return step.run
  }
}

type Step<Name> = Extract<RawTurnStep, { step: Name }>

function askedRows(db: DatabaseSync): (step: Step<'asked'>) => number {
  const changed = returning(db, nextChange)
  const appended = returning(db, appendTwo)
  const insert = db.prepare(insertMessage)
  const announce = db.prepare(insertChange)
  const insertRun = db.prepare(`
    INSERT INTO runs (user, id, thread, message, reply, attempt, status, owner, epoch, lease_until, context_receipt, started_at)
    VALUES (?, ?, ?, ?, ?, ?, 0, ?, 1, ?, ?, ?)`)
  let runs = returning(db, 'SELECT coalesce(max(key), 0) FROM runs')()
  return ({ user, thread, at, saidId, said, replyId, runId }) => {
    const changeSeq = changed(user)
    const seq = appended(replyId, sixteenBytes, changeSeq, at, user, thread)
    const run = ++runs
    insert.run(
      user, thread, seq - 1, saidId, seq - 2, 0, 1, 0, said, null, null, null, null, null, null, null, null,
      null, null, null, null, null, null, sixteenBytes, changeSeq, at,
    ) // prettier-ignore
    insert.run(
      user, thread, seq, replyId, seq - 1, 1, 0, 0, '', null, ...speakerKeys, run, null, null, null,
      null, null, null, null, null, null, null, changeSeq, at,
    ) // prettier-ignore
    insertRun.run(user, runId, thread, seq - 1, seq, 1, 'node-1', at + 30_000, null, at)
    announce.run(user, changeSeq, thread, changeKinds['message.said'], seq - 1)
    return run
  }
}

function endedRows(db: DatabaseSync): (step: Step<'ended'>) => number {
  const changed = returning(db, nextChange)
  const ended = returning(
    db,
    'UPDATE runs SET status = 1, error = ?, ended_at = ? WHERE key = ? RETURNING reply',
  )
  const finish = db.prepare(`
    UPDATE messages SET status = 1, text = ?, parts = ?, model = coalesce(?, model), usage = ?, sources = ?, metadata = ?, checksum = ?,
      change_seq = ?, finished_at = ?
    WHERE user = ? AND thread = ? AND seq = ?`)
  const touch = db.prepare(
    'UPDATE threads SET chain = ?, change_seq = ?, updated_at = ? WHERE user = ? AND key = ?',
  )
  const announce = db.prepare(insertChange)
  return ({ user, thread, at, run, reply, usage }) => {
    const changeSeq = changed(user)
    const seq = ended(null, at, run)
    finish.run(reply, null, null, usage, null, null, sixteenBytes, changeSeq, at, user, thread, seq)
    touch.run(sixteenBytes, changeSeq, at, user, thread)
    announce.run(user, changeSeq, thread, changeKinds['run.ended'], seq)
    return run
  }
}

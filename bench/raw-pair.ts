// A user's and an assistant's message as bare rows: the columns that the store writes, with nothing looked up, checked or hashed.

import type { DatabaseSync } from 'node:sqlite'
import { changeKinds } from '../src/core/change.ts'

export type RawPair = {
  user: number
  thread: number
  at: number
  saidId: string
  said: string
  replyId: string
  reply: string
  usage: string | null
}

const columns = `
  user, thread, seq, id, parent, role, status, placed, text, parts, persona, persona_version, model, run, origin, usage, tag,
  intent, confidence, entities, sources, metadata, format, checksum, change_seq, created_at`

export const insertMessage = `INSERT INTO messages (${columns}) VALUES (${columns.replaceAll(/\w+/g, '?')})`
export const nextChange = 'UPDATE users SET change_seq = change_seq + 1 WHERE key = ? RETURNING change_seq'
export const insertChange =
  'INSERT INTO changes (user, change_seq, thread, kind, message) VALUES (?, ?, ?, ?, ?)'
export const appendTwo = `
  UPDATE threads SET head_id = ?, last_seq = last_seq + 2, message_count = message_count + 2, chain = ?, change_seq = ?, updated_at = ?
  WHERE user = ? AND key = ? RETURNING last_seq`

/** Stands for a hash that somebody else made. */
export const sixteenBytes = Buffer.alloc(16, 7)
/** Keys of the one persona, its version and the one model that the world's assistants speak by. */
export const speakerKeys = [1, 1, 1] as const

export function pairRows(db: DatabaseSync): (pair: RawPair) => number {
  const changed = returning(db, nextChange)
  const appended = returning(db, appendTwo)
  const insert = db.prepare(insertMessage)
  const announce = db.prepare(insertChange)
  return ({ user, thread, at, saidId, said, replyId, reply, usage }) => {
    const changeSeq = changed(user)
    const seq = appended(replyId, sixteenBytes, changeSeq, at, user, thread)
    insert.run(
      user, thread, seq - 1, saidId, seq - 2, 0, 1, 0, said, null, null, null, null, null, null, null, null,
      null, null, null, null, null, null, sixteenBytes, changeSeq, at,
    ) // prettier-ignore
    insert.run(
      user, thread, seq, replyId, seq - 1, 1, 1, 0, reply, null, ...speakerKeys, null, null, usage, null,
      null, null, null, null, null, null, sixteenBytes, changeSeq, at,
    ) // prettier-ignore
    announce.run(user, changeSeq, thread, changeKinds['message.said'], seq - 1)
    return seq
  }
}

type Value = string | number | null | Uint8Array

/** A statement that answers with one number. */
export function returning(db: DatabaseSync, sql: string): (...values: Value[]) => number {
  const statement = db.prepare(sql)
  statement.setReturnArrays(true)
  return (...values) => (statement.get(...values) as unknown as [number])[0]
}

/** The one row that the store itself writes once a batch. */
export function commitNumber(db: DatabaseSync): () => void {
  const statement = db.prepare(`UPDATE meta SET value = value + 1 WHERE name = 'commit_number'`)
  return () => void statement.run()
}

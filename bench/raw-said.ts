// A user's message as bare rows: the columns that the store writes, with nothing looked up, checked or hashed.

import type { DatabaseSync } from 'node:sqlite'
import { changeKinds } from '../src/core/change.ts'
import { insertChange, insertMessage, nextChange, returning, sixteenBytes } from './raw-pair.ts'

export type RawSaid = { user: number; thread: number; at: number; id: string; text: string }

const appendOne = `
  UPDATE threads SET head_id = ?, last_seq = last_seq + 1, message_count = message_count + 1, chain = ?, change_seq = ?, updated_at = ?
  WHERE user = ? AND key = ? RETURNING last_seq`

/** Answers with the message's seq. */
export function saidRows(db: DatabaseSync): (said: RawSaid) => number {
  const changed = returning(db, nextChange)
  const appended = returning(db, appendOne)
  const insert = db.prepare(insertMessage)
  const announce = db.prepare(insertChange)
  return ({ user, thread, at, id, text }) => {
    const changeSeq = changed(user)
    const seq = appended(id, sixteenBytes, changeSeq, at, user, thread)
    insert.run(
      user, thread, seq, id, seq - 1, 0, 1, 0, text, null, null, null, null, null, null, null, null,
      null, null, null, null, null, null, sixteenBytes, changeSeq, at,
    ) // prettier-ignore
    announce.run(user, changeSeq, thread, changeKinds['message.said'], seq)
    return seq
  }
}

// Closes what a salvage leaves open, so that the new store can be read: a place whose message is lost says so, words that are not those
// of their checksum are taken out and reported, and what lost its thread or its owner gets one again.

import type { DatabaseSync } from 'node:sqlite'
import type { CanonicalJson } from '../../core/json.ts'
import { roleAt, roleCode, statusCode } from '../codes.ts'
import { checksumOf } from '../hash.ts'

export type ThreadLoss = {
  user: string
  thread: string
  /** How many messages came over with their words. */
  found: number
  /** Places in the thread whose message could not be read. */
  missing: number[]
  /** Words that could be read and are not those that were said. */
  altered: { message: string; seq: number; text: string }[]
}

const lostMax = 100_000

export function fillGaps(db: DatabaseSync): ThreadLoss[] {
  nameTheNameless(db)
  const losses: ThreadLoss[] = []
  const threads = db
    .prepare(`
      SELECT t.key, t.user AS userKey, u.id AS user, t.id AS thread, t.last_seq AS lastSeq, t.created_at AS createdAt
      FROM threads t JOIN users u ON u.key = t.user ORDER BY t.key`)
    .all() as unknown as OpenThread[]
  for (const thread of threads) {
    const loss = closeThread(db, thread)
    if (loss.missing.length > 0 || loss.altered.length > 0) losses.push(loss)
  }
  db.exec(`
    DELETE FROM marks WHERE NOT EXISTS (SELECT 1 FROM threads t WHERE t.user = marks.user AND t.key = marks.thread);
    DELETE FROM bin WHERE NOT EXISTS (SELECT 1 FROM threads t WHERE t.user = bin.user AND t.key = bin.thread);
    DELETE FROM external_refs WHERE NOT EXISTS (
      SELECT 1 FROM threads t WHERE t.user = external_refs.user AND t.key = external_refs.thread);
    DELETE FROM places WHERE NOT EXISTS (SELECT 1 FROM threads t WHERE t.user = places.user AND t.key = places.thread);
    DELETE FROM runs WHERE NOT EXISTS (SELECT 1 FROM threads t WHERE t.user = runs.user AND t.key = runs.thread)`)
  return losses
}

type OpenThread = {
  key: number
  userKey: number
  user: string
  thread: string
  lastSeq: number
  createdAt: number
}

/** Messages outlive the row of their thread, and threads that of their owner: both come back under a name that says so. */
function nameTheNameless(db: DatabaseSync): void {
  db.exec(`
    INSERT INTO threads (key, user, id, title, message_count, last_seq, fork_count, chain, created_as, change_seq, created_at, updated_at)
    SELECT m.thread, m.user, 'recovered-' || m.thread, 'Recovered', 0, max(m.seq), 0, zeroblob(16), zeroblob(16), 0, min(m.created_at),
      max(m.created_at)
    FROM messages m WHERE NOT EXISTS (SELECT 1 FROM threads t WHERE t.user = m.user AND t.key = m.thread)
      AND NOT EXISTS (SELECT 1 FROM threads t WHERE t.key = m.thread)
    GROUP BY m.thread, m.user;
    DELETE FROM messages WHERE NOT EXISTS (SELECT 1 FROM threads t WHERE t.user = messages.user AND t.key = messages.thread);
    INSERT INTO users (key, id, change_seq, created_at)
    SELECT t.user, 'recovered-' || t.user, max(t.change_seq), min(t.created_at) FROM threads t
    WHERE NOT EXISTS (SELECT 1 FROM users u WHERE u.key = t.user) GROUP BY t.user`)
}

type Row = {
  seq: number
  id: string
  role: number
  status: number
  text: string
  parts: string | null
  checksum: string | null
}

function closeThread(db: DatabaseSync, thread: OpenThread): ThreadLoss {
  const { key, userKey, user, lastSeq } = thread
  const loss: ThreadLoss = { user, thread: thread.thread, found: 0, missing: [], altered: [] }
  const rows = db
    .prepare(`
      SELECT seq, id, role, status, text, parts, nullif(lower(hex(checksum)), '') AS checksum FROM messages WHERE user = ? AND thread = ? ORDER BY seq`)
    .all(userKey, key) as unknown as Row[]
  const empty = db.prepare(`
    UPDATE messages SET status = 5, text = '', parts = NULL, tag = NULL, intent = NULL, entities = NULL, sources = NULL, metadata = NULL,
      deleted_at = created_at WHERE user = ? AND thread = ? AND seq = ?`)
  const there = new Set<number>()
  for (const row of rows) {
    there.add(row.seq)
    if (isFinished(row) && !isIntact(row)) {
      loss.altered.push({ message: row.id, seq: row.seq, text: row.parts ?? row.text })
      empty.run(userKey, key, row.seq)
    } else loss.found++
  }
  const last = Math.max(lastSeq, rows.at(-1)?.seq ?? 0)
  if (last - rows.length > lostMax) return loss
  const place = db.prepare(`
    INSERT INTO messages (user, thread, seq, id, parent, role, status, placed, text, change_seq, created_at, deleted_at)
    VALUES (?, ?, ?, ?, ?, ?, 5, 0, '', 0, ?, ?)`)
  for (let seq = 1; seq <= last; seq++) {
    if (there.has(seq)) continue
    loss.missing.push(seq)
    place.run(userKey, key, seq, `lost-${seq}`, seq - 1, roleCode('user'), thread.createdAt, thread.createdAt)
  }
  return loss
}

const isFinished = ({ status }: Row) => status !== statusCode('pending') && status !== statusCode('deleted')

const isIntact = ({ role, text, parts, checksum }: Row) =>
  checksumOf(roleAt(role), { text, parts: parts as CanonicalJson | null }) === checksum

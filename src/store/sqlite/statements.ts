// Every statement of the writer, prepared once. All of them name the user first.

import type { DatabaseSync } from 'node:sqlite'

const messageColumns = [
  'user', 'thread', 'seq', 'id', 'parent', 'role', 'status', 'placed', 'text', 'parts', 'persona', 'persona_version', 'model',
  'run', 'origin', 'usage', 'tag', 'intent', 'confidence', 'entities', 'sources', 'metadata', 'format', 'checksum', 'change_seq',
  'created_at',
] // prettier-ignore

const insertMessage = `INSERT INTO messages (${messageColumns.join(', ')}) VALUES (${messageColumns.map(() => '?').join(', ')})`

const threadHead = `
  SELECT t.key, t.id, t.head_id, h.seq AS head_seq, t.last_seq, t.message_count, t.fork_count, t.chain, t.change_seq, t.updated_at,
    t.binned_at, t.titled_by, t.external_key, t.created_as
  FROM threads t LEFT JOIN messages h ON h.user = t.user AND h.thread = t.key AND h.id = t.head_id
  WHERE t.user = ? AND t.id = ?`

const run = `
  SELECT r.key, r.id, r.message, r.reply, r.attempt, r.status, r.epoch, m.id AS reply_id, t.id AS thread_id
  FROM runs r
  JOIN messages m ON m.user = r.user AND m.thread = r.thread AND m.seq = r.reply
  JOIN threads t ON t.user = r.user AND t.key = r.thread`

const sql = {
  begin: 'BEGIN IMMEDIATE',
  commit: 'COMMIT',
  rollback: 'ROLLBACK',
  savepoint: 'SAVEPOINT one',
  rollbackToSavepoint: 'ROLLBACK TO one',
  release: 'RELEASE one',
  setCommitNumber: `UPDATE meta SET value = ? WHERE name = 'commit_number'`,

  user: 'SELECT key, id, change_seq, main_thread_id FROM users WHERE id = ?',
  insertUser: 'INSERT INTO users (key, id, change_seq, created_at) VALUES (?, ?, 0, ?)',
  setUserSeq: 'UPDATE users SET change_seq = ? WHERE key = ?',
  setMainThread: 'UPDATE users SET main_thread_id = ? WHERE key = ?',
  setName: 'UPDATE users SET name = ? WHERE key = ?',
  setLanguage: 'UPDATE users SET language = ? WHERE key = ?',
  setPersonaOfUser: 'UPDATE users SET default_persona_id = ? WHERE key = ?',
  setPersonaPrompt: 'UPDATE users SET persona_prompt = ? WHERE key = ?',
  insertChange: 'INSERT INTO changes (user, change_seq, thread, kind, message) VALUES (?, ?, ?, ?, ?)',

  threadHead,
  threadIdByKey:
    'SELECT id FROM threads WHERE user = ? AND external_key = ? AND external_key IS NOT NULL AND binned_at IS NULL',
  insertThread: `
    INSERT INTO threads (user, key, id, title, titled_by, default_persona_id, external_key, context, metadata, message_count, last_seq,
      fork_count, chain, created_as, change_seq, created_at, updated_at)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, 0, 0, zeroblob(16), ?10, ?11, ?12, ?12)`,
  setHead: `
    UPDATE threads SET head_id = ?, last_seq = ?, message_count = ?, fork_count = ?, chain = ?, change_seq = ?, updated_at = ?
    WHERE user = ? AND key = ?`,
  setTitle: 'UPDATE threads SET title = ?, titled_by = ? WHERE user = ? AND key = ?',
  setPersonaOfThread: 'UPDATE threads SET default_persona_id = ? WHERE user = ? AND key = ?',
  setContext: 'UPDATE threads SET context = ? WHERE user = ? AND key = ?',
  setMetadata: 'UPDATE threads SET metadata = ? WHERE user = ? AND key = ?',
  setArchived: 'UPDATE threads SET archived_at = ? WHERE user = ? AND key = ?',
  setPinned: 'UPDATE threads SET pinned_at = ? WHERE user = ? AND key = ?',
  setBinned: 'UPDATE threads SET binned_at = ? WHERE user = ? AND key = ?',
  clearExternalKey: 'UPDATE threads SET external_key = NULL WHERE user = ? AND key = ?',

  sayUnlessThere: `${insertMessage} ON CONFLICT (user, thread, id) DO NOTHING`,
  say: insertMessage,
  messageById: `
    SELECT seq, parent, role, status, placed, text, parts, run, tag, intent, confidence, entities, sources, metadata, change_seq,
      lower(hex(checksum)) AS checksum
    FROM messages WHERE user = ? AND thread = ? AND id = ?`,
  messageAt: 'SELECT id FROM messages WHERE user = ? AND thread = ? AND seq = ?',
  followerOf: 'SELECT 1 FROM messages WHERE user = ? AND thread = ? AND seq = ? AND parent = ?',
  departingFrom:
    'SELECT 1 FROM messages WHERE user = ? AND thread = ? AND parent = ? AND parent <> seq - 1 LIMIT 1',
  departuresAfter: `
    SELECT seq, parent FROM messages WHERE user = ? AND thread = ? AND seq > ? AND parent <> seq - 1 ORDER BY seq`,
  finishMessage: `
    UPDATE messages SET status = ?, text = ?, parts = ?, model = coalesce(?, model), usage = ?, sources = ?, metadata = ?, checksum = ?,
      change_seq = ?, finished_at = ?
    WHERE user = ? AND thread = ? AND seq = ?`,
  binMessage: `
    INSERT INTO bin (user, thread, seq, deleted_at, was)
    SELECT user, thread, seq, ?, json_object('status', status, 'text', text, 'parts', parts, 'tag', tag, 'intent', intent,
      'entities', entities, 'sources', sources, 'metadata', metadata)
    FROM messages WHERE user = ? AND thread = ? AND seq = ?`,
  emptyMessage: `
    UPDATE messages SET status = 5, text = '', parts = NULL, tag = NULL, intent = NULL, entities = NULL, sources = NULL,
      metadata = NULL, deleted_at = ?
    WHERE user = ? AND thread = ? AND seq = ?`,
  binned: 'SELECT was FROM bin WHERE user = ? AND thread = ? AND seq = ?',
  refillMessage: `
    UPDATE messages SET status = was ->> 'status', text = was ->> 'text', parts = was ->> 'parts', tag = was ->> 'tag',
      intent = was ->> 'intent', entities = was ->> 'entities', sources = was ->> 'sources', metadata = was ->> 'metadata',
      deleted_at = NULL
    FROM bin
    WHERE bin.user = messages.user AND bin.thread = messages.thread AND bin.seq = messages.seq
      AND messages.user = ? AND messages.thread = ? AND messages.seq = ?`,
  forgetMessage: `
    UPDATE messages SET status = 5, text = '', parts = NULL, tag = NULL, intent = NULL, confidence = NULL, entities = NULL,
      sources = NULL, metadata = NULL, usage = NULL, checksum = NULL, deleted_at = coalesce(deleted_at, ?)
    WHERE user = ? AND thread = ? AND seq = ?`,
  unmarkMessage: 'DELETE FROM marks WHERE user = ? AND thread = ? AND seq = ?',
  putMark: `
    INSERT INTO marks (user, thread, seq, mark, value, marked_at) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (user, thread, seq, mark) DO UPDATE SET value = excluded.value, marked_at = excluded.marked_at`,
  removeMark: 'DELETE FROM marks WHERE user = ? AND thread = ? AND seq = ? AND mark = ?',
  putRef: `
    INSERT INTO external_refs (user, provider, external_id, thread) VALUES (?, ?, ?, ?)
    ON CONFLICT (user, provider, external_id) DO UPDATE SET thread = excluded.thread`,
  removeRef: 'DELETE FROM external_refs WHERE user = ? AND thread = ? AND provider = ?',
  threadPlace: 'SELECT read_seq, draft, change_seq FROM places WHERE user = ? AND thread = ?',
  putReadSeq: `
    INSERT INTO places (user, thread, read_seq, change_seq) VALUES (?, ?, ?, ?)
    ON CONFLICT (user, thread) DO UPDATE SET read_seq = excluded.read_seq, change_seq = excluded.change_seq`,
  putDraft: `
    INSERT INTO places (user, thread, read_seq, draft, draft_at, change_seq) VALUES (?, ?, 0, ?, ?, ?)
    ON CONFLICT (user, thread) DO UPDATE SET draft = excluded.draft, draft_at = excluded.draft_at, change_seq = excluded.change_seq`,
  forgetRunEvents: `
    DELETE FROM run_events WHERE user = ?1 AND run IN (SELECT key FROM runs WHERE user = ?1 AND thread = ?2 AND (?3 IS NULL OR reply = ?3))`,
  forgetRuns: 'DELETE FROM runs WHERE user = ? AND thread = ?',
  forgetBin: 'DELETE FROM bin WHERE user = ? AND thread = ?',
  forgetMarks: 'DELETE FROM marks WHERE user = ? AND thread = ?',
  forgetMessages: 'DELETE FROM messages WHERE user = ? AND thread = ?',
  forgetChanges: 'UPDATE changes SET thread = NULL, message = NULL WHERE user = ? AND thread = ?',
  forgetThread: 'DELETE FROM threads WHERE user = ? AND key = ?',

  unbinMessage: 'DELETE FROM bin WHERE user = ? AND thread = ? AND seq = ?',

  runById: `${run} WHERE r.user = ? AND r.id = ?`,
  runByKey: `${run} WHERE r.user = ? AND r.key = ?`,
  runByAttempt: `${run} WHERE r.user = ? AND r.thread = ? AND r.message = ? AND r.attempt = ?`,
  lastAttempt: 'SELECT max(attempt) AS attempt FROM runs WHERE user = ? AND thread = ? AND message = ?',
  lastOrdinal: 'SELECT max(ordinal) AS ordinal FROM run_events WHERE user = ? AND run = ?',
  insertRun: `
    INSERT INTO runs (user, key, id, thread, message, reply, attempt, status, owner, epoch, lease_until, context_receipt, started_at)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8, 1, ?11 + ?9, ?10, ?11)`,
  insertRunEvents: 'INSERT INTO run_events (user, run, ordinal, position, events) VALUES (?, ?, ?, ?, ?)',
  setContextReceipt: 'UPDATE runs SET context_receipt = ? WHERE user = ? AND key = ?',
  renewLease: 'UPDATE runs SET lease_until = ?2 + ?1 WHERE user = ?3 AND key = ?4',
  askStop: 'UPDATE runs SET stop_at = coalesce(stop_at, ?) WHERE user = ? AND key = ?',
  endRun: 'UPDATE runs SET status = ?, error = ?, ended_at = ? WHERE user = ? AND key = ?',

  persona: 'SELECT key FROM personas WHERE id = ?',
  insertPersona: 'INSERT INTO personas (id) VALUES (?)',
  personaVersion: 'SELECT key FROM persona_versions WHERE persona = ? AND version = ?',
  insertPersonaVersion: 'INSERT INTO persona_versions (persona, version) VALUES (?, ?)',
  model: 'SELECT key FROM models WHERE provider = ? AND model = ?',
  insertModel: 'INSERT INTO models (provider, model) VALUES (?, ?)',
  lastKeys: `
    SELECT (SELECT max(key) FROM users) AS users, (SELECT max(key) FROM threads) AS threads, (SELECT max(key) FROM runs) AS runs`,
} as const

/** Asked for no user: see core/upkeep.ts. */
export const upkeepSql = {
  dropRunLogs: `
    DELETE FROM run_events WHERE run IN (
      SELECT DISTINCT e.run FROM run_events e JOIN runs r ON r.user = e.user AND r.key = e.run
      WHERE r.status <> 0 AND r.ended_at < ? LIMIT 100)`,
} as const

export type Statements = Record<keyof typeof sql, ReturnType<DatabaseSync['prepare']>>

export function prepareStatements(db: DatabaseSync): Statements {
  const entries = Object.entries(sql).map(([name, text]) => [name, db.prepare(text)])
  return Object.fromEntries(entries) as Statements
}

// How each planned write is carried out by itself, in the transaction of its commit. Values come in the order of plan/write.ts.
// Here the id is the key: where both come, or a time that the database knows better, the one not needed is named without effect.

import type { WriteName } from '../plan/write.ts'
import type { Sql } from './pool.ts'

const at = 'WHERE user_id = $2 AND thread_id = $3 AND seq = $4'
const nowMs = '(floor(extract(epoch FROM clock_timestamp()) * 1000))::bigint'

const texts: Record<WriteName | 'setUserSeq' | 'setHead', string> = {
  insertUser:
    'INSERT INTO threadkeep.users (id, change_seq, created_at) VALUES ($1, 0 * length($2::text), $3)',
  setUserSeq: 'UPDATE threadkeep.users SET change_seq = $1 WHERE id = $2',
  setMainThread: 'UPDATE threadkeep.users SET main_thread_id = $1 WHERE id = $2',
  setName: 'UPDATE threadkeep.users SET name = $1 WHERE id = $2',
  setLanguage: 'UPDATE threadkeep.users SET language = $1 WHERE id = $2',
  setPersonaOfUser: 'UPDATE threadkeep.users SET default_persona_id = $1 WHERE id = $2',
  setPersonaPrompt: 'UPDATE threadkeep.users SET persona_prompt = $1 WHERE id = $2',
  insertChange:
    'INSERT INTO threadkeep.changes (user_id, change_seq, thread_id, kind, message) VALUES ($1, $2, $3, $4, $5)',

  insertThread: `
    INSERT INTO threadkeep.threads (user_id, id, title, titled_by, default_persona_id, external_key, context, metadata, message_count,
      last_seq, fork_count, chain, created_as, change_seq, born, created_at, updated_at)
    VALUES ($1, coalesce($2, $3), $4, $5, $6, $7, $8, $9, 0, 0, 0, decode(repeat('00', 16), 'hex'), $10, $11, $11, $12, $12)`,
  setHead: `
    UPDATE threadkeep.threads SET head_id = $1, last_seq = $2, message_count = $3, fork_count = $4, chain = $5, change_seq = $6,
      updated_at = $7
    WHERE user_id = $8 AND id = $9`,
  setTitle: 'UPDATE threadkeep.threads SET title = $1, titled_by = $2 WHERE user_id = $3 AND id = $4',
  setPersonaOfThread: 'UPDATE threadkeep.threads SET default_persona_id = $1 WHERE user_id = $2 AND id = $3',
  setContext: 'UPDATE threadkeep.threads SET context = $1 WHERE user_id = $2 AND id = $3',
  setMetadata: 'UPDATE threadkeep.threads SET metadata = $1 WHERE user_id = $2 AND id = $3',
  setArchived: 'UPDATE threadkeep.threads SET archived_at = $1 WHERE user_id = $2 AND id = $3',
  setPinned: 'UPDATE threadkeep.threads SET pinned_at = $1 WHERE user_id = $2 AND id = $3',
  setBinned: 'UPDATE threadkeep.threads SET binned_at = $1 WHERE user_id = $2 AND id = $3',
  clearExternalKey: 'UPDATE threadkeep.threads SET external_key = NULL WHERE user_id = $1 AND id = $2',

  say: `
    INSERT INTO threadkeep.messages (user_id, thread_id, seq, id, parent, role, status, placed, text, parts, persona_id, persona_version,
      provider, model, run_id, origin, usage, tag, intent, confidence, entities, sources, metadata, format, checksum, change_seq, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27)`,
  finishMessage: `
    UPDATE threadkeep.messages SET status = $1, text = $2, parts = $3, provider = CASE WHEN $5::text IS NULL THEN provider ELSE $4 END,
      model = coalesce($5, model), usage = $6, sources = $7, metadata = $8, checksum = $9, change_seq = $10, finished_at = $11
    WHERE user_id = $12 AND thread_id = $13 AND seq = $14`,
  binMessage: `
    INSERT INTO threadkeep.bin (user_id, thread_id, seq, deleted_at, status, text, parts, tag, intent, entities, sources, metadata)
    SELECT user_id, thread_id, seq, $1, status, text, parts, tag, intent, entities, sources, metadata FROM threadkeep.messages ${at}`,
  emptyMessage: `
    UPDATE threadkeep.messages SET status = 5, text = '', parts = NULL, tag = NULL, intent = NULL, entities = NULL, sources = NULL,
      metadata = NULL, deleted_at = $1 ${at}`,
  refillMessage: `
    UPDATE threadkeep.messages m SET status = b.status, text = b.text, parts = b.parts, tag = b.tag, intent = b.intent,
      entities = b.entities, sources = b.sources, metadata = b.metadata, deleted_at = NULL
    FROM threadkeep.bin b
    WHERE b.user_id = m.user_id AND b.thread_id = m.thread_id AND b.seq = m.seq AND m.user_id = $1 AND m.thread_id = $2 AND m.seq = $3`,
  unbinMessage: 'DELETE FROM threadkeep.bin WHERE user_id = $1 AND thread_id = $2 AND seq = $3',
  forgetMessage: `
    UPDATE threadkeep.messages SET status = 5, text = '', parts = NULL, tag = NULL, intent = NULL, confidence = NULL, entities = NULL,
      sources = NULL, metadata = NULL, usage = NULL, checksum = NULL, deleted_at = coalesce(deleted_at, $1) ${at}`,
  unmarkMessage: 'DELETE FROM threadkeep.marks WHERE user_id = $1 AND thread_id = $2 AND seq = $3',
  putMark: `
    INSERT INTO threadkeep.marks (user_id, thread_id, seq, mark, value, marked_at) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (user_id, thread_id, seq, mark) DO UPDATE SET value = excluded.value, marked_at = excluded.marked_at`,
  removeMark: 'DELETE FROM threadkeep.marks WHERE user_id = $1 AND thread_id = $2 AND seq = $3 AND mark = $4',

  putRef: `
    INSERT INTO threadkeep.external_refs (user_id, provider, external_id, thread_id) VALUES ($1, $2, $3, $4)
    ON CONFLICT (user_id, provider, external_id) DO UPDATE SET thread_id = excluded.thread_id`,
  removeRef: 'DELETE FROM threadkeep.external_refs WHERE user_id = $1 AND thread_id = $2 AND provider = $3',

  putReadSeq: `
    INSERT INTO threadkeep.places (user_id, thread_id, read_seq, change_seq) VALUES ($1, $2, $3, $4)
    ON CONFLICT (user_id, thread_id) DO UPDATE SET read_seq = excluded.read_seq, change_seq = excluded.change_seq`,
  putDraft: `
    INSERT INTO threadkeep.places (user_id, thread_id, read_seq, draft, draft_at, change_seq) VALUES ($1, $2, 0, $3, $4, $5)
    ON CONFLICT (user_id, thread_id) DO UPDATE SET draft = excluded.draft, draft_at = excluded.draft_at, change_seq = excluded.change_seq`,

  forgetRunEvents: `
    DELETE FROM threadkeep.run_events WHERE user_id = $1 AND run_id IN (
      SELECT id FROM threadkeep.runs WHERE user_id = $1 AND thread_id = $2 AND ($3::integer IS NULL OR reply = $3))`,
  forgetRuns: 'DELETE FROM threadkeep.runs WHERE user_id = $1 AND thread_id = $2',
  forgetBin: 'DELETE FROM threadkeep.bin WHERE user_id = $1 AND thread_id = $2',
  forgetMarks: 'DELETE FROM threadkeep.marks WHERE user_id = $1 AND thread_id = $2',
  forgetMessages: 'DELETE FROM threadkeep.messages WHERE user_id = $1 AND thread_id = $2',
  forgetChanges:
    'UPDATE threadkeep.changes SET thread_id = NULL, message = NULL WHERE user_id = $1 AND thread_id = $2',
  forgetThread: 'DELETE FROM threadkeep.threads WHERE user_id = $1 AND id = $2',

  insertRun: `
    INSERT INTO threadkeep.runs (user_id, id, thread_id, message, reply, attempt, status, owner, epoch, lease_until, context_receipt,
      started_at)
    VALUES ($1, coalesce($2, $3), $4, $5, $6, $7, 0, $8, 1, ${nowMs} + $9, $10, $11)`,
  insertRunEvents:
    'INSERT INTO threadkeep.run_events (user_id, run_id, ordinal, position, events) VALUES ($1, $2, $3, $4, $5)',
  setContextReceipt: 'UPDATE threadkeep.runs SET context_receipt = $1 WHERE user_id = $2 AND id = $3',
  renewLease: `UPDATE threadkeep.runs SET lease_until = ${nowMs} + $1 + 0 * $2::bigint WHERE user_id = $3 AND id = $4`,
  askStop: 'UPDATE threadkeep.runs SET stop_at = coalesce(stop_at, $1) WHERE user_id = $2 AND id = $3',
  endRun: 'UPDATE threadkeep.runs SET status = $1, error = $2, ended_at = $3 WHERE user_id = $4 AND id = $5',
}

export const writeSql = Object.fromEntries(
  Object.entries(texts).map(([name, text]) => [name, { name: `write ${name}`, text }]),
) as Record<keyof typeof texts, Sql>

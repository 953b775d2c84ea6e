// What plans ask, as statements. All of them name the user first.

import type { Sql } from './pool.ts'

const sql = (name: string, text: string): Sql => ({ name, text })

const head = `
  SELECT t.id, t.head_id, h.seq, t.last_seq, t.message_count, t.fork_count, t.chain, t.change_seq, t.updated_at, t.binned_at, t.titled_by,
    t.external_key, t.created_as, (SELECT l.id FROM threadkeep.messages l WHERE l.user_id = t.user_id AND l.thread_id = t.id AND l.seq = t.last_seq)
  FROM threadkeep.threads t LEFT JOIN threadkeep.messages h ON h.user_id = t.user_id AND h.thread_id = t.id AND h.id = t.head_id
  WHERE t.user_id = $1 AND t.id = $2`

const run = `
  SELECT r.id, r.message, r.reply, r.attempt, r.status, r.epoch, m.id, r.thread_id,
    coalesce((SELECT max(e.ordinal) FROM threadkeep.run_events e WHERE e.user_id = r.user_id AND e.run_id = r.id), -1) + 1
  FROM threadkeep.runs r
  JOIN threadkeep.messages m ON m.user_id = r.user_id AND m.thread_id = r.thread_id AND m.seq = r.reply`

export const askSql = {
  user: sql(
    'ask user',
    'SELECT id, change_seq, main_thread_id FROM threadkeep.users WHERE id = $1 FOR NO KEY UPDATE',
  ),
  thread: sql('ask thread', head),
  run: sql('ask run', `${run} WHERE r.user_id = $1 AND r.id = $2`),
  threadIdByKey: sql(
    'ask thread by key',
    'SELECT id FROM threadkeep.threads WHERE user_id = $1 AND external_key = $2 AND external_key IS NOT NULL AND binned_at IS NULL',
  ),
  messageById: sql(
    'ask message',
    `SELECT seq, parent, role, status, placed, text, parts, run_id, tag, intent, confidence, entities, sources, metadata, change_seq,
      coalesce(encode(checksum, 'hex'), '')
    FROM threadkeep.messages WHERE user_id = $1 AND thread_id = $2 AND id = $3`,
  ),
  idAt: sql(
    'ask id at',
    'SELECT id FROM threadkeep.messages WHERE user_id = $1 AND thread_id = $2 AND seq = $3',
  ),
  hasChild: sql(
    'ask child',
    `SELECT EXISTS (SELECT FROM threadkeep.messages WHERE user_id = $1 AND thread_id = $2 AND seq = $3 + 1 AND parent = $3)
      OR EXISTS (SELECT FROM threadkeep.messages WHERE user_id = $1 AND thread_id = $2 AND parent = $3 AND parent <> seq - 1)`,
  ),
  departuresAfter: sql(
    'ask departures',
    `SELECT seq, parent FROM threadkeep.messages WHERE user_id = $1 AND thread_id = $2 AND seq > $3 AND parent <> seq - 1 ORDER BY seq`,
  ),
  isBinned: sql(
    'ask bin',
    'SELECT EXISTS (SELECT FROM threadkeep.bin WHERE user_id = $1 AND thread_id = $2 AND seq = $3)',
  ),
  threadPlace: sql(
    'ask place',
    'SELECT read_seq, draft, change_seq FROM threadkeep.places WHERE user_id = $1 AND thread_id = $2',
  ),
  runByAttempt: sql(
    'ask attempt',
    `${run} WHERE r.user_id = $1 AND r.thread_id = $2 AND r.message = $3 AND r.attempt = $4 AND r.attempt > 0`,
  ),
  lastAttempt: sql(
    'ask last attempt',
    'SELECT coalesce(max(attempt), 0) FROM threadkeep.runs WHERE user_id = $1 AND thread_id = $2 AND message = $3 AND attempt > 0',
  ),
} as const

export type AskName = keyof typeof askSql

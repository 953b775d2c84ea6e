// Every statement that reads for somebody. The user comes first in each, and each finds its rows through an index.

import { type JsonSpeech, messageJsonColumns } from '../read/message-json.ts'
import { messageColumns, runColumns, threadColumns, userColumns } from '../read/rows.ts'

const speech: JsonSpeech = {
  persona: 'm.persona',
  version: 'm.persona_version',
  model: 'm.model',
  run: 'm.run',
  runId: '(SELECT id FROM runs WHERE key = m.run AND user = m.user)',
  quoted: (column) => `json_quote(${column})`,
  fraction: (column) => `${column} / 100.0`,
  allNull: (columns) => `coalesce(${columns}) IS NULL`,
}

const ofThread = threadColumns({ chain: 'lower(hex(chain))', order: 'key' })

const listed = (where: string) => `
  SELECT ${ofThread} FROM threads
  WHERE user = ?1 AND ${where} AND (updated_at, key) < (?2, ?3)
  ORDER BY updated_at DESC, key DESC LIMIT ?4`
const active = listed('binned_at IS NULL AND archived_at IS NULL')
const archived = listed('binned_at IS NULL AND archived_at IS NOT NULL')
const binned = listed('binned_at IS NOT NULL')
/** Three ordered lists merged, so that no sort ever sees more than a page of each. */
const all = `
  SELECT * FROM (${active}) UNION ALL SELECT * FROM (${archived}) UNION ALL SELECT * FROM (${binned})
  ORDER BY 15 DESC, 20 DESC LIMIT ?4`

const runs = `
  SELECT ${runColumns({ threadId: 't.id', messageId: 'p.id', replyId: 'm.id' })} FROM runs r
  JOIN threads t ON t.user = r.user AND t.key = r.thread
  JOIN messages p ON p.user = r.user AND p.thread = r.thread AND p.seq = r.message
  JOIN messages m ON m.user = r.user AND m.thread = r.thread AND m.seq = r.reply`

const open = `
  SELECT u.id, t.id, r.id, r.epoch, r.owner, r.lease_until FROM runs r
  JOIN users u ON u.key = r.user JOIN threads t ON t.user = r.user AND t.key = r.thread
  WHERE r.status = 0`

const stretch = (columns: string) => `
  SELECT ${columns} FROM messages m
  WHERE m.user = ? AND m.thread = ? AND m.seq BETWEEN ? AND ? ORDER BY m.seq`

/**
 * By the row itself and not only by the index that led to it: an index that rots could lead to the words of somebody else. What stands
 * elsewhere has no text here.
 */
const sums = `
  SELECT m.seq, w.id, w.role, w.status, CASE WHEN (w.user, w.thread, w.seq) = (m.user, m.thread, m.seq) THEN w.text END, w.parts,
    nullif(lower(hex(w.checksum)), '')
  FROM messages m CROSS JOIN messages w ON w.key = m.key
  WHERE m.user = ? AND m.thread = ? AND m.seq BETWEEN ? AND ? ORDER BY m.seq`

export const readSql = {
  userKey: 'SELECT key FROM users WHERE id = ?',
  user: `SELECT ${userColumns} FROM users WHERE id = ?`,
  thread: `SELECT ${ofThread} FROM threads WHERE user = ? AND id = ?`,
  threadByKey: `SELECT ${ofThread} FROM threads WHERE user = ? AND external_key = ? AND external_key IS NOT NULL AND binned_at IS NULL`,
  threadByRef: `SELECT ${ofThread} FROM threads WHERE user = ?1 AND binned_at IS NULL AND key = (
    SELECT thread FROM external_refs WHERE user = ?1 AND provider = ?2 AND external_id = ?3)`,
  refs: `
    SELECT r.provider, r.external_id, t.binned_at FROM external_refs r JOIN threads t ON t.user = r.user AND t.key = r.thread
    WHERE r.user = ? AND r.thread = ?`,
  threadPlace: `
    SELECT p.read_seq, p.draft, p.draft_at, t.binned_at FROM threads t LEFT JOIN places p ON p.user = t.user AND p.thread = t.key
    WHERE t.user = ? AND t.id = ?`,
  threadFrom: `SELECT ${ofThread} FROM threads WHERE user = ? AND key >= ? ORDER BY key LIMIT 1`,
  threadKey: 'SELECT key FROM threads WHERE user = ? AND id = ?',
  active,
  archived,
  binned,
  all,

  place: `
    SELECT t.user, t.key, t.head_id, h.seq, t.last_seq, t.fork_count
    FROM threads t LEFT JOIN messages h ON h.user = t.user AND h.thread = t.key AND h.id = t.head_id
    WHERE t.user = ? AND t.id = ? AND t.binned_at IS NULL`,
  departuresAfter: `
    SELECT seq, parent FROM messages
    WHERE user = ? AND thread = ? AND seq > ? AND seq <= ? AND parent <> seq - 1
    ORDER BY seq`,
  objects: stretch(messageColumns(speech)),
  sums,
  jsons: stretch(messageJsonColumns(speech)),
  seqOf: 'SELECT seq FROM messages WHERE user = ? AND thread = ? AND id = ?',
  idAt: 'SELECT id FROM messages WHERE user = ? AND thread = ? AND seq = ?',
  marks: 'SELECT seq, mark, value FROM marks WHERE user = ? AND thread = ? AND seq BETWEEN ? AND ?',
  persona: 'SELECT key FROM personas WHERE id = ?',
  ofPersona: `
    SELECT seq FROM messages WHERE user = ? AND thread = ? AND persona = ? AND persona IS NOT NULL AND seq BETWEEN ? AND ?
    ORDER BY seq DESC LIMIT ?`,
  ofPersonaUp: `
    SELECT seq FROM messages WHERE user = ? AND thread = ? AND persona = ? AND persona IS NOT NULL AND seq BETWEEN ? AND ?
    ORDER BY seq LIMIT ?`,

  run: `${runs} WHERE r.user = ? AND r.id = ?`,
  runsUnderWay: `${runs} WHERE r.user = ? AND r.thread = ? AND r.status = 0 LIMIT 200`,
  runsAfter: `${runs} WHERE r.user = ? AND r.thread = ? AND (r.message, r.attempt) > (?, ?) ORDER BY r.message, r.attempt LIMIT ?`,
  runKey: 'SELECT key FROM runs WHERE user = ? AND id = ?',
  readableRunKey: `
    SELECT r.key FROM runs r JOIN threads t ON t.user = r.user AND t.key = r.thread
    WHERE r.user = ? AND r.id = ? AND t.binned_at IS NULL`,
  runEvents:
    'SELECT ordinal, position, events FROM run_events WHERE user = ? AND run = ? AND ordinal > ? ORDER BY ordinal LIMIT 1000',

  oldestChange: 'SELECT change_seq FROM changes WHERE user = ? ORDER BY change_seq LIMIT 1',
  changes: `
    SELECT c.change_seq, c.kind, t.id, c.message FROM changes c LEFT JOIN threads t ON t.user = c.user AND t.key = c.thread
    WHERE c.user = ? AND c.change_seq > ? ORDER BY c.change_seq LIMIT ?`,

  /** For upkeep: of nobody in particular. */
  openRuns: `${open} ORDER BY r.user, r.thread, r.key LIMIT ?`,
  expiredRuns: `${open} AND r.lease_until < ? ORDER BY r.user, r.thread, r.key LIMIT ?`,
  stopsAsked: `${open} AND r.stop_at IS NOT NULL AND r.owner = ? ORDER BY r.user, r.thread, r.key LIMIT 1000`,
} as const

// Every statement that reads for somebody. All of them name the user first, although row security says it again.

import { type JsonSpeech, messageJsonColumns } from '../read/message-json.ts'
import { messageColumns, runColumns, threadColumns, userColumns } from '../read/rows.ts'
import type { Sql } from './pool.ts'

const speech: JsonSpeech = {
  persona: 'm.persona_id',
  version: 'm.persona_version',
  model: 'm.model',
  run: 'm.run_id',
  runId: 'm.run_id',
  quoted: (column) => `coalesce(to_json(${column})::text, 'null')`,
  fraction: (column) => `trim_scale(${column} / 100.0)::text`,
  allNull: (columns) => `num_nonnulls(${columns}) = 0`,
}

const ofThread = threadColumns({ chain: `encode(chain, 'hex')`, order: 'born' })
const threads = `SELECT ${ofThread} FROM threadkeep.threads WHERE user_id = $1`

/** Below the cursor: its time, and where its thread stands in the order of creation. */
const listed = (where: string) => `
  ${threads} AND ${where} AND (updated_at, born) <
    ($2, coalesce((SELECT c.born FROM threadkeep.threads c WHERE c.user_id = $1 AND c.id = $3), 0))
  ORDER BY updated_at DESC, born DESC LIMIT $4`
const active = listed('binned_at IS NULL AND archived_at IS NULL')
const archived = listed('binned_at IS NULL AND archived_at IS NOT NULL')
const binned = listed('binned_at IS NOT NULL')

const runs = `
  SELECT ${runColumns({ threadId: 'r.thread_id' })} FROM threadkeep.runs r
  JOIN threadkeep.messages p ON p.user_id = r.user_id AND p.thread_id = r.thread_id AND p.seq = r.message
  JOIN threadkeep.messages m ON m.user_id = r.user_id AND m.thread_id = r.thread_id AND m.seq = r.reply
  WHERE r.user_id = $1`

const messages = (columns: string) =>
  `SELECT ${columns}, m.provider FROM threadkeep.messages m WHERE m.user_id = $1 AND m.thread_id = $2`
const objects = messages(messageColumns(speech))
const jsons = messages(messageJsonColumns(speech))

/** Some stretches at once: $4 and $5 are where they begin and end. */
const ofPersona = (direction: 'ASC' | 'DESC') => `
  SELECT m.seq FROM unnest($4::integer[], $5::integer[]) AS stretch (low, high) CROSS JOIN LATERAL (
    SELECT seq FROM threadkeep.messages
    WHERE user_id = $1 AND thread_id = $2 AND persona_id = $3 AND seq BETWEEN stretch.low AND stretch.high
    ORDER BY seq ${direction} LIMIT $6) m
  ORDER BY m.seq ${direction} LIMIT $6`

const texts = {
  user: `SELECT ${userColumns} FROM threadkeep.users WHERE id = $1`,
  thread: `${threads} AND id = $2`,
  threadByKey: `${threads} AND external_key = $2 AND binned_at IS NULL`,
  threadFrom: `${threads} AND born >= $2 ORDER BY born LIMIT 1`,
  active,
  archived,
  binned,
  /** Three lists of a page each, so that no sort ever sees more. */
  all: `(${active}) UNION ALL (${archived}) UNION ALL (${binned}) ORDER BY updated_at DESC, born DESC LIMIT $4`,

  place: `
    SELECT t.head_id, h.seq, t.last_seq, t.fork_count, t.born FROM threadkeep.threads t
    LEFT JOIN threadkeep.messages h ON h.user_id = t.user_id AND h.thread_id = t.id AND h.id = t.head_id
    WHERE t.user_id = $1 AND t.id = $2 AND t.binned_at IS NULL`,
  departuresAfter: `
    SELECT seq, parent FROM threadkeep.messages
    WHERE user_id = $1 AND thread_id = $2 AND seq > $3 AND seq <= $4 AND parent <> seq - 1 ORDER BY seq`,
  objects: `${objects} AND m.seq BETWEEN $3 AND $4 ORDER BY m.seq`,
  jsons: `${jsons} AND m.seq BETWEEN $3 AND $4 ORDER BY m.seq`,
  objectsAt: `${objects} AND m.seq = ANY ($3::integer[]) ORDER BY m.seq`,
  jsonsAt: `${jsons} AND m.seq = ANY ($3::integer[]) ORDER BY m.seq`,
  marks:
    'SELECT seq, mark, value FROM threadkeep.marks WHERE user_id = $1 AND thread_id = $2 AND seq BETWEEN $3 AND $4',
  idsAt:
    'SELECT seq, id FROM threadkeep.messages WHERE user_id = $1 AND thread_id = $2 AND seq = ANY ($3::integer[])',
  seqOf: 'SELECT seq FROM threadkeep.messages WHERE user_id = $1 AND thread_id = $2 AND id = $3',
  firstOfPersona: ofPersona('ASC'),
  lastOfPersona: ofPersona('DESC'),
  hasPersona: `
    SELECT EXISTS (SELECT FROM unnest($4::integer[], $5::integer[]) AS stretch (low, high) CROSS JOIN LATERAL (
      SELECT FROM threadkeep.messages
      WHERE user_id = $1 AND thread_id = $2 AND persona_id = $3 AND seq BETWEEN stretch.low AND stretch.high LIMIT 1) m)`,

  run: `${runs} AND r.id = $2`,
  runsAfter: `${runs} AND r.thread_id = $2 AND (r.message, r.attempt) > ($3, $4) ORDER BY r.message, r.attempt LIMIT $5`,
  runEvents: `
    SELECT e.ordinal, e.position, e.events FROM threadkeep.run_events e
    WHERE e.user_id = $1 AND e.run_id = $2 AND e.ordinal > $3::bigint AND EXISTS (
      SELECT FROM threadkeep.runs r JOIN threadkeep.threads t ON t.user_id = r.user_id AND t.id = r.thread_id
      WHERE r.user_id = $1 AND r.id = $2 AND t.binned_at IS NULL)
    ORDER BY e.ordinal LIMIT 1000`,

  oldestChange: 'SELECT change_seq FROM threadkeep.changes WHERE user_id = $1 ORDER BY change_seq LIMIT 1',
  changes: `
    SELECT change_seq, kind, thread_id, message FROM threadkeep.changes
    WHERE user_id = $1 AND change_seq > $2 ORDER BY change_seq LIMIT $3`,
} as const

export type ReadName = keyof typeof texts

export const readSql = Object.fromEntries(
  Object.entries(texts).map(([name, text]) => [name, { name: `read ${name}`, text }]),
) as Record<ReadName, Sql>

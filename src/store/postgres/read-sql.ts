// Every statement that reads for somebody. All of them name the user first, although row security says it again.

import { messageColumns, runColumns, threadColumns, userColumns } from '../read/rows.ts'
import { byItself, pageByItself } from './by-itself.ts'
import type { Sql } from './pool.ts'

const names = {
  persona: 'm.persona_id',
  version: 'm.persona_version',
  model: 'm.model',
  run: 'm.run_id',
  runId: 'm.run_id',
}

/**
 * The one row with this value, asked for as a range in its order. Statistics take a user and a thread together for rarer than they are,
 * so that any index that begins with both looks as good as the right one; only the right one has this order.
 */
const only = (column: string, value: string) =>
  `${column} BETWEEN ${value} AND ${value} ORDER BY ${column} LIMIT 1`

const ofThread = threadColumns({ chain: `encode(chain, 'hex')`, order: 'born' })
const threads = `SELECT ${ofThread} FROM threadkeep.threads WHERE user_id = $1`

/** Below the cursor: its time, and where its thread stands in the order of creation. */
const cursor = `$2, (SELECT coalesce((SELECT born FROM threadkeep.threads WHERE user_id = $1 AND ${only('id', '$3')}), 0))`
const listed = (where: string) => `
  ${threads} AND ${where} AND (updated_at, born) < (${cursor}) ORDER BY updated_at DESC, born DESC LIMIT $4`
const active = listed('binned_at IS NULL AND archived_at IS NULL')
const archived = listed('binned_at IS NULL AND archived_at IS NOT NULL')
const binned = listed('binned_at IS NOT NULL')

const threadOfRef = `(SELECT r.thread_id FROM threadkeep.external_refs r WHERE r.user_id = $1 AND r.provider = $2 AND r.external_id = $3)`

const ofMessages = 'FROM threadkeep.messages m WHERE m.user_id = $1 AND m.thread_id'
const idAt = (seq: string) => `(SELECT m.id ${ofMessages} = r.thread_id AND ${only('m.seq', seq)})`
const runs = `
  SELECT ${runColumns({ threadId: 'r.thread_id', messageId: idAt('r.message'), replyId: idAt('r.reply') })}
  FROM threadkeep.runs r WHERE r.user_id = $1`
/** Null when there is no such run. */
const isReadable = `
  SELECT (SELECT t.binned_at IS NULL FROM threadkeep.threads t WHERE t.user_id = $1 AND ${only('t.id', 'r.thread_id')})
  FROM threadkeep.runs r WHERE r.user_id = $1 AND ${only('r.id', '$2')}`

/** What JSON is made of as well: quoting words and joining them costs the server more than it costs here. */
const said = `${messageColumns(names)}, m.provider, encode(m.checksum, 'hex')`

/** Some stretches at once: $4 and $5 are where they begin and end. */
const ofPersona = (direction: 'ASC' | 'DESC') => `
  SELECT m.seq FROM unnest($4::integer[], $5::integer[]) AS stretch (low, high) CROSS JOIN LATERAL (
    SELECT m.seq ${ofMessages} = $2 AND m.persona_id = $3 AND m.seq BETWEEN stretch.low AND stretch.high
    ORDER BY m.seq ${direction} LIMIT $6) m
  ORDER BY m.seq ${direction} LIMIT $6`

const ofPage = {
  said,
  thread: `t.binned_at IS NULL AND ${only('t.id', '$2')}`,
  head: `(SELECT m.seq ${ofMessages} = $2 AND ${only('m.id', 't.head_id')})`,
}

/** For a transaction in which the user is set. */
const within = {
  threadFrom: `${threads} AND born > 0 AND born >= $2 ORDER BY born LIMIT 1`,
  place: `
    SELECT t.head_id, (SELECT m.seq ${ofMessages} = $2 AND ${only('m.id', 't.head_id')}), t.last_seq, t.fork_count, t.born
    FROM threadkeep.threads t WHERE t.user_id = $1 AND t.binned_at IS NULL AND ${only('t.id', '$2')}`,
  /** In the order of their own index, which no other has. */
  departuresAfter: `
    SELECT m.seq, m.parent ${ofMessages} = $2 AND m.seq > $3 AND m.seq <= $4 AND m.parent <> m.seq - 1 ORDER BY m.seq, m.parent`,
  objects: `SELECT ${said} ${ofMessages} = $2 AND m.seq BETWEEN $3 AND $4 ORDER BY m.seq`,
  objectsIn: `
    SELECT m.* FROM unnest($3::integer[], $4::integer[]) AS stretch (low, high) CROSS JOIN LATERAL (
      SELECT ${said} ${ofMessages} = $2 AND m.seq BETWEEN stretch.low AND stretch.high ORDER BY m.seq) m
    ORDER BY m.seq`,
  marks:
    'SELECT seq, mark, value FROM threadkeep.marks WHERE user_id = $1 AND thread_id = $2 AND seq BETWEEN $3 AND $4',
  idsAt: `
    SELECT wanted.seq, m.id FROM unnest($3::integer[]) AS wanted (seq)
    CROSS JOIN LATERAL (SELECT m.id ${ofMessages} = $2 AND ${only('m.seq', 'wanted.seq')}) m`,
  seqOf: `SELECT m.seq ${ofMessages} = $2 AND ${only('m.id', '$3')}`,
  firstOfPersona: ofPersona('ASC'),
  lastOfPersona: ofPersona('DESC'),
  hasPersona: `
    SELECT EXISTS (SELECT FROM unnest($4::integer[], $5::integer[]) AS stretch (low, high) CROSS JOIN LATERAL (
      SELECT ${ofMessages} = $2 AND m.persona_id = $3 AND m.seq BETWEEN stretch.low AND stretch.high LIMIT 1) m)`,
  runsAfter: `${runs} AND r.thread_id = $2 AND r.attempt > 0 AND (r.message, r.attempt) > ($3, $4) ORDER BY r.message, r.attempt LIMIT $5`,
}

/** Transactions by themselves: each sets its user before anything is looked for. */
const alone = {
  user: byItself(`SELECT ${userColumns} FROM threadkeep.users WHERE id = $1`),
  thread: byItself(`${threads} AND ${only('id', '$2')}`),
  threadByKey: byItself(
    `${threads} AND binned_at IS NULL AND external_key IS NOT NULL AND ${only('external_key', '$2')}`,
  ),
  threadByRef: byItself(`${threads} AND binned_at IS NULL AND ${only('id', threadOfRef)}`),
  refs: byItself(`
    SELECT r.provider, r.external_id, (SELECT t.binned_at FROM threadkeep.threads t WHERE t.user_id = $1 AND ${only('t.id', '$2')})
    FROM threadkeep.external_refs r WHERE r.user_id = $1 AND r.thread_id = $2`),
  threadPlace: byItself(`
    SELECT p.read_seq, p.draft, p.draft_at, t.binned_at
    FROM (SELECT t.binned_at FROM threadkeep.threads t WHERE t.user_id = $1 AND ${only('t.id', '$2')}) t
    LEFT JOIN threadkeep.places p ON p.user_id = $1 AND p.thread_id = $2`),
  active: byItself(active),
  archived: byItself(archived),
  binned: byItself(binned),
  /** Three lists of a page each, so that no sort ever sees more. */
  all: byItself(
    `(${active}) UNION ALL (${archived}) UNION ALL (${binned}) ORDER BY updated_at DESC, born DESC LIMIT $4`,
  ),
  run: byItself(`${runs} AND ${only('r.id', '$2')}`),
  runsUnderWay: byItself(`${runs} AND r.thread_id = $2 AND r.status = 0 LIMIT 200`),
  runEvents: byItself(`
    SELECT e.ordinal, e.position, e.events FROM threadkeep.run_events e
    WHERE e.user_id = $1 AND e.run_id = $2 AND e.ordinal > $3::bigint AND (${isReadable})
    ORDER BY e.ordinal LIMIT 1000`),
  /** The oldest that is still held goes before each, and is there without any. */
  changes: byItself(`
    SELECT oldest.change_seq, c.* FROM (
      SELECT change_seq FROM threadkeep.changes WHERE user_id = $1 ORDER BY change_seq LIMIT 1) oldest
    LEFT JOIN LATERAL (
      SELECT change_seq, kind, thread_id, message FROM threadkeep.changes
      WHERE user_id = $1 AND change_seq > $2 ORDER BY change_seq LIMIT $3) c ON true`),
  /** The page from seq $3 to $4, of $5 messages at most: the first of them if $6, otherwise the last. */
  page: pageByItself({
    ...ofPage,
    window: `
      SELECT CASE WHEN $6::boolean THEN $3::integer ELSE greatest($3, least(t.last_seq, $4::integer) - $5::integer + 1) END AS low,
        CASE WHEN $6 THEN least(t.last_seq, $4, $3 + $5 - 1) ELSE least(t.last_seq, $4) END AS high`,
  }),
  /** The page that is one message, by its id. */
  message: pageByItself({
    ...ofPage,
    window: `SELECT m.seq AS low, m.seq AS high FROM (SELECT (SELECT m.seq ${ofMessages} = $2 AND ${only('m.id', '$3')}) AS seq OFFSET 0) m`,
  }),
} as const

const texts = { ...within, ...alone }
export type ReadName = keyof typeof texts

export const readSql = Object.fromEntries(
  Object.entries(texts).map(([name, text]) => [name, { name: `read ${name}`, text }]),
) as Record<ReadName, Sql>

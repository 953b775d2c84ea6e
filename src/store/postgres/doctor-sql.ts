// What the doctor asks of a database: for no user by the upkeep login, and for one user in their own context.

import { faultsMax, findingsMax, lateMs } from '../doctor/examination.ts'
import type { Sql } from './pool.ts'

const sql = (name: string, text: string): Sql => ({ name: `doctor ${name}`, text })

export const threadsAtOnce = 100
export const messagesAtOnce = 200

/** Everything of a user that leads to something which is not there. */
const loose = [
  ['messages', 'threads', 'format(\'Message %s of the thread "%s"\', x.seq, x.thread_id)', 'p.id = x.thread_id'],
  ['runs', 'threads', 'format(\'The run "%s" of the thread "%s"\', x.id, x.thread_id)', 'p.id = x.thread_id'],
  ['run_events', 'runs', 'format(\'Piece %s of the log of the run "%s"\', x.ordinal, x.run_id)', 'p.id = x.run_id'],
  ['marks', 'messages', 'format(\'A %s on message %s of the thread "%s"\', x.mark, x.seq, x.thread_id)', 'p.thread_id = x.thread_id AND p.seq = x.seq'],
  ['bin', 'messages', 'format(\'What the bin holds of message %s of the thread "%s"\', x.seq, x.thread_id)', 'p.thread_id = x.thread_id AND p.seq = x.seq'],
  ['external_refs', 'threads', 'format(\'The name "%s" by %s for the thread "%s"\', x.external_id, x.provider, x.thread_id)', 'p.id = x.thread_id'],
  ['places', 'threads', 'format(\'Where somebody is in the thread "%s"\', x.thread_id)', 'p.id = x.thread_id'],
] // prettier-ignore

const looseRows = loose.map(
  ([table, parent, words, on]) => `
    SELECT ${words}, '${parent}' FROM threadkeep.${table} x
    WHERE x.user_id = $1 AND NOT EXISTS (SELECT FROM threadkeep.${parent} p WHERE p.user_id = $1 AND ${on})`,
)

const ownerless = ['threads', 'runs', 'run_events'].map(
  (table) => `
    SELECT '${table}', x.user_id, count(*) FROM threadkeep.${table} x
    WHERE NOT EXISTS (SELECT FROM threadkeep.users u WHERE u.id = x.user_id) GROUP BY x.user_id`,
)

const threads = (which: string) => `
  WITH page AS MATERIALIZED (SELECT t.* FROM threadkeep.threads t WHERE t.user_id = $1 AND ${which}),
  given AS MATERIALIZED (SELECT c.thread_id, max(c.message) AS seq FROM threadkeep.changes c WHERE c.user_id = $1 GROUP BY c.thread_id),
  replied AS MATERIALIZED (
    SELECT r.thread_id, max(r.reply) AS seq FROM threadkeep.runs r
    WHERE r.user_id = $1 AND r.thread_id IN (SELECT id FROM page) GROUP BY r.thread_id),
  kept AS MATERIALIZED (SELECT min(c.change_seq) AS oldest, max(c.change_seq) AS newest FROM threadkeep.changes c WHERE c.user_id = $1)
  SELECT t.id, t.head_id, t.message_count, t.last_seq, t.fork_count, encode(t.chain, 'hex'),
    greatest(coalesce(g.seq, 0), coalesce(r.seq, 0)), t.change_seq,
    EXISTS (SELECT FROM threadkeep.changes c WHERE c.user_id = $1 AND c.change_seq = t.change_seq AND c.thread_id = t.id), k.oldest,
    greatest(coalesce(k.newest, 0), (SELECT u.change_seq FROM threadkeep.users u WHERE u.id = $1))
  FROM page t CROSS JOIN kept k LEFT JOIN given g ON g.thread_id = t.id LEFT JOIN replied r ON r.thread_id = t.id ORDER BY t.id`

export const doctorSql = {
  user: sql(
    'user',
    `SELECT u.change_seq, (SELECT max(c.change_seq) FROM threadkeep.changes c WHERE c.user_id = u.id), u.main_thread_id,
       u.main_thread_id IS NULL OR EXISTS (SELECT FROM threadkeep.threads t WHERE t.user_id = u.id AND t.id = u.main_thread_id)
     FROM threadkeep.users u WHERE u.id = $1`,
  ),
  loose: sql('loose', `${looseRows.join(' UNION ALL ')} LIMIT ${faultsMax}`),
  threads: sql('threads', threads(`t.id > $2 ORDER BY t.id LIMIT ${threadsAtOnce}`)),
  thread: sql('thread', threads('t.id = $2')),
  messages: sql(
    'messages',
    `SELECT m.seq, m.id, m.parent, m.role, m.status, m.text, m.parts, encode(m.checksum, 'hex'),
       CASE m.status WHEN 0 THEN (SELECT r.status FROM threadkeep.runs r WHERE r.user_id = m.user_id AND r.id = m.run_id) END, m.change_seq,
       EXISTS (SELECT FROM threadkeep.changes c WHERE c.user_id = m.user_id AND c.change_seq = m.change_seq AND c.thread_id = m.thread_id)
     FROM threadkeep.messages m WHERE m.user_id = $1 AND m.thread_id = $2 AND m.seq > $3 ORDER BY m.seq LIMIT ${messagesAtOnce}`,
  ),
  /** By the database's clock, which is also the one of the leases. */
  stuckRuns: sql(
    'stuck runs',
    `SELECT r.user_id, r.thread_id, r.id, r.lease_until FROM threadkeep.runs r
     WHERE r.status = 0 AND r.lease_until < floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint - ${lateMs}
     ORDER BY r.user_id, r.thread_id, r.id LIMIT ${findingsMax}`,
  ),
  ownerless: sql('ownerless', `${ownerless.join(' UNION ALL ')} LIMIT ${faultsMax}`),
} as const

export const repairSql = {
  /** The lock that every writer takes first. */
  lock: sql('lock', 'SELECT u.id FROM threadkeep.users u WHERE u.id = $1 FOR NO KEY UPDATE'),
  /** Beyond all that any node remembers of this user, so that each asks again. */
  raise: sql(
    'raise',
    `UPDATE threadkeep.users u
     SET change_seq = greatest(u.change_seq, (SELECT max(c.change_seq) FROM threadkeep.changes c WHERE c.user_id = u.id)) + 1
     WHERE u.id = $1 RETURNING u.change_seq`,
  ),
  tell: sql(
    'tell',
    'INSERT INTO threadkeep.changes (user_id, change_seq, thread_id, kind) VALUES ($1, $2, $3, $4)',
  ),
  setThread: sql(
    'set thread',
    `UPDATE threadkeep.threads SET head_id = $3, message_count = $4, last_seq = $5, fork_count = $6, chain = decode($7, 'hex'), change_seq = $8
     WHERE user_id = $1 AND id = $2`,
  ),
  clearMainThread: sql(
    'clear main thread',
    'UPDATE threadkeep.users SET main_thread_id = NULL WHERE id = $1',
  ),
} as const

// What is asked for no user: see core/upkeep.ts. These need the login that has policies of its own for them.

import type { Sql } from './pool.ts'

/** Of these there are few, and an index holds them alone. */
const open = `
  SELECT r.user_id, r.thread_id, r.id, r.epoch, r.owner, r.lease_until FROM threadkeep.runs r
  WHERE r.status = 0`
const nowMs = 'floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint'

export const upkeepSql = {
  openRuns: {
    name: 'upkeep open runs',
    text: `${open} ORDER BY r.user_id, r.thread_id, r.id LIMIT $1`,
  },
  expiredRuns: {
    name: 'upkeep expired runs',
    text: `${open} AND r.lease_until < ${nowMs} ORDER BY r.user_id, r.thread_id, r.id LIMIT $1`,
  },
  /** A node hears of them again until it has ended them, so the first will do. */
  stopsAsked: {
    name: 'upkeep stops asked',
    text: `${open} AND r.stop_at IS NOT NULL AND r.owner = $1 ORDER BY r.user_id, r.thread_id, r.id LIMIT 1000`,
  },
  runEvents: {
    name: 'upkeep run events',
    text: `
      SELECT ordinal, position, events FROM threadkeep.run_events
      WHERE user_id = $1 AND run_id = $2 AND ordinal > $3::bigint ORDER BY ordinal LIMIT 1000`,
  },
  /** Led by the logs, of which there are few: runs are kept for ever. */
  dropRunLogs: {
    name: 'upkeep drop run logs',
    text: `
      WITH dropped AS (DELETE FROM threadkeep.run_events d USING (
        SELECT e.user_id, e.run_id FROM (SELECT DISTINCT user_id, run_id FROM threadkeep.run_events) e
        WHERE (
          SELECT r.status <> 0 AND r.ended_at < $1 FROM threadkeep.runs r
          WHERE r.user_id = e.user_id AND r.id BETWEEN e.run_id AND e.run_id ORDER BY r.id LIMIT 1)
        LIMIT 500) ended
      WHERE d.user_id = ended.user_id AND d.run_id = ended.run_id RETURNING 1)
      SELECT EXISTS (SELECT FROM dropped)`,
  },
  /** Also of those who went back, or are gone, because the database was put back. */
  changedAmong: {
    name: 'upkeep changed among',
    text: `
      SELECT seen.id, coalesce(u.change_seq, 0) FROM unnest($1::text[], $2::bigint[]) AS seen (id, change_seq)
      LEFT JOIN threadkeep.users u ON u.id = seen.id
      WHERE coalesce(u.change_seq, 0) IS DISTINCT FROM seen.change_seq`,
  },
  /** It goes through all of them, once at a start. */
  recentThreads: {
    name: 'upkeep recent threads',
    text: `
      SELECT t.user_id, t.id FROM threadkeep.threads t WHERE t.binned_at IS NULL
      ORDER BY t.updated_at DESC, t.user_id, t.id LIMIT $1`,
  },
} as const satisfies Record<string, Sql>

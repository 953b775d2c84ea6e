// What is asked for no user: see core/upkeep.ts. These need the login that has policies of its own for them.

import type { Sql } from './pool.ts'

export const upkeepSql = {
  openRuns: {
    name: 'upkeep open runs',
    text: `
      SELECT r.user_id, r.thread_id, r.id, r.epoch, r.owner, r.lease_until FROM threadkeep.runs r
      WHERE r.status = 0 ORDER BY r.user_id, r.thread_id, r.id LIMIT $1`,
  },
  runEvents: {
    name: 'upkeep run events',
    text: `
      SELECT ordinal, position, events FROM threadkeep.run_events
      WHERE user_id = $1 AND run_id = $2 AND ordinal > $3::bigint ORDER BY ordinal LIMIT 1000`,
  },
  dropRunLogs: {
    name: 'upkeep drop run logs',
    text: `
      DELETE FROM threadkeep.run_events d USING (
        SELECT DISTINCT e.user_id, e.run_id FROM threadkeep.run_events e
        JOIN threadkeep.runs r ON r.user_id = e.user_id AND r.id = e.run_id
        WHERE r.status <> 0 AND r.ended_at < $1 LIMIT 500) ended
      WHERE d.user_id = ended.user_id AND d.run_id = ended.run_id`,
  },
} as const satisfies Record<string, Sql>

// What has been in the bin of a database for long enough: the upkeep login says whose, and what it is is looked up as theirs.

import type { Expired } from '../../core/upkeep.ts'
import type { Everybody } from './everybody.ts'
import type { Sql } from './pool.ts'

const isOver = 't.binned_at IS NOT NULL AND (t.keep_until IS NULL AND t.binned_at < $1 OR t.keep_until < $2)'

const whose: Sql = {
  name: 'purge whose',
  text: `
    SELECT t.user_id FROM threadkeep.threads t WHERE ${isOver}
    UNION SELECT b.user_id FROM threadkeep.bin b WHERE b.deleted_at < $1 ORDER BY 1 LIMIT $3`,
}

/** Threads that were binned before this time, and words that were deleted before it, whether their thread is in the bin or not. */
const expired: Sql = {
  name: 'purge expired',
  text: `
    SELECT t.id, NULL FROM threadkeep.threads t WHERE t.user_id = $3 AND ${isOver}
    UNION ALL
    SELECT m.thread_id, m.id FROM threadkeep.bin b
    JOIN threadkeep.messages m ON m.user_id = b.user_id AND m.thread_id = b.thread_id AND m.seq = b.seq
    WHERE b.user_id = $3 AND b.deleted_at < $1
    LIMIT $4`,
}

export async function expiredOf(
  everybody: Everybody,
  before: number,
  now: number,
  limit: number,
): Promise<Expired[]> {
  const users = await everybody.upkeep.all((session) => session.rows(whose, before, now, limit))
  const found: Expired[] = []
  for (const [id] of users) {
    const user = String(id)
    const left = limit - found.length
    if (left <= 0) break
    const rows = await everybody.read(user, (session) => session.rows(expired, before, now, user, left))
    for (const [thread, message] of rows)
      found.push({ user, thread: String(thread), message: message as string | null })
  }
  return found
}

// What has been in the bin for long enough, and the cleaning of the write-ahead log from which a forgotten word could still be read.

import type { Expired } from '../../core/upkeep.ts'
import { openReading, openWriting, type Safety } from './connection.ts'

/** Threads that were binned before this time, and words that were deleted before it, whether their thread is in the bin or not. */
const expired = `
  SELECT u.id AS user, t.id AS thread, NULL AS message FROM threads t JOIN users u ON u.key = t.user
  WHERE t.binned_at IS NOT NULL AND (t.keep_until IS NULL AND t.binned_at < ?1 OR t.keep_until < ?2)
  UNION ALL
  SELECT u.id, t.id, m.id FROM bin b
  JOIN threads t ON t.user = b.user AND t.key = b.thread JOIN users u ON u.key = t.user
  JOIN messages m ON m.user = b.user AND m.thread = b.thread AND m.seq = b.seq
  WHERE b.deleted_at < ?1
  LIMIT ?3`

export function expiredIn(file: string, before: number, now: number, limit: number): Expired[] {
  using db = openReading(file)
  return db.prepare(expired).all(before, now, limit) as Expired[]
}

/**
 * Carries the log into the file, where what was deleted is overwritten, and leaves it empty. False when somebody was still reading
 * from the log: then it is to be tried again.
 */
export function emptyLog(file: string, safety: Safety): boolean {
  using db = openWriting(file, safety)
  const { busy } = db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() as { busy: number }
  return busy === 0
}

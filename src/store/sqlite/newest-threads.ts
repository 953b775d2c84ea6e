// The threads that were talked in last, of all users: seen from the end of all that was ever said, a bounded way back.

import type { DatabaseSync } from 'node:sqlite'
import type { ThreadPlace } from '../../core/upkeep.ts'

const messagesMax = 5_000

const newest = `
  SELECT u.id AS user, t.id AS thread FROM messages m
  JOIN threads t ON t.user = m.user AND t.key = m.thread JOIN users u ON u.key = m.user
  WHERE t.binned_at IS NULL ORDER BY m.key DESC LIMIT ?`

export function newestThreads(db: DatabaseSync, limit: number): ThreadPlace[] {
  const found = new Map<string, ThreadPlace>()
  if (limit === 0) return []
  for (const { user, thread } of db.prepare(newest).iterate(messagesMax) as Iterable<ThreadPlace>) {
    found.set(JSON.stringify([user, thread]), { user, thread })
    if (found.size === limit) break
  }
  return [...found.values()]
}

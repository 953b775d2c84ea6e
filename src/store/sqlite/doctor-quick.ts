// The doctor at the door: a look of a few milliseconds at what was written last, at every start.

import { type Finding, finding } from '../doctor/finding.ts'
import { type NewMessage, ofNewMessage } from '../doctor/newest.ts'
import { openReading } from './connection.ts'
import { attempt } from './salvage-rows.ts'
import { readScrub } from './scrub-state.ts'

const newest = `
  SELECT u.id AS user, t.id AS thread, m.id, m.seq, m.role, m.text, m.parts, nullif(lower(hex(m.checksum)), '') AS checksum, m.status,
    t.last_seq AS lastSeq,
    t.head_id IS NULL OR EXISTS (SELECT 1 FROM messages h WHERE h.user = t.user AND h.thread = t.key AND h.id = t.head_id) AS isHeadThere
  FROM messages m JOIN threads t ON t.user = m.user AND t.key = m.thread JOIN users u ON u.key = t.user
  ORDER BY m.key DESC LIMIT 20`

type Row = Omit<NewMessage, 'isHeadThere'> & { isHeadThere: number }

/** The newest messages, their threads, and what the last scrub left to be told. The card and the schema were looked at by the opening. */
export function examineNewest(file: string, folder: string): Finding[] {
  using db = openReading(file)
  const rows = attempt(() => db.prepare(newest).all() as unknown as Row[])
  if (!rows) return [finding('unreadable', 'SQLite cannot read the newest messages.')]
  const found = rows.flatMap((row) => [...ofNewMessage({ ...row, isHeadThere: row.isHeadThere === 1 })])
  return [...(readScrub(folder)?.found ?? []).slice(-1), ...found]
}

// The doctor at the door: a look of a few milliseconds at what was written last, at every start.

import type { CanonicalJson } from '../../core/json.ts'
import { roleAt } from '../codes.ts'
import { checksumOf } from '../hash.ts'
import { openReading } from './connection.ts'
import { type Finding, finding } from './doctor-finding.ts'
import { attempt } from './salvage-rows.ts'
import { readScrub } from './scrub-state.ts'

const newest = `
  SELECT u.id AS user, t.id AS thread, m.id, m.seq, m.role, m.text, m.parts, nullif(lower(hex(m.checksum)), '') AS checksum, m.status,
    t.last_seq, t.head_id IS NULL OR EXISTS (SELECT 1 FROM messages h WHERE h.user = t.user AND h.thread = t.key AND h.id = t.head_id) AS head
  FROM messages m JOIN threads t ON t.user = m.user AND t.key = m.thread JOIN users u ON u.key = t.user
  ORDER BY m.key DESC LIMIT 20`

type Newest = {
  user: string; thread: string; id: string; seq: number; role: number; text: string; parts: string | null; checksum: string | null
  status: number; last_seq: number; head: number
} // prettier-ignore

/** The newest messages, their threads, and what the last scrub left to be told. The card and the schema were looked at by the opening. */
export function examineNewest(file: string, folder: string): Finding[] {
  using db = openReading(file)
  const rows = attempt(() => db.prepare(newest).all() as unknown as Newest[])
  if (!rows) return [finding('unreadable', 'SQLite cannot read the newest messages.')]
  return [...(readScrub(folder)?.found ?? []).slice(-1), ...rows.flatMap((row) => [...ofMessage(row)])]
}

function* ofMessage(row: Newest): Generator<Finding> {
  const { user, thread, id, seq, role, text, parts, checksum, status } = row
  const where = { user, thread, message: id }
  const isFinished = status !== 0 && status !== 5
  if (isFinished && checksumOf(roleAt(role), { text, parts: parts as CanonicalJson | null }) !== checksum)
    yield finding('altered_words', `The words of message ${seq} are not those of its checksum.`, where)
  if (seq > row.last_seq)
    yield finding('last_seq_drift', `last_seq is ${row.last_seq}, and there is a message ${seq}.`, where)
  if (!row.head) yield finding('dangling_head', 'The head of the thread is not there.', where)
}

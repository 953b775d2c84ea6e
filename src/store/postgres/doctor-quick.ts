// The doctor at the door of a database: a few users by chance, what each said last, and the thread it was said in. Which store it is and
// its schema were looked at by the opening.

import { randomInt } from 'node:crypto'
import type { Finding } from '../doctor/finding.ts'
import { ofNewMessage } from '../doctor/newest.ts'
import { forDatabase } from './doctor-words.ts'
import type { Everybody } from './everybody.ts'
import type { Sql } from './pool.ts'
import { readDatabaseScrub } from './scrub.ts'

const usersMax = 20

const newest: Sql = {
  name: 'doctor newest',
  text: `
    SELECT t.id, m.id, m.seq, m.role, m.text, m.parts, encode(m.checksum, 'hex'), m.status, t.last_seq,
      t.head_id IS NULL OR EXISTS (SELECT FROM threadkeep.messages h WHERE h.user_id = t.user_id AND h.thread_id = t.id AND h.id = t.head_id)
    FROM (SELECT * FROM threadkeep.threads a WHERE a.user_id = $1 AND a.binned_at IS NULL AND a.archived_at IS NULL
      ORDER BY a.updated_at DESC, a.born DESC LIMIT 1) t
    CROSS JOIN LATERAL (SELECT * FROM threadkeep.messages x WHERE x.user_id = $1 AND x.thread_id = t.id ORDER BY x.seq DESC LIMIT 3) m`,
}

type Cells = [
  thread: string, id: string, seq: number, role: number, text: string, parts: string | null, checksum: string | null, status: number,
  lastSeq: number, isHeadThere: boolean,
] // prettier-ignore

export async function examineSome(everybody: Everybody, folder: string): Promise<Finding[]> {
  const found: Finding[] = []
  for (const user of await someUsers(everybody)) {
    const rows = (await everybody.read(user, (session) => session.rows(newest, user))) as unknown as Cells[]
    for (const [thread, id, seq, role, text, parts, checksum, status, lastSeq, isHeadThere] of rows)
      found.push(
        ...ofNewMessage({ user, thread, id, seq, role, text, parts, checksum, status, lastSeq, isHeadThere }),
      )
  }
  return [...(readDatabaseScrub(folder)?.found ?? []).slice(-1), ...found.map(forDatabase)]
}

async function someUsers(everybody: Everybody): Promise<string[]> {
  const behind = await everybody.usersAfter(randomInt(36 ** 3).toString(36), usersMax)
  if (behind.length === usersMax) return behind
  const first = await everybody.usersAfter('', usersMax)
  return [...new Set([...behind, ...first])].slice(0, usersMax)
}

// One thread of a database, read in pieces within one snapshot or under the lock of its user, and examined.

import type { Finding } from '../doctor/finding.ts'
import { type SeenMessage, ThreadExam, type ThreadSays } from '../doctor/thread-exam.ts'
import type { ThreadValues } from '../doctor/thread-sums.ts'
import { doctorSql, messagesAtOnce } from './doctor-sql.ts'
import type { Session } from './pool.ts'

export type ExaminedThread = { says: ThreadSays; should: ThreadValues; found: Finding[]; messages: number }

export type ThreadCells = readonly [
  id: string, headId: string | null, messageCount: number, lastSeq: number, forkCount: number, chain: string, givenSeq: number,
  changeSeq: number, isTold: boolean, from: number | null, to: number,
] // prettier-ignore

export async function examineThread(
  session: Session,
  user: string,
  cells: ThreadCells,
): Promise<ExaminedThread> {
  const says = saysOf(user, cells)
  const exam = new ThreadExam(says)
  let messages = 0
  for (let after = 0; ;) {
    const rows = (await session.rows(
      doctorSql.messages,
      user,
      says.thread,
      after,
    )) as unknown as SeenMessage[]
    for (const row of rows) exam.see(row)
    messages += rows.length
    after = rows.at(-1)?.[0] ?? after
    if (rows.length < messagesAtOnce) break
  }
  const found = exam.findings()
  return { says, should: exam.should(), found, messages }
}

function saysOf(user: string, cells: ThreadCells): ThreadSays {
  const [thread, headId, messageCount, lastSeq, forkCount, chain, givenSeq, changeSeq, isTold, from, to] =
    cells
  const sums = { headId, messageCount, lastSeq, forkCount, chain }
  return { user, thread, ...sums, givenSeq, changeSeq, isTold, changes: { from, to } }
}

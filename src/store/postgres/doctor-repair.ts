// Makes again what is derived from the words, thread by thread, beside the nodes that write: each under the lock that every writer of its
// user takes. What the rows said before is handed over first.

import { changeKinds } from '../../core/change.ts'
import type { Examination } from '../doctor/examination.ts'
import { isMendable } from '../doctor/finding.ts'
import type { ThreadValues } from '../doctor/thread-sums.ts'
import { type DatabasePlace, examineEverybody, ofWhole, openEverybody } from './doctor.ts'
import { doctorSql, repairSql } from './doctor-sql.ts'
import { examineThread, type ThreadCells } from './doctor-thread.ts'
import { collect, type Looked, walk } from './doctor-walk.ts'
import { forDatabase } from './doctor-words.ts'
import type { Everybody } from './everybody.ts'
import type { Session } from './pool.ts'

export type Mended =
  | { user: string; thread: string; before: ThreadValues; after: ThreadValues; changeSeq: number }
  | { user: string; thread: null; before: UserValues; after: UserValues; changeSeq: number }
type UserValues = { changeSeq: number; mainThreadId: string | null }

/** `evidence` is called before each row is changed, and must have it safe when it returns. */
export async function repairDatabase(
  place: DatabasePlace,
  evidence: (mended: Mended) => void,
): Promise<{ before: Examination; after: Examination }> {
  await using everybody = await openEverybody(place)
  const before: Examination = { findings: [], users: 0, threads: 0, messages: 0 }
  collect(before.findings, await ofWhole(everybody, place))
  let isMended = false
  for await (const looked of walk(everybody, before)) {
    collect(before.findings, looked.found.map(forDatabase))
    if (isMendable(looked.found)) isMended = (await mend(everybody, looked, evidence)) || isMended
  }
  return { before, after: isMended ? await examineEverybody(everybody, place) : before }
}

type Evidence = (mended: Mended) => void

/** False when it was right again under the lock. */
function mend(everybody: Everybody, { user, thread }: Looked, evidence: Evidence): Promise<boolean> {
  return everybody.write(user, async (session) => {
    const [row] = await session.rows(repairSql.lock, user)
    if (!row) return false
    return thread === null ? mendUser(session, user, evidence) : mendThread(session, user, thread, evidence)
  })
}

async function mendThread(
  session: Session,
  user: string,
  thread: string,
  evidence: Evidence,
): Promise<boolean> {
  const [cells] = (await session.rows(doctorSql.thread, user, thread)) as unknown as ThreadCells[]
  if (!cells) return false
  const { says, should, found } = await examineThread(session, user, cells)
  if (!isMendable(found)) return false
  const changeSeq = await raised(session, user)
  const { headId, messageCount, lastSeq, forkCount, chain } = says
  const before = { headId, messageCount, lastSeq, forkCount, chain }
  evidence({ user, thread, before, after: should, changeSeq })
  const values = [should.headId, should.messageCount, should.lastSeq, should.forkCount, should.chain]
  await session.rows(repairSql.setThread, user, thread, ...values, changeSeq)
  await session.rows(repairSql.tell, user, changeSeq, thread, changeKinds['thread.changed'])
  return true
}

async function mendUser(session: Session, user: string, evidence: Evidence): Promise<boolean> {
  const [row] = await session.rows(doctorSql.user, user)
  const [was, newest, mainThreadId, isMainThere] = row as [number, number | null, string | null, boolean]
  if (isMainThere && (newest ?? 0) <= was) return false
  const changeSeq = await raised(session, user)
  const after = { changeSeq, mainThreadId: isMainThere ? mainThreadId : null }
  evidence({ user, thread: null, before: { changeSeq: was, mainThreadId }, after, changeSeq })
  if (!isMainThere) await session.rows(repairSql.clearMainThread, user)
  await session.rows(repairSql.tell, user, changeSeq, null, changeKinds['user.changed'])
  return true
}

async function raised(session: Session, user: string): Promise<number> {
  const [row] = await session.rows(repairSql.raise, user)
  return Number(row?.[0])
}

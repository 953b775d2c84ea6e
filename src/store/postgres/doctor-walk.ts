// Goes through everybody's rows: a user, then their threads, a page of them in one snapshot, so that nobody who writes meanwhile makes
// anything look wrong.

import { DatabaseError } from 'pg'
import { type Examination, findingsMax, ofRun, ofUser } from '../doctor/examination.ts'
import { type Finding, finding } from '../doctor/finding.ts'
import { doctorSql, threadsAtOnce } from './doctor-sql.ts'
import { examineThread, type ThreadCells } from './doctor-thread.ts'
import type { Everybody } from './everybody.ts'
import type { Session } from './pool.ts'

/** What was found of a user, or of one thread of theirs. */
export type Looked = { user: string; thread: string | null; found: Finding[] }
type Seen = Pick<Examination, 'users' | 'threads' | 'messages'>

export async function* walk(everybody: Everybody, seen: Seen): AsyncGenerator<Looked> {
  try {
    for await (const user of everybody.users()) yield* ofReadable(everybody, user, seen)
  } catch (fault) {
    yield { user: '', thread: null, found: [unreadable(fault, {})] }
  }
}

/** One user who cannot be read does not keep the next from being looked at. */
async function* ofReadable(everybody: Everybody, user: string, seen: Seen): AsyncGenerator<Looked> {
  try {
    yield* ofOne(everybody, user, seen)
  } catch (fault) {
    yield { user, thread: null, found: [unreadable(fault, { user })] }
  }
}

async function* ofOne(everybody: Everybody, user: string, seen: Seen): AsyncGenerator<Looked> {
  const found = await everybody.read(user, (session) => ofUserAlone(session, user))
  if (found === null) return
  seen.users++
  yield { user, thread: null, found }
  for (let after: string | null = ''; after !== null;) {
    const from: string = after
    const page = await everybody.read(user, (session) => pageOfThreads(session, user, from))
    for (const { says, messages, found } of page) {
      seen.threads++
      seen.messages += messages
      yield { user, thread: says.thread, found }
    }
    after = page.length < threadsAtOnce ? null : (page.at(-1)?.says.thread ?? null)
  }
}

/** Null for one who went meanwhile. */
async function ofUserAlone(session: Session, user: string): Promise<Finding[] | null> {
  const [[row], loose] = await Promise.all([
    session.rows(doctorSql.user, user),
    session.rows(doctorSql.loose, user),
  ])
  if (!row) return null
  const [changeSeq, newest, mainThreadId, isMainThere] = row as [
    number,
    number | null,
    string | null,
    boolean,
  ]
  return [
    ...ofUser({ user, changeSeq, newest, mainThreadId, isMainThere }),
    ...loose.map(([what, parent]) =>
      finding('loose_row', `${String(what)} leads to a row of ${String(parent)} that is not there.`, {
        user,
      }),
    ),
  ]
}

async function pageOfThreads(session: Session, user: string, after: string) {
  const rows = (await session.rows(doctorSql.threads, user, after)) as unknown as ThreadCells[]
  const page = []
  for (const cells of rows) page.push(await examineThread(session, user, cells))
  return page
}

/** What the upkeep login sees by itself: runs that nobody ends, and rows of people who are not there. */
export async function ofNobody({ upkeep }: Everybody): Promise<Finding[]> {
  try {
    const runs = await upkeep.all((session) => session.rows(doctorSql.stuckRuns))
    const rows = await upkeep.all((session) => session.rows(doctorSql.ownerless))
    return [
      ...(runs as [string, string, string, number][]).map((run) => ofRun(...run)),
      ...rows.map(([table, user, count]) => {
        const what = `${String(count)} rows of ${String(table)} belong to a user who is not there.`
        return finding('loose_row', what, { user: String(user) })
      }),
    ]
  } catch (fault) {
    return [unreadable(fault, {})]
  }
}

/** What the database itself refuses to read is told, and what comes behind it is read; a database that is away is no finding. */
function unreadable(fault: unknown, where: Finding['where']): Finding {
  if (!(fault instanceof DatabaseError)) throw fault
  return finding('unreadable', `PostgreSQL says "${fault.message}" and reads no further here.`, where)
}

export function collect(findings: Finding[], found: readonly Finding[]): void {
  findings.push(...found.slice(0, Math.max(0, findingsMax - findings.length)))
}

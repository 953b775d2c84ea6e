// Moves a whole store into another: user by user, thread by thread, whatever is not there already. Done again it finds everything
// there and writes nothing; stopped in the middle it goes on where it was.

import {
  columns,
  type Destination,
  type Origin,
  type Piece,
  sameStanding,
  tablesOfThread,
  type ThreadStanding,
} from './rows.ts'
import { type Difference, differencesOf } from './verify.ts'

export type MoveProgress = {
  users: number
  /** How many there are to be moved, or compared. */
  of: number
  threads: number
  messages: number
  user: string
  doing: 'moving' | 'comparing'
}
export type MoveReport = {
  users: number
  threads: number
  messages: number
  /** Written now; the rest was there already. */
  threadsWritten: number
  differences: Difference[]
}

const differencesMax = 100

export async function move(
  from: Origin,
  to: Destination,
  progress: (progress: MoveProgress) => void = () => {},
): Promise<MoveReport> {
  const report: MoveReport = { users: 0, threads: 0, messages: 0, threadsWritten: 0, differences: [] }
  await to.putPersonaVersions(await from.personaVersions())
  let of = 0
  for await (const user of from.users()) of += user === '' ? 0 : 1
  for await (const user of from.users())
    await moveUser(from, to, user, report, () => progress({ ...report, of, user, doing: 'moving' }))
  let users = 0
  for await (const user of from.users()) {
    progress({ ...report, users: users++, of, user, doing: 'comparing' })
    report.differences.push(...(await differencesOf(from, to, user)))
    if (report.differences.length >= differencesMax) break
  }
  return report
}

/** The user's row goes last, with its change_seq: a user that is there is there whole. */
async function moveUser(
  from: Origin,
  to: Destination,
  user: string,
  report: MoveReport,
  went: () => void,
): Promise<void> {
  const row = await from.user(user)
  if (!row) return
  const there = await to.user(user)
  if (there && Number(there[changeSeqAt]) > Number(row[changeSeqAt])) return wentOn(report, user, null)
  const known = new Map((await to.threads(user)).map((thread) => [thread.id, thread]))
  const threads = await from.threads(user)
  if (!there) await to.putUser(row)
  let livedOn = false
  for (const thread of threads) {
    report.threads++
    report.messages += thread.counts.messages
    went()
    if (sameStanding(known.get(thread.id), thread)) continue
    if (known.has(thread.id) && (await hasOwnWords(from, to, user, thread.id))) {
      wentOn(report, user, thread.id)
      livedOn = true
      continue
    }
    await to.putThread(user, thread, piecesOf(from, user, thread))
    report.threadsWritten++
  }
  if (livedOn) return // and so did the numbers of the user's changes
  if ((await from.changesCount(user)) !== (await to.changesCount(user)))
    await to.putChanges(user, from.changes(user))
  if (JSON.stringify(there) !== JSON.stringify(row)) await to.putUser(row)
  report.users++
  went()
}

const changeSeqAt = columns.users.indexOf('change_seq')
const idAt = columns.messages.indexOf('id')

/** What was acknowledged where it is moved to is nowhere else, so it is told and not written over. */
function wentOn({ differences }: MoveReport, user: string, thread: string | null): void {
  differences.push({ user, thread, what: 'went on where it is moved to, and was left as it is there' })
}

async function hasOwnWords(from: Origin, to: Destination, user: string, thread: string): Promise<boolean> {
  const ids = new Set<unknown>()
  for await (const rows of from.rows(user, thread, 'messages')) for (const row of rows) ids.add(row[idAt])
  for await (const rows of to.rows(user, thread, 'messages'))
    if (rows.some((row) => !ids.has(row[idAt]))) return true
  return false
}

async function* piecesOf(from: Origin, user: string, { id, counts }: ThreadStanding): AsyncIterable<Piece> {
  for (const table of tablesOfThread) {
    if (counts[table] === 0) continue
    for await (const rows of from.rows(user, id, table)) yield { table, rows }
  }
}

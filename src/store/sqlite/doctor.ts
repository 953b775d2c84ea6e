// Examines a whole store in one moment, beside a house that is running or with nobody there: the file, its rows, each thread, each word.

import type { DatabaseSync } from 'node:sqlite'
import { ThreadkeepError } from '../../core/errors.ts'
import { type Examination, faultsMax, findingsMax, lateMs, ofRun, ofUser } from '../doctor/examination.ts'
import { type Finding, finding } from '../doctor/finding.ts'
import { type SeenMessage, ThreadExam, type ThreadSays } from '../doctor/thread-exam.ts'
import type { ThreadValues } from '../doctor/thread-sums.ts'
import { migrationsOf } from '../migrations.ts'
import { type Card, readCard } from './card.ts'
import { asArrays, isDamage, openReading } from './connection.ts'
import { readMeta } from './migrate.ts'
import { refuseNewerOrAltered } from './provenance.ts'
import { isNonsense } from './salvage-rows.ts'

export type { Examination }

export function examineStore(file: string, folder: string, now: number = Date.now()): Examination {
  using db = openReading(file)
  db.exec('BEGIN')
  return examineOpened(db, file, folder, now)
}

export function examineOpened(
  db: DatabaseSync,
  file: string,
  folder: string,
  now: number = Date.now(),
): Examination {
  const seen: Examination = { findings: [], users: 0, threads: 0, messages: 0 }
  const { findings } = seen
  try {
    for (const look of [ofFile(db), ofProvenance(db, file, folder), ofUsers(db, seen), ofRuns(db, now)])
      for (const found of look) findings.push(found)
    for (const { found } of examinedThreads(db, seen))
      if (findings.length < findingsMax) findings.push(...found)
  } catch (fault) {
    if (!isDamage(fault) && !isNonsense(fault)) throw fault
    findings.push(finding('unreadable', `SQLite says "${(fault as Error).message}" and reads no further.`))
  }
  return seen
}

/** What a table and its index disagree about is mended by the table; anything else is a page that is not what was written. */
const indexFault =
  /missing from index|wrong # of entries in index|non-unique entry in index|values differ from index/

function* ofFile(db: DatabaseSync): Generator<Finding> {
  const lines = db.prepare(`PRAGMA integrity_check(${faultsMax})`).all() as { integrity_check: string }[]
  for (const { integrity_check: line } of lines)
    if (line !== 'ok')
      yield finding(indexFault.test(line) ? 'damaged_index' : 'damaged_file', `SQLite says: ${line}.`)
  const loose = db.prepare('PRAGMA foreign_key_check').all() as {
    table: string
    rowid: number
    parent: string
  }[]
  for (const { table, rowid, parent } of loose.slice(0, faultsMax))
    yield finding('loose_row', `Row ${rowid} of ${table} names a row of ${parent} that is not there.`)
}

function* ofProvenance(db: DatabaseSync, file: string, folder: string): Generator<Finding> {
  try {
    refuseNewerOrAltered(db, file, migrationsOf('sqlite'))
  } catch (fault) {
    if (!(fault instanceof ThreadkeepError)) throw fault
    yield finding('altered_schema', fault.message)
  }
  const meta = readMeta(db)
  const card = cardIn(folder)
  if (card === null) return
  if (card.storeId !== meta.storeId)
    yield finding('other_store', `${file} is another store than the one that ${folder} belongs to.`)
  else if (meta.commitNumber < card.commitNumber)
    yield finding(
      'older_than_acknowledged',
      `The store holds ${meta.commitNumber} commits, and ${card.commitNumber} were acknowledged: ${card.commitNumber - meta.commitNumber} are missing.`,
    )
}

/** A card that cannot be read is told by whoever opens the folder. */
function cardIn(folder: string): Card | null {
  try {
    return readCard(folder)
  } catch (fault) {
    if (fault instanceof ThreadkeepError) return null
    throw fault
  }
}

function* ofUsers(db: DatabaseSync, seen: Examination): Generator<Finding> {
  const users = db.prepare(`
    SELECT u.id, u.change_seq, u.main_thread_id,
      (SELECT max(change_seq) FROM changes c WHERE c.user = u.key) AS newest,
      u.main_thread_id IS NULL OR EXISTS (SELECT 1 FROM threads t WHERE t.user = u.key AND t.id = u.main_thread_id) AS main_there
    FROM users u ORDER BY u.key`)
  for (const row of users.iterate()) {
    const { id, change_seq, main_thread_id, newest, main_there } = row as {
      id: string; change_seq: number; main_thread_id: string | null; newest: number | null; main_there: number
    } // prettier-ignore
    seen.users++
    const isMainThere = main_there === 1
    yield* ofUser({ user: id, changeSeq: change_seq, newest, mainThreadId: main_thread_id, isMainThere })
  }
}

function* ofRuns(db: DatabaseSync, now: number): Generator<Finding> {
  const runs = db
    .prepare(`
      SELECT u.id AS user, t.id AS thread, r.id AS run, r.lease_until AS until FROM runs r
      JOIN users u ON u.key = r.user JOIN threads t ON t.user = r.user AND t.key = r.thread
      WHERE r.status = 0 AND r.lease_until < ?`)
    .all(now - lateMs) as { user: string; thread: string; run: string; until: number }[]
  for (const { user, thread, run, until } of runs) yield ofRun(user, thread, run, until)
}

export type ExaminedThread = { key: number; userKey: number; found: Finding[]; should: ThreadValues }

export function* examinedThreads(
  db: DatabaseSync,
  seen: Pick<Examination, 'threads' | 'messages'>,
): Generator<ExaminedThread> {
  const threads = asArrays(
    db.prepare(`
      SELECT t.key, t.user, u.id, t.id, t.head_id, t.message_count, t.last_seq, t.fork_count, lower(hex(t.chain)),
        max(coalesce((SELECT max(message) FROM changes c WHERE c.user = t.user AND c.thread = t.key), 0),
          coalesce((SELECT max(reply) FROM runs r WHERE r.user = t.user AND r.thread = t.key), 0)),
        t.change_seq, EXISTS (SELECT 1 FROM changes c WHERE c.user = t.user AND c.change_seq = t.change_seq AND c.thread = t.key),
        (SELECT min(c.change_seq) FROM changes c WHERE c.user = t.user),
        max(u.change_seq, coalesce((SELECT max(c.change_seq) FROM changes c WHERE c.user = t.user), 0))
      FROM threads t JOIN users u ON u.key = t.user ORDER BY t.key`),
  )
  const messages = asArrays(
    db.prepare(`
      SELECT m.seq, m.id, m.parent, m.role, m.status, m.text, m.parts, nullif(lower(hex(m.checksum)), ''),
        CASE m.status WHEN 0 THEN (SELECT r.status FROM runs r WHERE r.key = m.run) END, m.change_seq,
        EXISTS (SELECT 1 FROM changes c WHERE c.user = m.user AND c.change_seq = m.change_seq AND c.thread = m.thread)
      FROM messages m WHERE m.user = ? AND m.thread = ? ORDER BY m.seq`),
  )
  for (const row of threads.all() as unknown as ThreadCells[]) {
    const [key, userKey, user, thread, headId, messageCount, lastSeq, forkCount, chain, givenSeq] = row
    const [, , , , , , , , , , changeSeq, isTold, from, to] = row
    const sums = { headId, messageCount, lastSeq, forkCount, chain }
    const told = { changeSeq, isTold: isTold === 1, changes: { from, to } }
    const says: ThreadSays = { user, thread, ...sums, givenSeq, ...told }
    const exam = new ThreadExam(says)
    seen.threads++
    for (const message of messages.iterate(userKey, key)) {
      seen.messages++
      exam.see(message as unknown as SeenMessage)
    }
    yield { key, userKey, found: exam.findings(), should: exam.should() }
  }
}

type ThreadCells = readonly [
  key: number, userKey: number, user: string, thread: string, headId: string | null, messageCount: number, lastSeq: number,
  forkCount: number, chain: string, givenSeq: number, changeSeq: number, isTold: number, from: number | null, to: number,
] // prettier-ignore

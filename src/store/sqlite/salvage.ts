// Reads a malformed store row by row into a new one. The bad file is only read; what is missing or altered is said for each thread.

import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { changeKinds } from '../../core/change.ts'
import { ThreadkeepError } from '../../core/errors.ts'
import { stampCard } from './backup-home.ts'
import { openReading, openWriting } from './connection.ts'
import { examineOpened, type Examination } from './doctor.ts'
import { rebuild } from './doctor-repair.ts'
import { inWords } from './in-words.ts'
import { openSqlite } from './open.ts'
import { fillGaps, type ThreadLoss } from './salvage-gaps.ts'
import {
  attempt,
  type Cell,
  rowsByKey,
  rowsFromBothEnds,
  type SalvagedRow,
  type Unread,
} from './salvage-rows.ts'

export type Salvage = {
  /** Rows that were brought over, by table. */
  rows: Record<string, number>
  /** Rows that were read and make no sense in the place where they stood. */
  misfits: number
  unread: Unread[]
  threads: ThreadLoss[]
  /** What the doctor says of the new store. */
  after: Examination
}

export async function salvageStore(bad: string, file: string): Promise<Salvage> {
  refuseTaken(bad, file)
  await inWords(bad, () => {
    using from = openReading(bad)
    from.prepare('SELECT count(*) FROM sqlite_schema').get() // without its schema SQLite reads nothing of a file
  })
  await (await openSqlite({ file, folder: dirname(file), ephemeral: false }))[Symbol.asyncDispose]()
  return inWords(bad, () => {
    using from = openReading(bad)
    using to = openWriting(file, 'FULL')
    const salvage = bringOver(from, to)
    stampCard(dirname(file), file)
    return { ...salvage, after: examineOpened(to, file, dirname(file)) }
  })
}

function refuseTaken(bad: string, file: string): void {
  if (!existsSync(bad))
    throw new ThreadkeepError(
      'store_refused',
      `There is no file at ${bad}.`,
      'Name the file that cannot be opened.',
    )
  const folder = dirname(file)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (readdirSync(folder).length > 0)
    throw new ThreadkeepError(
      'store_refused',
      `${folder} is not empty.`,
      'Name a new folder: what can be read goes into a store of its own, and nothing that exists is written over.',
    )
}

function bringOver(from: DatabaseSync, to: DatabaseSync): Omit<Salvage, 'after'> {
  const salvage = { rows: {} as Record<string, number>, misfits: 0, unread: [] as Unread[] }
  const unread = (gap: Unread) => void salvage.unread.push(gap)
  to.exec('PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE')
  bringMeta(from, to)
  for (const [table, rows] of tablesOf(from, to, unread)) {
    const put = putter(to, table)
    salvage.rows[table] ??= 0
    for (const row of rows) {
      const became = put(row)
      if (became === 'kept') salvage.rows[table]++
      else if (became === 'misfit') salvage.misfits++
    }
  }
  const threads = fillGaps(to)
  if (salvage.unread.length + salvage.misfits + threads.length > 0) beginChangesAnew(to)
  to.exec('COMMIT')
  rebuild(to)
  return { ...salvage, threads }
}

/**
 * Whatever was put in for what is lost counts as older than the first change that is kept: a record with holes would tell devices that
 * nothing is missing, and the doctor that rows came another way.
 */
function beginChangesAnew(to: DatabaseSync): void {
  to.exec(`
    DELETE FROM changes;
    UPDATE users SET change_seq = 2 + max(change_seq,
      coalesce((SELECT max(m.change_seq) FROM messages m WHERE m.user = users.key), 0),
      coalesce((SELECT max(t.change_seq) FROM threads t WHERE t.user = users.key), 0));
    UPDATE messages SET change_seq = (SELECT u.change_seq - 1 FROM users u WHERE u.key = messages.user) WHERE change_seq < 1;
    UPDATE threads SET change_seq = (SELECT u.change_seq - 1 FROM users u WHERE u.key = threads.user) WHERE change_seq < 1;
    INSERT INTO changes (user, change_seq, kind) SELECT key, change_seq, ${changeKinds['user.changed']} FROM users`)
}

function* tablesOf(
  from: DatabaseSync,
  to: DatabaseSync,
  unread: (gap: Unread) => void,
): Generator<[string, Iterable<SalvagedRow>]> {
  const tables = to
    .prepare(
      `SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite%' AND name <> 'meta'`,
    )
    .all() as { name: string; wr: number }[]
  for (const { name: table, wr: hasNoRowid } of tables) {
    const columns = columnsOf(to, table)
    const read = () =>
      hasNoRowid
        ? rowsFromBothEnds(from, table, columns, keyOf(to, table), unread)
        : rowsByKey(from, table, columns, unread)
    yield [table, readable(table, unread, read)]
  }
}

const keyOf = (db: DatabaseSync, table: string): string[] =>
  db
    .prepare('SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk')
    .all(table)
    .map(({ name }) => String(name))

/** Of a table whose very entry in the schema cannot be read there is nothing to be had by SQLite. */
function* readable(
  table: string,
  unread: (gap: Unread) => void,
  read: () => Iterable<SalvagedRow>,
): Generator<SalvagedRow> {
  const rows = attempt(() => read()[Symbol.iterator]())
  for (let next = attempt(() => rows?.next()); next; next = attempt(() => rows?.next())) {
    if (next.done) return
    yield next.value
  }
  unread({ table, from: 0, to: Infinity })
}

const columnsOf = (db: DatabaseSync, table: string): string[] =>
  db
    .prepare(`SELECT name FROM pragma_table_info(?) ORDER BY cid`)
    .all(table)
    .map(({ name }) => String(name))

/** A row that was read twice, from either end, is there already. */
function putter(to: DatabaseSync, table: string): (row: SalvagedRow) => 'kept' | 'there' | 'misfit' {
  const columns = columnsOf(to, table)
  const insert = to.prepare(
    `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')}) ON CONFLICT DO NOTHING`,
  )
  return (row) => {
    const { fault, changes } = inserted(() => insert.run(...(row as Cell[])).changes)
    return fault ? 'misfit' : changes === 0 ? 'there' : 'kept'
  }
}

/** A value of the wrong kind, or outside of what a column may hold: the row is not what was written. */
function inserted(insert: () => number | bigint): { fault: boolean; changes: number } {
  try {
    return { fault: false, changes: Number(insert()) }
  } catch (fault) {
    const isConstraint =
      fault instanceof Error && 'errcode' in fault && [19, 20].includes(Number(fault.errcode) & 0xff)
    if (isConstraint) return { fault: true, changes: 0 }
    throw fault
  }
}

/** So that the new store is known as the old one, and counts on from where that was. */
function bringMeta(from: DatabaseSync, to: DatabaseSync): void {
  const rows = attempt(
    () => from.prepare(`SELECT name, value FROM meta`).all() as { name: string; value: Cell }[],
  )
  const set = to.prepare(`UPDATE meta SET value = ? WHERE name = ?`)
  for (const { name, value } of rows ?? [])
    if (name === 'store_id' || name === 'commit_number') set.run(value, name)
}

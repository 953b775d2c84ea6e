// Reads a table row by row past whatever cannot be read: by ranges of keys, each range that fails in halves, down to the single row.

import type { DatabaseSync } from 'node:sqlite'
import { asArrays, isDamage } from './connection.ts'

export type Cell = string | number | bigint | Uint8Array | null
export type SalvagedRow = readonly Cell[]

/** Rows that could not be read, or not be told from rows that never were. */
export type Unread = { table: string; from: number; to: number }

const keysAtOnce = 1_000

/** By rowid, for the tables that have one. */
export function* rowsByKey(
  db: DatabaseSync,
  table: string,
  columns: readonly string[],
  unread: (gap: Unread) => void,
): Generator<SalvagedRow> {
  const names = columns.join(', ')
  const range = asArrays(
    db.prepare(`SELECT ${names} FROM ${table} NOT INDEXED WHERE rowid BETWEEN ? AND ? ORDER BY rowid`),
  )
  const last = lastKey(db, table)
  for (let from = 1; from <= last; from += keysAtOnce)
    yield* rowsBetween(range, table, from, Math.min(from + keysAtOnce - 1, last), unread)
}

function* rowsBetween(
  range: ReturnType<DatabaseSync['prepare']>,
  table: string,
  from: number,
  to: number,
  unread: (gap: Unread) => void,
): Generator<SalvagedRow> {
  const rows = attempt(() => range.all(from, to) as unknown as SalvagedRow[])
  if (rows) return yield* rows
  if (from === to) return unread({ table, from, to })
  const middle = Math.floor((from + to) / 2)
  yield* rowsBetween(range, table, from, middle, unread)
  yield* rowsBetween(range, table, middle + 1, to, unread)
}

/** The rightmost page may be the one that is damaged: then the first power of two beyond which nothing more is found. */
function lastKey(db: DatabaseSync, table: string): number {
  const max = (index: string) =>
    attempt(
      () => db.prepare(`SELECT max(rowid) AS last FROM ${table} ${index}`).get() as { last: number | null },
    )
  const found = max('NOT INDEXED')
  if (found) return found.last ?? 0
  const above = db.prepare(`SELECT 1 FROM ${table} NOT INDEXED WHERE rowid BETWEEN ? AND ? LIMIT 1`)
  let last = keysAtOnce
  for (let from = 1; from < 2 ** 40; from *= 2) {
    const there = attempt(() => (above.get(from, from * 2 - 1) === undefined ? 'none' : 'some'))
    if (there !== 'none') last = Math.max(last, from * 2)
  }
  return Math.min(last, 2 ** 24)
}

/** Every row there is, for a table without keys of its own: from both ends, until something cannot be read. */
export function* rowsFromBothEnds(
  db: DatabaseSync,
  table: string,
  columns: readonly string[],
  key: readonly string[],
  unread: (gap: Unread) => void,
): Generator<SalvagedRow> {
  const names = columns.join(', ')
  const forward = asArrays(db.prepare(`SELECT ${names} FROM ${table} ORDER BY ${key.join(', ')}`))
  const backward = asArrays(
    db.prepare(`SELECT ${names} FROM ${table} ORDER BY ${key.map((name) => `${name} DESC`).join(', ')}`),
  )
  const whole = yield* untilDamage(forward)
  if (whole) return
  unread({ table, from: 0, to: 0 })
  yield* untilDamage(backward)
}

function* untilDamage(statement: ReturnType<DatabaseSync['prepare']>): Generator<SalvagedRow, boolean> {
  const rows = statement.iterate()
  for (;;) {
    const next = attempt(() => rows.next())
    if (!next) return false
    if (next.done) return true
    yield next.value as unknown as SalvagedRow
  }
}

/** Null for what is damaged; anything else goes on its way. */
export function attempt<T>(work: () => T): T | null {
  try {
    return work()
  } catch (fault) {
    if (isDamage(fault) || isNonsense(fault)) return null
    throw fault
  }
}

/** A record whose bytes make no value: text of an impossible length, a number that JavaScript has no room for, a failing disk. */
export const isNonsense = (fault: unknown): boolean =>
  fault instanceof RangeError ||
  (fault instanceof Error && 'errcode' in fault && [1, 7, 10, 18].includes(Number(fault.errcode) & 0xff)) ||
  (fault instanceof Error && 'code' in fault && fault.code === 'ERR_OUT_OF_RANGE')

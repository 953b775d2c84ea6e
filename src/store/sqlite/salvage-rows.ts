// Reads a table row by row past whatever cannot be read: by ranges of keys, each range that fails in halves, down to the single row.

import type { DatabaseSync } from 'node:sqlite'
import { asArrays, isDamage } from './connection.ts'

export type Cell = string | number | bigint | Uint8Array | null
export type SalvagedRow = readonly Cell[]

/** Rows that could not be read, or not be told from rows that never were. */
export type Unread = { table: string; from: number; to: number }

const rowsAtOnce = 500
/** Keys that are tried one by one behind a place that cannot be read, before longer strides are taken: more than a page has rows. */
const nearMax = 1_000
/** Far more than any damage needs; a file made to keep us busy ends here. */
const placesMax = 20_000

/** By rowid, for the tables that have one. */
export function* rowsByKey(
  db: DatabaseSync,
  table: string,
  columns: readonly string[],
  unread: (gap: Unread) => void,
): Generator<SalvagedRow> {
  const from = `FROM ${table} NOT INDEXED WHERE rowid >= ? ORDER BY rowid LIMIT`
  const piece = asArrays(db.prepare(`SELECT rowid, ${columns.join(', ')} ${from} ${rowsAtOnce}`))
  const one = db.prepare(`SELECT 1 ${from} 1`)
  for (let [next, places] = [1, 0]; places < placesMax;) {
    let count = 0
    const isWhole = yield* untilDamage(piece, [next], (row) => {
      count++
      next = Math.max(next, Number(row[0]) + 1)
      return row.slice(1)
    })
    if (isWhole && count < rowsAtOnce) return
    if (isWhole) continue
    places++
    const readable = nextReadable(one, next)
    unread({ table, from: next, to: readable === null ? Infinity : readable - 1 })
    if (readable === null) return
    next = readable
  }
}

/** The first key at or behind this one from which something can be read again. */
function nextReadable(one: ReturnType<DatabaseSync['prepare']>, from: number): number | null {
  const isReadable = (key: number) => attempt(() => ({ row: one.get(key) })) !== null
  for (let key = from + 1; key <= from + nearMax; key++) if (isReadable(key)) return key
  for (let low = from + nearMax, stride = nearMax; low + stride < Number.MAX_SAFE_INTEGER; stride *= 2) {
    if (!isReadable(low + stride)) {
      low += stride
      continue
    }
    let high = low + stride
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (isReadable(middle)) high = middle
      else low = middle
    }
    return high
  }
  return null
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
  const isWhole = yield* untilDamage(forward, [], (row) => row)
  if (isWhole) return
  unread({ table, from: 0, to: 0 })
  yield* untilDamage(backward, [], (row) => row)
}

function* untilDamage(
  statement: ReturnType<DatabaseSync['prepare']>,
  values: number[],
  rowOf: (row: SalvagedRow) => SalvagedRow,
): Generator<SalvagedRow, boolean> {
  const rows = attempt(() => statement.iterate(...values))
  for (let next = attempt(() => rows?.next()); next; next = attempt(() => rows?.next())) {
    if (next.done) return true
    yield rowOf(next.value as unknown as SalvagedRow)
  }
  return false
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

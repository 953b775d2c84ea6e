// What went wrong at a PostgreSQL, in the house's own words: away, full, or a fault of ours.

import { DatabaseError } from 'pg'
import { ThreadkeepError } from '../../core/errors.ts'

const repeat = 'It happened zero times or once. Send it again with the same ids.'

/** Codes of a server that is there and cannot take this now: stopping, out of connections, read-only, cancelled, in each other's way. */
const away = /^(08|53[^1]|57|58|25006|25P0[34]|40|55P03|55000)/

/** No connection was to be had, so nothing was written. */
export const connectionFault = (fault: unknown): ThreadkeepError =>
  new ThreadkeepError(
    'unavailable',
    `The store cannot be reached: ${wordsOf(fault)}.`,
    'Nothing was written. Send it again in a moment with the same ids.',
    undefined,
    fault,
  )

/** A ThreadkeepError and a fault of ours travel on as they are. */
export function storeFault(fault: unknown): unknown {
  if (fault instanceof ThreadkeepError) return fault
  if (fault instanceof DatabaseError) {
    const code = fault.code ?? ''
    if (code === '53100') return told('storage_full', 'There is no room on the disk to keep this.', fault)
    return away.test(code)
      ? told('unavailable', `The store could not finish this: ${fault.message}.`, fault)
      : fault
  }
  return isConnectionFault(fault)
    ? told('unavailable', `The connection to the store was lost: ${wordsOf(fault)}.`, fault)
    : fault
}

/** The same commit may be judged again at once: it met another on its way. */
export const isInTheWay = (fault: unknown): boolean => {
  const cause = fault instanceof ThreadkeepError ? fault.cause : fault
  return cause instanceof DatabaseError && /^(23505|40001|40P01)$/.test(cause.code ?? '')
}

function isConnectionFault(fault: unknown): boolean {
  if (!(fault instanceof Error)) return false
  if ('code' in fault && /^E[A-Z]+$/.test(String(fault.code))) return true
  return /connection|timeout|terminat|not queryable/i.test(fault.message)
}

const told = (code: 'unavailable' | 'storage_full', message: string, cause: unknown) =>
  new ThreadkeepError(code, message, repeat, undefined, cause)

const wordsOf = (fault: unknown): string => {
  if (fault instanceof AggregateError) return fault.errors.map(wordsOf).join('; ')
  return fault instanceof Error ? fault.message || fault.name : String(fault)
}

// What SQLite and the operating system say of a file, in words for whoever looks after it.

import { ThreadkeepError } from '../../core/errors.ts'
import { isBusy, isDamage, isFull, isStorageFault } from './connection.ts'
import { damaged } from './provenance.ts'

export async function inWords<T>(file: string, work: () => Promise<T> | T): Promise<T> {
  try {
    return await work()
  } catch (fault) {
    throw worded(file, fault)
  }
}

export function inWordsSync<T>(file: string, work: () => T): T {
  try {
    return work()
  } catch (fault) {
    throw worded(file, fault)
  }
}

export function worded(file: string, fault: unknown): unknown {
  if (isDamage(fault)) return damaged(file, fault)
  if (isFull(fault) || systemCode(fault) === 'ENOSPC') return noRoom(file, fault)
  if (isBusy(fault)) return held(file, fault)
  if (isStorageFault(fault) || systemCode(fault) !== null) return outOfReach(file, fault)
  return fault
}

const systemCode = (fault: unknown): string | null =>
  fault instanceof Error && 'syscall' in fault && 'code' in fault ? String(fault.code) : null

const noRoom = (file: string, fault: unknown) =>
  new ThreadkeepError(
    'storage_full',
    `There is no room on the disk for what was to be made of ${file}.`,
    'Make room, or name a folder on another disk. What was kept before is as it was.',
    undefined,
    fault,
  )

const held = (file: string, fault: unknown) =>
  new ThreadkeepError(
    'store_refused',
    `Another program holds ${file} and lets nobody in.`,
    'Close whatever has the file open besides Threadkeep (a database browser, a copy tool), and try again.',
    undefined,
    fault,
  )

const outOfReach = (file: string, fault: unknown) =>
  new ThreadkeepError(
    'store_refused',
    `${file} could not be opened, read or written: ${fault instanceof Error ? fault.message : String(fault)}.`,
    'Check that it is a file in a folder that Threadkeep may write to, and that its disk is sound; then try again.',
    undefined,
    fault,
  )

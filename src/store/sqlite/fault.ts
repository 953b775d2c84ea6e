// What is said to whoever sent a commit of which nobody can say that it was kept.

import { type ErrorCode, ThreadkeepError } from '../../core/errors.ts'
import { isBusy, isFull, isStorageFault } from './connection.ts'

/** A fault in place of an outcome: the commit happened zero times or once, and its sender is told to repeat it. */
export type Fault = { fault: { code: ErrorCode; message: string; hint: string; cause: string } }

export const lowSpace: Fault = {
  fault: {
    code: 'storage_full',
    message: 'There is too little room left on the disk to keep anything new.',
    hint: 'Nothing was written. Reading and deleting go on. Send it again with the same ids when there is room.',
    cause: 'less is left on the disk of the store than is kept back',
  },
}

/** The disk, or whoever holds the file: no commit of the batch fares better than another. */
export const concernsAll = (fault: unknown): boolean => isStorageFault(fault) || isBusy(fault)

export function faultOf(fault: unknown): Fault {
  const cause = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault)
  const hint = 'It happened zero times or once. Send it again with the same ids.'
  return { fault: { hint, ...told(fault), cause } }
}

function told(fault: unknown): { code: ErrorCode; message: string; hint?: string } {
  if (isFull(fault)) return { code: 'storage_full', message: 'There is no room on the disk to keep this.' }
  if (isStorageFault(fault))
    return { code: 'unavailable', message: 'The disk failed while this was being kept.' }
  if (isBusy(fault)) return { code: 'unavailable', message: 'Another program holds the file of the store.' }
  if (fault instanceof ThreadkeepError) return { code: fault.code, message: fault.message, hint: fault.hint }
  return { code: 'internal', message: 'A fault of ours kept this from being written.' }
}

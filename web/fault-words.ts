// What a person reads of a fault: the words of the doors, or that there was no answer, without the names of requests.

import { type ThreadkeepError } from '../src/client/client.ts'

export function faultWords(fault: ThreadkeepError | Error): { message: string; hint: string } {
  if (!('hint' in fault)) return { message: fault.message, hint: '' }
  // Only what a door said has a status with it.
  const { status } = (fault.details ?? {}) as { status?: number }
  if (fault.code === 'unavailable' && status === undefined)
    return { message: 'The house has not answered.', hint: 'Look at the connection, then try again.' }
  return { message: fault.message, hint: fault.hint }
}

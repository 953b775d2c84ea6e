// Whether a fault says that the store cannot be reached, in which case the spool stands in for it; a store that is crowded, full or in
// its own way is there, and answers for itself.

import { ThreadkeepError } from '../../core/errors.ts'

/** Lost or shutting down, out of connections, or a standby that takes no writes. */
const isAway = /^(08|57P|58|53300|25006)/

export function isOutOfReach(fault: unknown): boolean {
  if (!(fault instanceof ThreadkeepError) || fault.code !== 'unavailable' || !(fault.cause instanceof Error))
    return false
  const code: unknown = Reflect.get(fault.cause, 'code')
  const isOfServer = 'severity' in fault.cause && typeof code === 'string'
  return isOfServer ? isAway.test(code) : true
}

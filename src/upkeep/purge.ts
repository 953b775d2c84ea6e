// Empties the bin of what has been in it for thirty days: each thing is forgotten by the same commit by which its owner could have had
// it forgotten at once, so that every device hears of it and nothing is left behind anywhere.

import type { Store } from '../core/store.ts'
import type { Expired } from '../core/upkeep.ts'

export const keptInBinMs = 30 * 24 * 60 * 60_000
const atOnce = 200

/** A bounded piece, so that one round with much in the bin stays short; the next round takes the next. */
const roundMax = 5_000

export type Bin = (before: number, now: number, limit: number) => Expired[] | Promise<Expired[]>

/** How many were forgotten. */
export async function purgeBin(store: Pick<Store, 'commit'>, bin: Bin, now: number): Promise<number> {
  let forgotten = 0
  for (let tried = 0; tried < roundMax;) {
    const expired = await bin(now - keptInBinMs, now, atOnce)
    const outcomes = await Promise.allSettled(expired.map((one) => forget(store, one, now)))
    const gone = outcomes.filter((outcome) => outcome.status === 'fulfilled' && outcome.value).length
    forgotten += gone
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
    tried += expired.length
    if (expired.length < atOnce || gone === 0) break
  }
  return forgotten
}

/** False for what its owner took back, or threw away for good, a moment ago. */
async function forget(store: Pick<Store, 'commit'>, expired: Expired, at: number): Promise<boolean> {
  const { user, thread: threadId, message: messageId } = expired
  const change =
    messageId === null
      ? ({ kind: 'thread.forgotten', threadId } as const)
      : ({ kind: 'message.forgotten', threadId, messageId } as const)
  const { result } = await store.commit({ user, at, changes: [change] })
  return result === 'kept'
}

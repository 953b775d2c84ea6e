// What a node does when another hints that it committed something, and does not say of whom: it looks for all who listen here, with one
// question where its login may ask it, and for a few of them where it may not.

import { seldom } from '../chat/seldom.ts'
import type { Upkeep } from '../core/upkeep.ts'

/** Somebody whose changes are waited for here. */
export type Listener = {
  readonly since: number
  readonly lookedAt: number
  tell(changeSeq: number): void
  /** That nothing was there just now is as good as a look of one's own. */
  looked(): void
  look(): Promise<void>
}

export type HintAsked = {
  /** Null where this node's logins see one user at a time only. */
  upkeep: Pick<Upkeep, 'changedAmong'> | null
  report: (what: string, fault: unknown) => void
}

const restMs = 100
const looksMax = 10

/** To be called at each hint. */
export function hintedLook(
  listeners: ReadonlyMap<string, Listener>,
  { upkeep, report }: HintAsked,
): () => void {
  let isTold = false
  return seldom(async () => {
    if (listeners.size === 0) return
    try {
      await (upkeep ? lookTogether(listeners, upkeep) : lookByTurns(listeners))
      isTold = false
    } catch (fault) {
      if (!isTold)
        report('it could not be asked at once for whom there are changes; each is looked for alone', fault)
      isTold = true
    }
  }, restMs)
}

async function lookTogether(
  listeners: ReadonlyMap<string, Listener>,
  upkeep: Pick<Upkeep, 'changedAmong'>,
): Promise<void> {
  const asked = [...listeners]
  const seen = asked.map(([user, { since }]) => ({ user, changeSeq: since }))
  const sinceOf = new Map(seen.map(({ user, changeSeq }) => [user, changeSeq]))
  for (const { user, changeSeq } of await upkeep.changedAmong(seen)) {
    const wasPutBack = changeSeq < (sinceOf.get(user) ?? 0)
    listeners.get(user)?.tell(wasPutBack ? Infinity : changeSeq)
  }
  for (const [, listener] of asked) listener.looked()
}

/** Of many, those who have waited longest for a look. */
async function lookByTurns(listeners: ReadonlyMap<string, Listener>): Promise<void> {
  const waiting = [...listeners.values()].toSorted((a, b) => a.lookedAt - b.lookedAt)
  await Promise.all(waiting.slice(0, looksMax).map((listener) => listener.look()))
}

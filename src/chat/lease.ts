// Where nodes share a store, a run belongs to its node for as long as the node says so again and again. One that was ended by another, or
// of which the store could not be told in time, is let go.

import { ThreadkeepError } from '../core/errors.ts'
import { keptOrThrow } from '../core/receipt.ts'
import type { Chat } from './chat.ts'
import type { LiveRun } from './live.ts'
import { usualPace } from './pace.ts'

/** One clock for all runs of this node; they go to the store together. */
export function keepLeases(chat: Chat): Disposable {
  const { leaseMs, renewMs } = chat.pace ?? usualPace
  const asking = new Set<LiveRun>()
  const timer = setInterval(() => {
    for (const run of chat.live.all()) {
      if (performance.now() - run.leasedAt > leaseMs) lose(chat, run, leaseOver)
      else if (!asking.has(run)) void renew(chat, run, leaseMs, asking)
    }
  }, renewMs).unref()
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

async function renew(chat: Chat, run: LiveRun, leaseMs: number, asking: Set<LiveRun>): Promise<void> {
  const { user, runId, epoch } = run.ids
  const askedAt = performance.now()
  asking.add(run)
  try {
    const changes = [{ kind: 'run.renewed' as const, runId, epoch, leaseMs }]
    keptOrThrow(await chat.store.commit({ user, at: chat.now(), changes }))
    run.leasedAt = askedAt
  } catch (fault) {
    // A store that is away may be back before the lease is over.
    if (fault instanceof ThreadkeepError && fault.code === 'unavailable') return
    lose(chat, run, fault)
  } finally {
    asking.delete(run)
  }
}

function lose(chat: Chat, run: LiveRun, why: unknown): void {
  const { user, runId } = run.ids
  // The end that this node wrote may be what the renewal came too late for.
  if (run.isLost || chat.live.get(user, runId) !== run) return
  chat.report('a run was let go', why)
  run.lose()
}

const leaseOver = new ThreadkeepError(
  'unavailable',
  'The store could not be told in time that the owner of a run is alive.',
  'What was written down is kept, and another node ends the run.',
)

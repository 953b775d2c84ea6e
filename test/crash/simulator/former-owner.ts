// A writer whose time is over: it holds a run's id, and an epoch that is not the run's, or the run has ended.
import type { Change } from '../../../src/core/change.ts'
import type { Hand } from './hand.ts'
import { signed } from './provider.ts'

export async function forge(hand: Hand): Promise<void> {
  const { ledger, random, trace } = hand.world
  const runs = [...ledger.runs.values()].filter(({ user }) => user === hand.user)
  if (runs.length === 0) return
  const { runId, epoch, replyId } = random.pick(runs)
  const isOver = ledger.ends.has(replyId)
  const forged = { runId, epoch: isOver ? epoch : epoch + 1 }
  const change: Change = random.chance(0.5)
    ? { kind: 'run.ended', ...forged, status: 'complete', text: signed(hand.user, 'forged') }
    : { kind: 'run.renewed', ...forged, leaseMs: 1_000 }
  const outcome = await hand.commit(change)
  if (outcome && outcome.result !== 'refused')
    trace.violate(`a former owner wrote ${change.kind} to ${replyId}: ${outcome.result}`)
}

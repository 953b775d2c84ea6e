// Ends the runs of processes that died: what they had written down stays, and the answer says that it was interrupted, or stopped where
// somebody had asked for that.

import type { Words } from '../core/change.ts'
import { ThreadkeepError } from '../core/errors.ts'
import { ownJson } from '../core/json.ts'
import { keptOrThrow, type Outcome } from '../core/receipt.ts'
import type { Run } from '../core/run.ts'
import type { OpenRun, Upkeep } from '../core/upkeep.ts'
import type { Chat } from './chat.ts'
import { writtenBatches } from './follow.ts'
import { runOf } from './known-run.ts'
import { wordsOf } from './notebook.ts'

const atOnce = 100
const readingsMax = 10

/** Where one process owns the store, every open run that is not alive here has lost its owner. */
export const recover = (chat: Chat, upkeep: Upkeep): Promise<number> =>
  endAll(chat, upkeep, () => upkeep.openRuns(atOnce))

/** Where nodes share it, those whose owner let the lease end. Several nodes may find the same one: one of them ends it. */
export const sweep = (chat: Chat, upkeep: Upkeep): Promise<number> =>
  endAll(chat, upkeep, () => upkeep.expiredRuns(atOnce))

async function endAll(chat: Chat, upkeep: Upkeep, look: () => Promise<OpenRun[]>): Promise<number> {
  for (let ended = 0; ;) {
    const lost = (await look()).filter(({ userId, runId }) => !chat.live.get(userId, runId))
    const isEnded = await Promise.all(lost.map((run) => end(chat, upkeep, run)))
    const count = isEnded.filter(Boolean).length
    if (count === 0) return ended
    ended += count
  }
}

/** False when it had ended already. */
async function end(chat: Chat, upkeep: Upkeep, { userId, runId, epoch }: OpenRun): Promise<boolean> {
  const run = await runOf(chat, userId, runId)
  const ending = { kind: 'run.ended' as const, runId, epoch, ...reasonOf(run) }
  const endWith = (words: Words & { batches?: number }) =>
    chat.store.commit({ user: userId, at: chat.now(), changes: [{ ...ending, ...words }] })
  try {
    await endWithAll(upkeep, run, endWith)
  } catch (fault) {
    if (isOver(fault)) return false
    if (fault instanceof ThreadkeepError && fault.code === 'unavailable') throw fault
    // One log that is damaged must not keep the house shut.
    chat.report('the words of an interrupted answer could not be kept', fault)
    return endWithout(chat, async () => keptOrThrow(await endWith({ text: '' })))
  }
  return true
}

/** An owner who was silent for too long may still write until the run has ended: what came meanwhile is read, too. */
async function endWithAll(
  upkeep: Upkeep,
  run: Run,
  endWith: (words: Words & { batches: number }) => Promise<Outcome>,
): Promise<void> {
  for (let again = readingsMax; ; again--) {
    const { log, batches } = await writtenBatches(upkeep, run)
    const outcome = await endWith({ ...wordsOf(log.parts()), batches })
    if (outcome.result !== 'conflict' || again === 0) return void keptOrThrow(outcome)
  }
}

async function endWithout(chat: Chat, endIt: () => Promise<unknown>): Promise<boolean> {
  try {
    await endIt()
    return true
  } catch (fault) {
    if (fault instanceof ThreadkeepError && fault.code === 'unavailable') throw fault
    if (!isOver(fault)) chat.report('a run of the dead could not be ended', fault)
    return false
  }
}

const reasonOf = ({ stopAt }: Run) =>
  stopAt === null
    ? {
        status: 'interrupted' as const,
        error: ownJson({ code: 'interrupted', message: 'The server stopped in the middle of this answer.' }),
      }
    : { status: 'stopped' as const, error: ownJson({ code: 'stopped' }) }

const isOver = (fault: unknown) => fault instanceof ThreadkeepError && fault.code === 'run_over'

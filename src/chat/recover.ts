// Ends the runs of processes that died: what they had written down stays, and the answer says that it was interrupted.

import type { Words } from '../core/change.ts'
import { ownJson } from '../core/json.ts'
import { keptOrThrow } from '../core/receipt.ts'
import type { OpenRun, Upkeep } from '../core/upkeep.ts'
import type { Chat } from './chat.ts'
import { writtenLog } from './follow.ts'
import { wordsOf } from './notebook.ts'
import { runOf } from './stop.ts'

const atOnce = 100

/** Where one process owns the store, every open run that is not alive here has lost its owner. */
export async function recover(chat: Chat, upkeep: Upkeep): Promise<number> {
  for (let ended = 0; ;) {
    const lost = (await upkeep.openRuns(atOnce)).filter(({ userId, runId }) => !chat.live.get(userId, runId))
    if (lost.length === 0) return ended
    await Promise.all(lost.map((run) => interrupt(chat, upkeep, run)))
    ended += lost.length
  }
}

async function interrupt(chat: Chat, upkeep: Upkeep, { userId, runId, epoch }: OpenRun): Promise<void> {
  const error = ownJson({ code: 'interrupted', message: 'The server stopped in the middle of this answer.' })
  const end = { kind: 'run.ended' as const, runId, epoch, status: 'interrupted' as const, error }
  const endWith = async (words: Words) =>
    keptOrThrow(await chat.store.commit({ user: userId, at: chat.now(), changes: [{ ...end, ...words }] }))
  try {
    const log = await writtenLog(upkeep, await runOf(chat, userId, runId))
    await endWith(wordsOf(log.parts()))
  } catch (fault) {
    // One log that is damaged must not keep the house shut.
    chat.report('the words of an interrupted answer could not be kept', fault)
    await endWith({ text: '' })
  }
}

// Where nodes share a store, a stop may be asked of another node than the one that answers: so this one looks who was asked to stop.

import { ThreadkeepError } from '../core/errors.ts'
import type { Upkeep } from '../core/upkeep.ts'
import type { Chat } from './chat.ts'
import { usualPace } from './pace.ts'
import { seldom } from './seldom.ts'
import type { WatchAsked } from './watch.ts'

type Named = { userId: string; runId: string }

const hintRestMs = 100

/** While nobody is answered here it asks nothing; and for a hint only what is one question for all. */
export function hearStops(
  chat: Chat,
  upkeep: Upkeep | null,
  whenHinted?: WatchAsked['whenHinted'],
): Disposable {
  let [isAsking, isOver] = [false, false]
  const look = async () => {
    if (isAsking || isOver || chat.live.size === 0) return
    isAsking = true
    try {
      for (const { userId, runId } of await stopsAsked(chat, upkeep))
        chat.live.get(userId, runId)?.stop('asked')
    } catch (fault) {
      // While the store is away nobody can ask for a stop either.
      if (!(fault instanceof ThreadkeepError && fault.code === 'unavailable'))
        chat.report('it could not be seen whether somebody wants a run to stop', fault)
    } finally {
      isAsking = false
    }
  }
  const timer = setInterval(() => void look(), (chat.pace ?? usualPace).stopPollMs).unref()
  if (upkeep) whenHinted?.(seldom(look, hintRestMs))
  const dispose = () => {
    isOver = true
    clearInterval(timer)
  }
  return { [Symbol.dispose]: dispose }
}

/** One question for all runs of this node, where its login may ask it; else one for each. */
async function stopsAsked(chat: Chat, upkeep: Upkeep | null): Promise<Named[]> {
  if (upkeep) return upkeep.stopsAsked(chat.owner)
  const going = chat.live.all().filter(({ isStopped }) => !isStopped)
  const runs = await Promise.all(going.map(({ ids }) => chat.store.run(ids.user, ids.runId)))
  return runs.flatMap((run) => (run && run.stopAt !== null ? { userId: run.userId, runId: run.id } : []))
}

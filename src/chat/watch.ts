// What a node does beside answering: it ends what the dead left open, and where others share the store it says that it lives and hears
// what was asked of them for it.

import type { Upkeep } from '../core/upkeep.ts'
import type { Chat } from './chat.ts'
import { keepLeases } from './lease.ts'
import { jittered, usualPace } from './pace.ts'
import { recover, sweep } from './recover.ts'
import { hearStops } from './stops-heard.ts'

export type WatchAsked = {
  /** Null where this node's logins see one user at a time only. */
  upkeep: Upkeep | null
  isShared: boolean
  /** Calls whenever something may have been committed elsewhere; without it, only time does. */
  whenHinted?: ((look: () => void) => void) | undefined
}

/** Resolves when what was left open at the start has been ended. Goes on until it is disposed of, after the last answer. */
export async function keepWatch(
  chat: Chat,
  { upkeep, isShared, whenHinted }: WatchAsked,
): Promise<Disposable> {
  const watch = new DisposableStack()
  if (upkeep) {
    await (isShared ? sweep : recover)(chat, upkeep)
    watch.use(keepSweeping(chat, upkeep))
  }
  if (isShared) {
    watch.use(keepLeases(chat))
    watch.use(hearStops(chat, upkeep, whenHinted))
  }
  return watch
}

function keepSweeping(chat: Chat, upkeep: Upkeep): Disposable {
  const { sweepMs } = chat.pace ?? usualPace
  let isOver = false
  const wait = () => setTimeout(() => void round(), jittered(sweepMs)).unref()
  let timer = wait()
  const round = async () => {
    await sweep(chat, upkeep).catch((fault: unknown) =>
      chat.report('the runs of the dead could not be ended; the next round tries again', fault),
    )
    if (!isOver) timer = wait()
  }
  const dispose = () => {
    isOver = true
    clearTimeout(timer)
  }
  return { [Symbol.dispose]: dispose }
}

// Brings the threads that were talked in last into memory, in the background of a start: one after the other, so that whoever asks for
// something meanwhile is not kept waiting.

import { setImmediate as breathe } from 'node:timers/promises'
import type { Store } from '../../core/store.ts'
import type { ThreadPlace } from '../../core/upkeep.ts'
import type { RecentThreads } from './recent-threads.ts'

/** A first page as the doors give it to whoever names no limit, and as the web app asks for it. */
const firstPages = [20, 50]

export type LoadingAsked = {
  /** Those that were talked in last, newest first. */
  newest: () => Promise<readonly ThreadPlace[]>
  /** When there is no use in it any more. */
  over: AbortSignal
}

/** How many were found and read, of those that were to be loaded. */
export async function loadRecent(
  recent: RecentThreads,
  store: Store,
  { newest, over }: LoadingAsked,
): Promise<number> {
  await breathe()
  let loaded = 0
  for (const { user, thread } of over.aborted ? [] : (await newest()).toReversed()) {
    await breathe()
    if (over.aborted) break
    if (await recent.load(store, user, thread, firstPages)) loaded++
  }
  return loaded
}

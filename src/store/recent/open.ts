// The memory of recent threads as the house has it: none where it is not wanted, and none where other nodes write and this one's
// logins see one user at a time only.

import type { Store } from '../../core/store.ts'
import type { Upkeep } from '../../core/upkeep.ts'
import { loadRecent } from './loading.ts'
import { RecentThreads } from './recent-threads.ts'

export type Recent = AsyncDisposable & {
  /** The same store, whose commits are heard here. Every commit of this process must go through it. */
  hearing<S extends Store>(store: S): S
  /** The same store, for whoever may be answered from memory. */
  before<S extends Store>(store: S): S
  /** Once, in the background: how many threads were brought into memory. */
  load(store: Store, report: Report): Promise<number>
  /** For a scraper. */
  gauges(): Record<string, number>
}

type Report = (what: string, fault: unknown) => void
export type RecentAsked = { cacheThreads: number; cacheMb: number }
type Opened = { upkeep: Upkeep; hasUpkeep: boolean; isShared: boolean }

const bytesPerMb = 1024 * 1024

export function openRecent(
  { upkeep, hasUpkeep, isShared }: Opened,
  { cacheThreads, cacheMb }: RecentAsked,
): Recent {
  if (cacheMb === 0 || (isShared && !hasUpkeep)) return none
  const recent = new RecentThreads({ bytesMax: cacheMb * bytesPerMb, others: isShared ? upkeep : null })
  const over = new AbortController()
  let loading: Promise<number> | null = null
  const newest = () => upkeep.recentThreads(cacheThreads)
  return {
    hearing: (store) => recent.hearing(store),
    before: (store) => recent.before(store),
    load: (store, report) =>
      (loading ??= loadRecent(recent, store, { newest, over: over.signal }).catch((fault: unknown) => {
        report('the recent threads could not be loaded; each comes in when it is asked for', fault)
        return 0
      })),
    gauges: () => recent.gauges(),
    [Symbol.asyncDispose]: async () => {
      over.abort()
      await loading
      recent[Symbol.dispose]()
    },
  }
}

const none: Recent = {
  hearing: (store) => store,
  before: (store) => store,
  load: async () => 0,
  gauges: () => ({}),
  [Symbol.asyncDispose]: async () => {},
}

// Keeps the shelf true: hears of every change of this user, from any tab and device, while somebody is looking.

import type { Change } from '../../src/client/client.ts'
import { onChange } from '../changes.ts'
import { connectionNow, onConnection } from '../connection.ts'
import { ready } from '../house.ts'
import { rememberList } from './remembered-list.ts'
import { drop, isWhole, loadMore, refresh, reload, shelfNow, shelves } from './shelf.ts'

/** What happens together is fetched together. */
const gatherMs = 60
/** Asked for at one time. */
const togetherMax = 6
/** Beyond this, reading the list anew is cheaper than one request each. */
const singlesMax = 60
/** Fetched without being asked for, so that search and the palette know most threads. */
const aheadMax = 1_000

/** Until the returned function is called. */
export function followNews(): () => void {
  const unhear = onChange((change) =>
    change === null ? void reload().catch(() => undefined) : gather(change),
  )
  const unwatch = onConnection(takeUpFailed)
  const unremember = rememberList()
  void begin()
  return () => {
    unhear()
    unwatch()
    unremember()
  }
}

async function begin(): Promise<void> {
  await ready
  await loadMore('active')
  for (;;) {
    const { threads, reach } = shelfNow()
    if (reach.active.state !== 'known' || isWhole(reach.active) || threads.size >= aheadMax) return
    await loadMore('active')
  }
}

const changed = new Set<string>()
let timer: ReturnType<typeof setTimeout> | undefined

function gather({ threadId, kind }: Change): void {
  if (threadId === null) return
  if (kind === 'thread.forgotten') return drop(threadId)
  changed.add(threadId)
  timer ??= setTimeout(() => void fetchChanged(), gatherMs)
}

async function fetchChanged(): Promise<void> {
  timer = undefined
  const ids = [...changed]
  changed.clear()
  // What cannot be fetched now is told by the banner, and fetched with the next change or page.
  if (ids.length > singlesMax) await reload().catch(() => undefined)
  else
    for (let at = 0; at < ids.length; at += togetherMax)
      await Promise.allSettled(ids.slice(at, at + togetherMax).map(refresh))
}

/** The house is back: what could not be read is read. */
function takeUpFailed(): void {
  if (connectionNow().house !== 'here') return
  const { reach } = shelfNow()
  for (const name of shelves) if (reach[name].state === 'failed') void loadMore(name)
}

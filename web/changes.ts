// What happens to the things of whoever is here, in every tab and on every device, heard while somebody looks at the page.

import { type Change, ThreadkeepError } from '../src/client/client.ts'
import { client, ready } from './house.ts'

/** A change, or null: too much happened to be told one by one, read everything anew. */
type Hear = (change: Change | null) => void

const againMs = 3_000

const listeners = new Set<Hear>()
let listening: AbortController | null = null
let since: number | null = null
/** What was read with the page is as old as the page: the first stream begins there, and only a later one anew. */
let isAnew = false

/** One stream for all who listen: a browser opens few connections to one house. */
export function onChange(hear: Hear): () => void {
  listeners.add(hear)
  look()
  return () => void listeners.delete(hear)
}

/** A page in the background lets its connection go, and catches up when it is looked at. */
function look(): void {
  if (document.visibilityState === 'hidden') return leave()
  if (listening || listeners.size === 0) return
  listening = new AbortController()
  void listen(listening.signal)
}

function leave(): void {
  listening?.abort()
  listening = null
}

async function listen(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const known = await ready
      since ??= (isAnew ? await client.me({ signal }) : known).changeSeq
      for await (const change of client.changesStream(since, { signal })) tell(change)
    } catch (fault) {
      if (signal.aborted) return
      if (!(fault instanceof ThreadkeepError)) throw fault
      if (fault.code === 'resync') tell(null)
      else await new Promise((resolve) => setTimeout(resolve, againMs))
    }
  }
}

function tell(change: Change | null): void {
  since = change?.changeSeq ?? null
  isAnew ||= change === null
  for (const hear of listeners) hear(change)
}

document.addEventListener('visibilitychange', look)

// The conversation itself, once its part of the page has come. No boundary: one that has shown a fallback keeps it for a third of a second.

import { useSyncExternalStore } from 'react'
import type { Thread } from '../chat/thread.tsx'
import type { ThreadAsked } from '../chat/use-thread.ts'

let loaded: typeof Thread | Error | null = null
const waiting = new Set<() => void>()

// Asked for at once, so that it is there when the page around it is.
import('../chat/thread.tsx').then(
  ({ Thread, conversations }) => {
    tell(Thread)
    // What waits on this device goes out whatever is looked at.
    return conversations()
  },
  (fault: unknown) => tell(fault instanceof Error ? fault : new Error(String(fault))),
)

function tell(outcome: typeof Thread | Error): void {
  loaded = outcome
  for (const draw of waiting) draw()
}

function whenLoaded(draw: () => void): () => void {
  waiting.add(draw)
  return () => void waiting.delete(draw)
}

export function LoadedThread(asked: ThreadAsked) {
  const Thread = useSyncExternalStore(whenLoaded, () => loaded)
  if (Thread instanceof Error) throw Thread
  return Thread ? <Thread {...asked} /> : <div className="thread-waiting" />
}

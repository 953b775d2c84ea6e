// One thread by its id: from the shelf if it is there, else asked for.

import { useEffect, useState } from 'react'
import type { Thread, ThreadkeepError } from '../../src/client/client.ts'
import { refresh, useShelf } from './shelf.ts'

export type KnownThread =
  | { state: 'known'; thread: Thread }
  | { state: 'asking' }
  | { state: 'missing' }
  | { state: 'failed'; fault: ThreadkeepError; retry: () => void }

type Asked = { id: string; tries: number; isMissing: boolean; fault: ThreadkeepError | null }

export function useKnownThread(threadId: string | null): KnownThread {
  const thread = useShelf().threads.get(threadId ?? '')
  const [asked, setAsked] = useState<Asked>(unasked(''))
  const isKnown = thread !== undefined || threadId === null
  const tries = asked.id === threadId ? asked.tries : 0
  useEffect(() => {
    if (isKnown) return
    let isLeft = false
    const answer = (more: Partial<Asked>) => !isLeft && setAsked({ ...unasked(threadId), tries, ...more })
    refresh(threadId).then(
      (thread) => answer({ isMissing: thread === null }),
      (fault: unknown) => answer({ fault: fault as ThreadkeepError }),
    )
    return () => void (isLeft = true)
  }, [threadId, isKnown, tries])
  if (thread) return { state: 'known', thread }
  if (asked.id !== threadId) return { state: 'asking' }
  if (asked.isMissing) return { state: 'missing' }
  if (!asked.fault) return { state: 'asking' }
  return {
    state: 'failed',
    fault: asked.fault,
    retry: () => setAsked({ ...unasked(threadId), tries: tries + 1 }),
  }
}

const unasked = (id: string): Asked => ({ id, tries: 0, isMissing: false, fault: null })

// What every message of a thread can reach without being handed it: what can be done, and the answers that are being written.

import { createContext, useCallback, useContext, useSyncExternalStore } from 'react'
import { must } from '../../src/core/assert.ts'
import type { Message } from '../../src/client/client.ts'
import type { LiveAnswer, LiveAnswers } from './live-answers.ts'
import type { ThreadVerbs } from './use-thread.ts'

export type ThreadReach = {
  verbs: ThreadVerbs
  live: LiveAnswers | null
  /** Puts a message of one's own into the composer, to be said otherwise. */
  mend: (message: Message) => void
  keepsNothing: boolean
  /** Not in a conversation that lies in the bin. */
  canSay: boolean
}

export const ThreadContext = createContext<ThreadReach | null>(null)

export const useReach = (): ThreadReach =>
  must(useContext(ThreadContext), 'a message is drawn inside a thread')

/** Only the one who draws this answer hears of its words. */
export function useLive(replyId: string): LiveAnswer | undefined {
  const { live } = useReach()
  const on = useCallback(
    (listener: () => void) => live?.on(replyId, listener) ?? (() => undefined),
    [live, replyId],
  )
  return useSyncExternalStore(on, () => live?.now(replyId))
}

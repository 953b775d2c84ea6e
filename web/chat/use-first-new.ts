// What was said in a conversation since it was read on this device, and that it is read now.

import { useEffect, useState } from 'react'
import { noteRead, readTo } from '../threads/read-position.ts'
import type { Entry } from './thread-view.ts'

/** The index of the first that is new; -1: there is none, or it came while somebody was reading. */
export function useFirstNew(entries: readonly Entry[], isAtEnd: boolean): number {
  const newest = entries.findLast(({ unsent }) => unsent === null)?.message
  const [opened] = useState(() => ({ at: Date.now(), read: newest ? readTo(newest.threadId) : null }))
  useEffect(() => {
    const note = () => {
      if (newest && isAtEnd && document.visibilityState === 'visible') noteRead(newest.threadId, newest.seq)
    }
    note()
    document.addEventListener('visibilitychange', note)
    return () => document.removeEventListener('visibilitychange', note)
  }, [newest, isAtEnd])
  const { at, read } = opened
  if (read === null) return -1
  return entries.findIndex(
    ({ message, unsent }) => unsent === null && message.seq > read && Date.parse(message.createdAt) < at,
  )
}

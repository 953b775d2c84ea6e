// One shelf as a list draws it: its threads with these words in their title, and the next page when the end comes near.

import { useCallback, useEffect, useMemo } from 'react'
import type { Thread } from '../../src/client/client.ts'
import { threadsOn } from './days.ts'
import { isWhole, loadMore, type Reach, type ShelfName, useShelf } from './shelf.ts'

export type ShelfView = {
  threads: readonly Thread[]
  reach: Reach
  /** How many of this shelf were looked through. */
  knownCount: number
  onEnd: () => void
  retry: () => void
}

export function useShelfView(name: ShelfName, words = ''): ShelfView {
  const { threads, reach } = useShelf()
  const all = useMemo(() => threadsOn(name, threads), [name, threads])
  const found = useMemo(
    () => (words.trim() === '' ? all : threadsOn(name, threads, words)),
    [all, name, threads, words],
  )
  const isSearching = words.trim() !== ''
  const { state } = reach[name]
  const whole = isWhole(reach[name])
  const retry = useCallback(() => void loadMore(name), [name])
  const onEnd = useCallback(() => state === 'known' && retry(), [state, retry])
  useEffect(() => {
    if (state === 'unknown') retry()
    // A title that is looked for may be on any page.
    if (isSearching && state === 'known' && !whole) retry()
  }, [state, whole, isSearching, retry])
  return { threads: found, reach: reach[name], knownCount: all.length, onEnd, retry }
}

// Where the reader is in a list of messages: at its end or not, near an edge that needs more, and what came since they left.

import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { PathWindow } from './path-window.ts'
import { useReach } from './thread-context.ts'
import type { Entry } from './thread-view.ts'

const nearRows = 8
const endPx = 60
/** A jump passes an edge on its way to somewhere else. */
const settleMs = 40

export type End = {
  isThere: boolean
  /** What came since the reader left the end. */
  news: number
}

export function useEnd(
  scroller: RefObject<HTMLElement | null>,
  entries: readonly Entry[],
  hasAfter: boolean,
): End {
  const [isThere, setThere] = useState(true)
  const [seenKey, setSeenKey] = useState<string | null>(null)
  const lastKey = entries.at(-1)?.key ?? null
  useEffect(() => {
    const element = scroller.current
    if (!element) return
    const look = () => {
      const { scrollHeight, scrollTop, clientHeight } = element
      setThere(scrollHeight - scrollTop - clientHeight <= endPx)
    }
    element.addEventListener('scroll', look, { passive: true })
    return () => element.removeEventListener('scroll', look)
  }, [scroller])
  const isAtNewest = isThere && !hasAfter
  useLayoutEffect(() => {
    const element = scroller.current
    if (!element || !isAtNewest) return
    // What comes to stand above or below the list takes room from it: whoever was at its end stays there.
    let height = element.clientHeight
    const watch = new ResizeObserver(() => {
      if (element.clientHeight !== height) element.scrollTop = element.scrollHeight
      height = element.clientHeight
    })
    watch.observe(element)
    return () => watch.disconnect()
  }, [scroller, isAtNewest])
  if (isAtNewest && seenKey !== lastKey) setSeenKey(lastKey)
  const seenAt = entries.findLastIndex(({ key }) => key === seenKey)
  return { isThere: isAtNewest, news: isAtNewest || seenAt < 0 ? 0 : entries.length - 1 - seenAt }
}

type Range = { startIndex: number; endIndex: number } | null

/** More is fetched before the reader reaches the edge; one page at a time on each side. */
export function useEdges(range: Range, entries: readonly Entry[], hasMore: PathWindow['hasMore']): void {
  const { verbs } = useReach()
  const isBusy = useRef(false)
  const isNearTop = range !== null && range.startIndex < nearRows && hasMore.before
  const isNearEnd = range !== null && range.endIndex > entries.length - nearRows && hasMore.after
  useEffect(() => {
    if (!isNearTop && !isNearEnd) return
    const fetchMore = () => {
      if (isBusy.current) return
      isBusy.current = true
      void (isNearTop ? verbs.older() : verbs.newer()).finally(() => (isBusy.current = false))
    }
    const timer = setTimeout(fetchMore, settleMs)
    return () => clearTimeout(timer)
  }, [isNearTop, isNearEnd, entries, verbs])
}

/** What one says oneself is always seen. */
export function useOwnAtEnd(saidHere: string | null, entries: readonly Entry[], toEnd: () => void): void {
  const seen = useRef(saidHere)
  const isShown = entries.at(-1)?.key === saidHere
  useLayoutEffect(() => {
    if (!isShown || saidHere === seen.current) return
    seen.current = saidHere
    toEnd()
  })
}

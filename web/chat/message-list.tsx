// The messages of a thread, of which only those near the eye are on the page. It stays at the newest until the reader leaves it.

import { useVirtualizer } from '@tanstack/react-virtual'
import { type CSSProperties, memo, useLayoutEffect, useRef } from 'react'
import { DayDivider } from './day-divider.tsx'
import { dayOf } from './day.ts'
import { JumpBar } from './jump-bar.tsx'
import { MessageOf } from './message.tsx'
import type { PathWindow } from './path-window.ts'
import type { Entry } from './thread-view.ts'
import { useFirstNew } from './use-first-new.ts'
import { useEnd, useEdges, useOwnAtEnd } from './use-scrolling.ts'

type ListProps = {
  entries: readonly Entry[]
  hasMore: PathWindow['hasMore']
  focusMessageId: string | null
  saidHere: string | null
}

/** This near to the end counts as being there. */
const endPx = 60

export const MessageList = memo(function MessageList({
  entries,
  hasMore,
  focusMessageId,
  saidHere,
}: ListProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const rows = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => estimate(entries[index]),
    getItemKey: (index) => entries[index]?.key ?? index,
    initialOffset: () => entries.reduce((px, entry) => px + estimate(entry), 0),
    overscan: 5,
    paddingStart: 24,
    paddingEnd: 24,
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: endPx,
  })
  const items = rows.getVirtualItems()
  const end = useEnd(scroller, entries, hasMore.after)
  const firstNew = useFirstNew(entries, end.isThere)
  useEdges(rows.range, entries, hasMore)
  useOwnAtEnd(saidHere, entries, () => rows.scrollToEnd())
  const focusAt = entries.findIndex(({ key }) => key === focusMessageId)
  const shownFor = useRef<string | null>(undefined)
  useLayoutEffect(() => {
    // Once for what is asked for, when it is there; afterwards the reader decides.
    if (shownFor.current === focusMessageId) return
    if (focusAt >= 0) rows.scrollToIndex(focusAt, { align: 'center' })
    else if (shownFor.current === undefined) rows.scrollToEnd()
    shownFor.current = focusAt >= 0 || focusMessageId === null ? focusMessageId : null
  }, [focusMessageId, focusAt, rows])
  return (
    <div className="message-frame">
      <div className="message-scroller" ref={scroller} tabIndex={0} role="region" aria-label="Messages">
        <div className="message-space" style={{ '--height': `${rows.getTotalSize()}px` } as CSSProperties}>
          <div className="message-stretch" style={{ '--from': `${items[0]?.start ?? 0}px` } as CSSProperties}>
            {items.map(({ key, index }) => (
              <div key={key} data-index={index} ref={rows.measureElement} className="message-row">
                <Row
                  entries={entries}
                  index={index}
                  isFirstOfAll={!hasMore.before}
                  isFirstNew={index === firstNew}
                  focusMessageId={focusMessageId}
                />
              </div>
            ))}
          </div>
        </div>
      </div>
      <JumpBar
        end={end}
        hasMore={hasMore}
        entries={entries}
        onScroll={(index) => rows.scrollToIndex(index, { align: 'start' })}
        onEnd={() => rows.scrollToEnd()}
      />
    </div>
  )
})

type RowProps = {
  entries: readonly Entry[]
  index: number
  isFirstOfAll: boolean
  isFirstNew: boolean
  focusMessageId: string | null
}

/** What stands above the first message on the page is not known, so it begins no day. */
function Row({ entries, index, isFirstOfAll, isFirstNew, focusMessageId }: RowProps) {
  const entry = entries[index]
  if (!entry) return null
  const { message, unsent, key } = entry
  const before = entries[index - 1]?.message.createdAt
  const beginsDay = before === undefined ? isFirstOfAll : dayOf(before) !== dayOf(message.createdAt)
  return (
    <>
      {beginsDay && <DayDivider moment={message.createdAt} />}
      {isFirstNew && <p className="day-divider first-new">New since you were here</p>}
      <div className="message-place" data-focus={key === focusMessageId ? '' : undefined}>
        <MessageOf message={message} unsent={unsent} />
      </div>
    </>
  )
}

const charsALine = 72
const lineHeight = 27

/** Near enough that the scroll bar does not jump while rows are measured. */
function estimate(entry: Entry | undefined): number {
  const chars = entry?.message.text.length ?? 0
  const lines = Math.ceil(Math.min(chars, 4_000) / charsALine)
  return 72 + lines * lineHeight
}

// A shelf of threads by day, as many as there are: only those in sight are drawn. Arrows walk, Enter opens, F2 renames, Delete bins.

import { type CSSProperties, type KeyboardEvent, useMemo, useRef, useState } from 'react'
import { useVirtualizer } from '@tanstack/react-virtual'
import type { Thread } from '../../src/client/client.ts'
import { type Row, rowsOf } from './days.ts'
import { bin, restore } from './deeds.ts'
import { ThreadRow } from './thread-row.tsx'

type ThreadListProps = {
  threads: readonly Thread[]
  openId: string | null
  /** What a day is called stands one below the heading of the list. */
  dayLevel: 2 | 3
  onGo: () => void
  onForget?: (thread: Thread) => void
  /** The end of what is known came into sight. */
  onEnd: () => void
}

const headingPx = 36
const rowPx = 36
const nearEnd = 20

export function ThreadList({ threads, openId, dayLevel, onGo, onForget, onEnd }: ThreadListProps) {
  const rows = useMemo(() => rowsOf(threads, Date.now()), [threads])
  const Day = `h${dayLevel}` as const
  const place = useRef<HTMLDivElement>(null)
  const [walkedTo, setWalkedTo] = useState<string | null>(null)
  const [renamed, setRenamed] = useState<string | null>(null)
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => place.current,
    estimateSize: (index) => (rows[index]?.kind === 'heading' ? headingPx : rowPx),
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 8,
    onChange: ({ range }) => range && range.endIndex + nearEnd > rows.length && onEnd(),
  })
  const reached = reachedId(rows, walkedTo, openId)

  const goTo = (index: number) => {
    const row = rows[index]
    if (row?.kind !== 'thread') return
    setWalkedTo(row.key)
    list.scrollToIndex(index, { align: 'auto' })
    // Drawn by the scroll first, if it was out of sight.
    requestAnimationFrame(() => requestAnimationFrame(() => focusLink(place.current, row.key)))
  }
  const rename = (threadId: string | null) => {
    setRenamed(threadId)
    // Back to where it was, unless the person has gone elsewhere.
    if (threadId === null)
      requestAnimationFrame(
        () => document.activeElement === document.body && focusLink(place.current, renamed ?? ''),
      )
  }
  const press = (event: KeyboardEvent<HTMLElement>) => {
    const id = (event.target as HTMLElement).dataset['thread']
    const at = rows.findIndex(({ key }) => key === id)
    const row = rows[at]
    if (row?.kind !== 'thread') return
    const to = destination(event, rows, at)
    if (to !== null) goTo(to)
    else if (event.key === 'F2' && !row.thread.binned) setRenamed(row.key)
    else if (isDelete(event)) {
      goTo(neighbour(rows, at))
      if (row.thread.binned) void restore(row.thread)
      else void bin(row.thread)
    } else return
    event.preventDefault()
  }

  return (
    <div ref={place} className="thread-list">
      <ul
        className="thread-rows"
        style={{ '--length': `${list.getTotalSize()}px` } as CSSProperties}
        onKeyDown={press}
      >
        {list.getVirtualItems().map(({ index, key, start }) => {
          const row = rows[index]
          return (
            row && (
              <li
                key={key}
                data-index={index}
                ref={list.measureElement}
                className="thread-place"
                style={{ '--at': `${start}px` } as CSSProperties}
                aria-setsize={rows.length}
                aria-posinset={index + 1}
              >
                {row.kind === 'heading' ? (
                  <Day className="thread-day">{row.words}</Day>
                ) : (
                  <ThreadRow
                    thread={row.thread}
                    isOpen={row.key === openId}
                    isReached={row.key === reached}
                    isRenamed={row.key === renamed}
                    onRename={rename}
                    onForget={onForget}
                    onGo={onGo}
                  />
                )}
              </li>
            )
          )
        })}
      </ul>
    </div>
  )
}

/** Tab comes to one thread: where the arrows were last, else the open one, else the first. */
function reachedId(rows: readonly Row[], walkedTo: string | null, openId: string | null): string | null {
  const has = (id: string | null) => id !== null && rows.some(({ key }) => key === id)
  if (has(walkedTo)) return walkedTo
  if (has(openId)) return openId
  return rows.find(({ kind }) => kind === 'thread')?.key ?? null
}

function destination({ key }: KeyboardEvent, rows: readonly Row[], at: number): number | null {
  const found = soughtBy(key, rows, at)
  if (found === null) return null
  return found < 0 ? at : found
}

function soughtBy(key: string, rows: readonly Row[], at: number): number | null {
  if (key === 'ArrowDown') return rows.findIndex((row, index) => index > at && isThread(row))
  if (key === 'ArrowUp') return rows.findLastIndex((row, index) => index < at && isThread(row))
  if (key === 'Home') return rows.findIndex(isThread)
  return key === 'End' ? rows.findLastIndex(isThread) : null
}

const isThread = ({ kind }: Row): boolean => kind === 'thread'

/** Where the focus goes when this row is taken away. */
function neighbour(rows: readonly Row[], at: number): number {
  const after = rows.findIndex((row, index) => index > at && row.kind === 'thread')
  return after < 0 ? rows.findLastIndex((row, index) => index < at && row.kind === 'thread') : after
}

const isDelete = ({ key, metaKey }: KeyboardEvent): boolean =>
  key === 'Delete' || (key === 'Backspace' && metaKey)

function focusLink(place: HTMLElement | null, threadId: string): void {
  place?.querySelector<HTMLElement>(`[data-thread="${CSS.escape(threadId)}"]`)?.focus()
}

// A shelf in each of its states: on its way, empty, failed, or the list itself.

import type { Thread } from '../../src/client/client.ts'
import type { ReactNode } from 'react'
import { faultWords } from '../fault-words.ts'
import { Button } from '../ui/button.tsx'
import { Hidden } from '../ui/hidden.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { isWhole } from './shelf.ts'
import { ThreadList } from './thread-list.tsx'
import type { ShelfView } from './use-shelf-view.ts'

type ShelfListProps = {
  view: ShelfView
  words?: string
  openId: string | null
  dayLevel: 2 | 3
  onGo: () => void
  onForget?: (thread: Thread) => void
  /** What is said when there is nothing on the shelf. */
  empty: ReactNode
}

export function ShelfList({ view, words = '', openId, dayLevel, onGo, onForget, empty }: ShelfListProps) {
  const { threads, reach, knownCount, onEnd } = view
  if (threads.length > 0)
    return (
      <>
        <ThreadList
          threads={threads}
          openId={openId}
          dayLevel={dayLevel}
          onGo={onGo}
          onEnd={onEnd}
          {...(onForget ? { onForget } : {})}
        />
        {reach.state === 'failed' && <Failed view={view} />}
      </>
    )
  if (reach.state === 'failed') return <Failed view={view} />
  if (!isWhole(reach)) return <Waiting />
  if (words.trim() === '') return empty
  return (
    <p className="shelf-words" role="status">
      No title among {knownCount} has “{words.trim()}” in it. <Hidden>Clear the search to see all.</Hidden>
    </p>
  )
}

function Failed({ view: { reach, retry } }: { view: ShelfView }) {
  return (
    <div className="shelf-words" role="status">
      <p>The list could not be read. {reach.fault && faultWords(reach.fault).message}</p>
      <Button size="small" onClick={retry}>
        Try again
      </Button>
    </div>
  )
}

const widths = ['70%', '55%', '82%', '48%', '66%', '74%', '40%']

function Waiting() {
  return (
    <div className="shelf-waiting" role="status">
      <Hidden>Reading your conversations.</Hidden>
      {widths.map((width) => (
        <Skeleton key={width} width={width} />
      ))}
    </div>
  )
}

// One thread in the list: its title, a way to it, and what can be done with it.

import { type CSSProperties, useState } from 'react'
import { Ellipsis, Pin } from 'lucide-react'
import { Link } from 'wouter'
import type { Thread } from '../../src/client/client.ts'
import { threadPath } from '../place.ts'
import { Button } from '../ui/button.tsx'
import { Hidden } from '../ui/hidden.tsx'
import { IconButton } from '../ui/icon-button.tsx'
import { Menu } from '../ui/menu.tsx'
import { rename, restore, titleOf } from './deeds.ts'
import { personaHue } from './personas.ts'
import { useReadTo } from './read-position.ts'
import { RenameField } from './rename-field.tsx'
import { threadItems } from './thread-items.tsx'

export type RowPosition = { index: number; count: number }

type ThreadRowProps = {
  thread: Thread
  isOpen: boolean
  /** Whether Tab comes to this one of all. */
  isReached: boolean
  isRenamed: boolean
  onRename: (threadId: string | null) => void
  onForget?: ((thread: Thread) => void) | undefined
  onGo: () => void
}

export function ThreadRow({
  thread,
  isOpen,
  isReached,
  isRenamed,
  onRename,
  onForget,
  onGo,
}: ThreadRowProps) {
  // Most rows are only scrolled past: what can be done with one is drawn when somebody has come to it.
  const [isNear, setNear] = useState(false)
  const title = titleOf(thread)
  const read = useReadTo(thread.id)
  const hasNews = !isOpen && read !== null && thread.messageCount > read
  if (isRenamed) return <Renaming thread={thread} onDone={() => onRename(null)} />
  return (
    <div
      className="thread-row"
      style={{ '--hue': personaHue(thread.defaultPersonaId) } as CSSProperties}
      onPointerEnter={() => setNear(true)}
      onFocus={() => setNear(true)}
    >
      <Link
        href={threadPath(thread.id)}
        className="thread-link"
        data-thread={thread.id}
        aria-current={isOpen ? 'page' : undefined}
        tabIndex={isReached ? 0 : -1}
        dir="auto"
        draggable={false}
        data-untitled={thread.title === null ? '' : undefined}
        data-news={hasNews ? '' : undefined}
        onClick={onGo}
      >
        {title}
      </Link>
      {hasNews && <Hidden>Something new was said here.</Hidden>}
      {thread.pinned && <Pin className="thread-pin" size={13} aria-label="pinned" />}
      {thread.binned && (
        <Button size="small" tabIndex={isReached ? 0 : -1} onClick={() => void restore(thread)}>
          Restore
        </Button>
      )}
      {(isNear || isOpen || touches) && (
        <Menu
          label={`What to do with ${title}`}
          trigger={
            <IconButton
              label={`More about ${title}`}
              size="small"
              className="thread-more"
              tabIndex={isReached ? 0 : -1}
            >
              <Ellipsis size={16} />
            </IconButton>
          }
          items={threadItems(thread, {
            onRename: () => onRename(thread.id),
            onForget: onForget && (() => onForget(thread)),
          })}
        />
      )}
    </div>
  )
}

function Renaming({ thread, onDone }: { thread: Thread; onDone: () => void }) {
  const done = (title: string | null) => {
    if (title !== null) void rename(thread, title)
    onDone()
  }
  return (
    <div className="thread-row">
      <RenameField title={thread.title ?? ''} onDone={done} />
    </div>
  )
}

/** Nothing hovers over a touch screen: there the menu button is always drawn. */
const touches = window.matchMedia('(hover: none)').matches

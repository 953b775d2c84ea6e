// Beside the conversation: a new one, a search by title, all that there are, and the way to what was put away.

import { type KeyboardEvent, type RefObject, useRef, useState } from 'react'
import { Archive, Search, SquarePen, Trash2 } from 'lucide-react'
import { Link } from 'wouter'
import { archivedPath, binPath, newPath, type Place } from '../place.ts'
import { Hidden } from '../ui/hidden.tsx'
import { IconButton } from '../ui/icon-button.tsx'
import { ShelfList } from './shelf-list.tsx'
import { ThemeMenu } from './theme-menu.tsx'
import { useShelfView } from './use-shelf-view.ts'

type ThreadsPanelProps = { place: Place; onNew: () => void; onPalette: () => void; onGo: () => void }

export function ThreadsPanel({ place, onNew, onPalette, onGo }: ThreadsPanelProps) {
  const [words, setWords] = useState('')
  const panel = useRef<HTMLElement>(null)
  const view = useShelfView('active', words)
  const openId = place.at === 'thread' ? place.threadId : null
  return (
    <nav ref={panel} className="threads-panel" aria-label="Conversations">
      <div className="threads-head">
        <Link href={newPath} className="wordmark" onClick={onGo}>
          Threadkeep
        </Link>
        <IconButton label={`Find or do anything (${commandKey}K)`} onClick={onPalette}>
          <Search size={18} />
        </IconButton>
        <IconButton label="New conversation" onClick={onNew}>
          <SquarePen size={18} />
        </IconButton>
      </div>
      <SearchField words={words} onWords={setWords} onDown={() => focusFirst(panel)} />
      <Hidden>
        <h2>Conversations</h2>
      </Hidden>
      <ShelfList
        view={view}
        words={words}
        openId={openId}
        dayLevel={3}
        onGo={onGo}
        empty={<p className="shelf-words">What you talk about will be listed here.</p>}
      />
      <div className="threads-foot">
        <Link
          href={archivedPath}
          className="threads-way"
          aria-current={place.at === 'archived' ? 'page' : undefined}
          onClick={onGo}
        >
          <Archive size={16} aria-hidden="true" /> Archive
        </Link>
        <Link
          href={binPath}
          className="threads-way"
          aria-current={place.at === 'bin' ? 'page' : undefined}
          onClick={onGo}
        >
          <Trash2 size={16} aria-hidden="true" /> Bin
        </Link>
        <ThemeMenu />
      </div>
    </nav>
  )
}

type SearchFieldProps = { words: string; onWords: (words: string) => void; onDown: () => void }

function SearchField({ words, onWords, onDown }: SearchFieldProps) {
  const press = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && words !== '') {
      event.preventDefault()
      onWords('')
    }
    if (event.key === 'ArrowDown') {
      event.preventDefault()
      onDown()
    }
  }
  return (
    <input
      className="threads-search"
      type="search"
      placeholder="Search titles"
      aria-label="Search titles"
      dir="auto"
      value={words}
      onChange={({ target }) => onWords(target.value)}
      onKeyDown={press}
    />
  )
}

function focusFirst(panel: RefObject<HTMLElement | null>): void {
  panel.current?.querySelector<HTMLElement>('[data-thread]')?.focus()
}

/** What the key of commands is called here. */
const commandKey = /mac|iphone|ipad/i.test(navigator.userAgent) ? '⌘' : 'Ctrl '

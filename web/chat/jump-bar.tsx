// The ways through a long conversation: to its newest with the number of what is new, to its beginning, to a day.

import { ArrowDown, ArrowUpToLine, CalendarDays, ListEnd } from 'lucide-react'
import { useState } from 'react'
import { IconButton } from '../ui/icon-button.tsx'
import { Menu } from '../ui/menu.tsx'
import { DateJump } from './date-jump.tsx'
import type { PathWindow } from './path-window.ts'
import { useReach } from './thread-context.ts'
import type { Entry } from './thread-view.ts'
import type { End } from './use-scrolling.ts'

/** A thread that fits on two screens needs no map. */
const longEntries = 12

type JumpBarProps = {
  end: End
  hasMore: PathWindow['hasMore']
  entries: readonly Entry[]
  onScroll: (index: number) => void
  onEnd: () => void
}

export function JumpBar({ end, hasMore, entries, onScroll, onEnd }: JumpBarProps) {
  const { verbs } = useReach()
  const [isDateOpen, setDateOpen] = useState(false)
  const toNewest = () => void verbs.toNewest().then(onEnd)
  const toTop = () => void verbs.toTop().then(() => onScroll(0))
  const isLong = hasMore.before || hasMore.after || entries.length > longEntries
  return (
    <div className="jump-bar">
      {isLong && (
        <Menu
          label="Go to"
          trigger={
            <button type="button" className="icon-button" data-size="small" aria-label="Go to another place">
              <ListEnd size={16} />
            </button>
          }
          items={[
            { label: 'The beginning', icon: <ArrowUpToLine size={16} />, onSelect: toTop },
            { label: 'A day …', icon: <CalendarDays size={16} />, onSelect: () => setDateOpen(true) },
            { label: 'The newest', icon: <ArrowDown size={16} />, onSelect: toNewest },
          ]}
        />
      )}
      {!end.isThere && (
        <span className="jump-newest">
          {end.news > 0 && <span className="jump-count">{end.news} new</span>}
          <IconButton
            label={end.news > 0 ? `To the newest, ${end.news} new` : 'To the newest'}
            onClick={toNewest}
          >
            <ArrowDown size={18} />
          </IconButton>
        </span>
      )}
      <DateJump open={isDateOpen} onClose={() => setDateOpen(false)} entries={entries} onScroll={onScroll} />
    </div>
  )
}

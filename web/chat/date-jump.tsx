// Asks for a day, finds the first message from then on, and brings it to the top.

import { useEffect, useRef, useState } from 'react'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { dayOf } from './day.ts'
import { useReach } from './thread-context.ts'
import type { Entry } from './thread-view.ts'

type DateJumpProps = {
  open: boolean
  onClose: () => void
  entries: readonly Entry[]
  onScroll: (index: number) => void
}

export function DateJump({ open, onClose, entries, onScroll }: DateJumpProps) {
  const { verbs } = useReach()
  const [day, setDay] = useState(() => dayOf(Date.now()))
  const [soughtId, setSoughtId] = useState<string | null>(null)
  const isDone = useRef(true)
  const at = entries.findIndex(({ key }) => key === soughtId)
  useEffect(() => {
    if (at < 0 || isDone.current) return
    isDone.current = true
    onScroll(at)
  }, [at, onScroll])
  const go = async () => {
    onClose()
    isDone.current = false
    setSoughtId(await verbs.toDay(day))
  }
  return (
    <Dialog title="Go to a day" open={open} onClose={onClose}>
      <form
        className="date-jump"
        onSubmit={(event) => {
          event.preventDefault()
          void go()
        }}
      >
        <label>
          Day
          <input
            type="date"
            value={day}
            max={dayOf(Date.now())}
            required
            onChange={({ target }) => setDay(target.value)}
          />
        </label>
        <span className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="solid">
            Go there
          </Button>
        </span>
      </form>
    </Dialog>
  )
}

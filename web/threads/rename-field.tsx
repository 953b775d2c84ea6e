// A title being written over: Enter or leaving keeps it, Escape leaves it as it was.

import { type KeyboardEvent, useRef } from 'react'
import { titleCharsMax } from '../../src/core/limits.ts'

export function RenameField({
  title,
  onDone,
}: {
  title: string
  /** Null: it stays as it was. */
  onDone: (title: string | null) => void
}) {
  const isOver = useRef(false)
  const done = (words: string | null) => {
    if (isOver.current) return
    isOver.current = true
    onDone(words)
  }
  const press = (event: KeyboardEvent<HTMLInputElement>) => {
    event.stopPropagation()
    if (event.key === 'Enter' && !event.nativeEvent.isComposing) done(event.currentTarget.value)
    if (event.key === 'Escape') done(null)
  }
  return (
    <input
      className="rename-field"
      aria-label="Title"
      defaultValue={title}
      maxLength={titleCharsMax}
      dir="auto"
      enterKeyHint="done"
      ref={take}
      onKeyDown={press}
      onBlur={({ currentTarget }) => done(currentTarget.value)}
    />
  )
}

function take(field: HTMLInputElement | null): void {
  field?.focus()
  field?.select()
}

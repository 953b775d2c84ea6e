// What the person said, letter for letter; something very long is folded until it is asked for.

import { useState } from 'react'

const foldedChars = 1_800
const foldedLines = 24

export function OwnWords({ text }: { text: string }) {
  const isLong = text.length > foldedChars || text.split('\n', foldedLines + 1).length > foldedLines
  const [isOpen, setOpen] = useState(false)
  return (
    <div className="own-words" dir="auto">
      <p className="own-text">{isLong && !isOpen ? beginning(text) : text}</p>
      {isLong && (
        <button
          type="button"
          className="own-more"
          aria-expanded={isOpen}
          onClick={() => setOpen((open) => !open)}
        >
          {isOpen ? 'Show less' : `Show all ${text.length.toLocaleString()} characters`}
        </button>
      )}
    </div>
  )
}

const beginning = (text: string): string =>
  `${text
    .split('\n', foldedLines)
    .join('\n')
    .slice(0, foldedChars)
    .toWellFormed()
    .replace(/\uFFFD$/, '')}…`

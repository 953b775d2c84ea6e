// A piece of code: its language, a way to copy it, and its colours as soon as they are there.

import { Check, Copy } from 'lucide-react'
import { memo, useEffect, useState } from 'react'
import type { ColouredLine } from './colours.ts'
import { useCopied } from '../use-copied.ts'

/** Colours for more than this take longer than a reader waits. */
const colouredCharsMax = 30_000

type CodeProps = { text: string; language: string; isGrowing: boolean }

export const Code = memo(function Code({ text, language, isGrowing }: CodeProps) {
  const lines = useColours(text, language, isGrowing)
  const [isCopied, copy] = useCopied()
  return (
    <figure className="code">
      <figcaption className="code-head">
        <span className="code-language">{language || 'text'}</span>
        <button type="button" className="code-copy" onClick={() => copy(text)}>
          {isCopied ? <Check size={14} aria-hidden="true" /> : <Copy size={14} aria-hidden="true" />}
          {isCopied ? 'Copied' : 'Copy'}
        </button>
      </figcaption>
      <pre
        className="code-body"
        tabIndex={0}
        aria-label={`Code${language ? ` in ${language}` : ''}`}
        dir="ltr"
      >
        <code>{lines ? <Coloured lines={lines} /> : text}</code>
      </pre>
    </figure>
  )
})

const Coloured = memo(function Coloured({ lines }: { lines: readonly ColouredLine[] }) {
  return lines.map((line, index) => (
    <span key={index}>
      {line.map(({ text, tone }, index) => (
        <span key={index} data-tone={tone}>
          {text}
        </span>
      ))}
      {index < lines.length - 1 && '\n'}
    </span>
  ))
})

/** Null while it is being written, and for what has no colours: the plain words have the same size, so nothing jumps. */
function useColours(text: string, language: string, isGrowing: boolean): readonly ColouredLine[] | null {
  const [coloured, setColoured] = useState<{ text: string; lines: readonly ColouredLine[] } | null>(null)
  const isWanted = !isGrowing && language !== '' && text.length <= colouredCharsMax
  useEffect(() => {
    if (!isWanted) return
    let isOver = false
    const show = (lines: readonly ColouredLine[] | null) => {
      if (lines && !isOver) setColoured({ text, lines })
    }
    // Without its colours code is read all the same.
    void import('./colours.ts').then(({ colour }) => colour(text, language)).then(show, () => undefined)
    return () => void (isOver = true)
  }, [isWanted, text, language])
  return coloured?.text === text ? coloured.lines : null
}

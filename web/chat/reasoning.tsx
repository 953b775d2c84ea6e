// What a model thought before it spoke, folded: it is not the answer.

import { Markdown } from './markdown/set-text.tsx'

export function Reasoning({ text, isGrowing }: { text: string; isGrowing: boolean }) {
  return (
    <details className="fold">
      <summary>
        {isGrowing ? 'Thinking' : 'Thought first'}
        <span className="fold-hint">{lengthWords(text)}</span>
      </summary>
      <div className="fold-body">
        <Markdown text={text} isGrowing={isGrowing} />
      </div>
    </details>
  )
}

function lengthWords(text: string): string {
  const words = text.match(/\S+/g)?.length ?? 0
  return words === 1 ? '1 word' : `${words.toLocaleString()} words`
}

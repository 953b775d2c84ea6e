// Words as a page, once what sets them has come; until then as they were written. Once it is there, it is drawn as if it always had been.

import { useSyncExternalStore } from 'react'
import type { Markdown as SetMarkdown } from './markdown.tsx'

let set: typeof SetMarkdown | null = null
const waiting = new Set<() => void>()

// Asked for at once, so that it is there before the first words are; drawn without it, the page need not wait.
void import('./markdown.tsx').then(({ Markdown }) => begin(Markdown))

function begin(setter: typeof SetMarkdown): void {
  set = setter
  for (const tell of waiting) tell()
}

function whenSet(tell: () => void): () => void {
  waiting.add(tell)
  return () => void waiting.delete(tell)
}

export function Markdown(asked: { text: string; isGrowing?: boolean }) {
  const Setter = useSyncExternalStore(whenSet, () => set)
  if (Setter) return <Setter {...asked} />
  return <div className="markdown markdown-unset">{asked.text}</div>
}

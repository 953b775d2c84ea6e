// Words as a page, once what sets them has come; until then as they were written.

import { lazy, Suspense } from 'react'

// Asked for at once, so that it is there before the first words are; drawn without it, the page need not wait.
const setting = import('./markdown.tsx')
const Set = lazy(() => setting.then(({ Markdown }) => ({ default: Markdown })))

export function Markdown(asked: { text: string; isGrowing?: boolean }) {
  return (
    <Suspense fallback={<div className="markdown markdown-unset">{asked.text}</div>}>
      <Set {...asked} />
    </Suspense>
  )
}

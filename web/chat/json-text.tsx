// A value as it was kept, set so that a person can read it.

import { sourcesBytesMax } from '../../src/core/limits.ts'

const shownCharsMax = sourcesBytesMax

export function JsonText({ label, value }: { label: string; value: unknown }) {
  const text = typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? '')
  const isCut = text.length > shownCharsMax
  return (
    <figure className="json">
      <figcaption>{label}</figcaption>
      <pre tabIndex={0} aria-label={label} dir="ltr">
        {isCut ? `${text.slice(0, shownCharsMax)}…` : text}
      </pre>
    </figure>
  )
}

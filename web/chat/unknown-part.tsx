// A piece of a kind that this page does not know: named, and whole for whoever opens it.

import { Puzzle } from 'lucide-react'
import type { Part } from '../../src/client/client.ts'
import { JsonText } from './json-text.tsx'

export function UnknownPart({ part }: { part: Part }) {
  return (
    <details className="fold">
      <summary>
        <Puzzle size={14} aria-hidden="true" />
        {part.type}
        <span className="fold-hint">kept as it came</span>
      </summary>
      <div className="fold-body">
        <JsonText label="As it was kept" value={part} />
      </div>
    </details>
  )
}

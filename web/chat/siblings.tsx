// Which of several answers or versions this is, and the way to the others.

import { ChevronLeft, ChevronRight } from 'lucide-react'
import type { Message } from '../../src/client/client.ts'
import { IconButton } from '../ui/icon-button.tsx'
import { useReach } from './thread-context.ts'

export function Siblings({ message: { id, siblings, role } }: { message: Message }) {
  const { verbs } = useReach()
  const { index, count, ids } = siblings
  if (count < 2) return null
  const at = ids.indexOf(id)
  const [before, after] = [at > 0 ? ids[at - 1] : undefined, at < 0 ? undefined : ids[at + 1]]
  const what = role === 'assistant' ? 'answer' : 'version'
  return (
    <span className="siblings" role="group" aria-label={`${what} ${index + 1} of ${count}`}>
      <IconButton
        label={`Earlier ${what}`}
        size="small"
        disabled={before === undefined}
        onClick={() => before !== undefined && verbs.look(before)}
      >
        <ChevronLeft size={15} />
      </IconButton>
      <span className="siblings-count" aria-hidden="true">
        {index + 1}/{count}
      </span>
      <IconButton
        label={`Later ${what}`}
        size="small"
        disabled={after === undefined}
        onClick={() => after !== undefined && verbs.look(after)}
      >
        <ChevronRight size={15} />
      </IconButton>
    </span>
  )
}

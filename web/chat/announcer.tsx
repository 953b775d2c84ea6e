// What a screen reader hears of an answer: that it has begun, and its words when it is there; never word by word.

import { usePersonas } from '../threads/personas.ts'
import { Hidden } from '../ui/hidden.tsx'
import { pendingOf, type ThreadView } from './thread-view.ts'
import { useState } from 'react'

const spokenCharsMax = 600

export function Announcer({ view }: { view: ThreadView }) {
  const personas = usePersonas()
  const pending = pendingOf(view).at(-1)
  const last = view.window.messages.at(-1)
  const [heard, setHeard] = useState<string | null>(null)
  // Only what was being written while somebody listened is read out; a thread that is opened is not.
  if (pending && pending.id !== heard) setHeard(pending.id)
  const name = personas.find(({ id }) => id === last?.personaId)?.name ?? 'The answer'
  const isTold = last !== undefined && last.id === heard && last.status !== 'pending'
  return (
    <div role="status">
      <Hidden>
        {pending
          ? 'An answer is being written.'
          : isTold
            ? `${name}: ${last.text.slice(0, spokenCharsMax)}`
            : ''}
      </Hidden>
    </div>
  )
}

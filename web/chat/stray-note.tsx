// Two said something at the same place: what was said here is kept beside it, and can be read there or put after the latest.

import { Split } from 'lucide-react'
import { Button } from '../ui/button.tsx'
import { useReach } from './thread-context.ts'
import type { Stray } from './thread-view.ts'

export function StrayNotes({ strays }: { strays: readonly Stray[] }) {
  return strays.map((stray) => <StrayNote key={stray.message.id} stray={stray} />)
}

function StrayNote({ stray: { message } }: { stray: Stray }) {
  const { verbs } = useReach()
  return (
    <div className="quiet-line" role="status">
      <Split size={16} aria-hidden="true" />
      <p>
        Somebody said something else here meanwhile. Yours is kept beside it:{' '}
        <q className="quiet-line-words">{message.text}</q>
      </p>
      <span className="quiet-line-actions">
        <Button size="small" onClick={() => verbs.goToStray(message.id)}>
          Go there
        </Button>
        <Button size="small" kind="solid" onClick={() => verbs.sayAfterNewest(message)}>
          Put it after the latest
        </Button>
      </span>
    </div>
  )
}

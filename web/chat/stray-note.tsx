// Two said something at the same place: what was said here is kept beside it, and can be read there or put after the latest.

import { Split, X } from 'lucide-react'
import type { Message } from '../../src/client/client.ts'
import { Button } from '../ui/button.tsx'
import { IconButton } from '../ui/icon-button.tsx'
import { useReach } from './thread-context.ts'

export function StrayNotes({ strays }: { strays: readonly Message[] }) {
  return strays.map((stray) => <StrayNote key={stray.id} stray={stray} />)
}

function StrayNote({ stray }: { stray: Message }) {
  const { verbs } = useReach()
  return (
    <div className="quiet-line" role="status">
      <Split size={16} aria-hidden="true" />
      <p>
        Somebody said something else here meanwhile. Yours is kept beside it:{' '}
        <q className="quiet-line-words">{stray.text}</q>
      </p>
      <span className="quiet-line-actions">
        <Button size="small" onClick={() => verbs.goToStray(stray.id)}>
          Go there
        </Button>
        <Button size="small" kind="solid" onClick={() => verbs.sayAfterNewest(stray)}>
          Put it after the latest
        </Button>
      </span>
      <IconButton label="Leave it where it is" size="small" onClick={() => verbs.leaveStray(stray.id)}>
        <X size={15} />
      </IconButton>
    </div>
  )
}

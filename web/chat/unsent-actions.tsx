// What can be done with a message while it waits on this device.

import { PenLine, X } from 'lucide-react'
import type { Message } from '../../src/client/client.ts'
import { IconButton } from '../ui/icon-button.tsx'
import { useReach } from './thread-context.ts'
import type { Unsent } from './unsent.ts'

/** What a node has kept is the house's already; what was refused says itself what can be done. */
export function UnsentActions({ message, unsent }: { message: Message; unsent: Unsent }) {
  const { verbs, mend } = useReach()
  if (unsent.isSpooled || unsent.refusal || unsent.order === undefined) return null
  return (
    <span className="message-actions" role="group" aria-label="Actions">
      <IconButton label="Edit" size="small" onClick={() => mend(message)}>
        <PenLine size={16} />
      </IconButton>
      <IconButton label="Withdraw" size="small" onClick={() => verbs.withdraw(unsent.id)}>
        <X size={16} />
      </IconButton>
    </span>
  )
}

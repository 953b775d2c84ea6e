// Why the house did not take a message, and what can be done with it.

import { Button } from '../ui/button.tsx'
import type { Unsent } from './outbox.ts'
import { useReach } from './thread-context.ts'
import { toast } from '../ui/toast.ts'

export function UnsentNote({ unsent: { id, refusal } }: { unsent: Unsent }) {
  const { verbs } = useReach()
  return (
    <div className="message-note" role="alert">
      <p>
        {refusal?.message} {refusal?.hint}
      </p>
      <span className="message-note-actions">
        <Button size="small" onClick={() => verbs.sendAgain(id)}>
          Send again
        </Button>
        <Button
          size="small"
          onClick={() => {
            const text = verbs.discard(id)
            toast('Discarded from this device.', { undo: () => void verbs.say(text) })
          }}
        >
          Discard
        </Button>
      </span>
    </div>
  )
}

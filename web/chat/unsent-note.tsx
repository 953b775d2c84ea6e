// Why the house did not take a message, and what can be done with it.

import type { Message } from '../../src/client/client.ts'
import { Button } from '../ui/button.tsx'
import { useReach } from './thread-context.ts'
import type { Unsent } from './unsent.ts'
import { useCopied } from './use-copied.ts'

export function UnsentNote({ message, unsent }: { message: Message; unsent: Unsent }) {
  const { verbs, mend } = useReach()
  const [isCopied, copy] = useCopied()
  const { id, text, refusal } = unsent
  return (
    <div className="message-note" role="alert">
      <p>
        {refusal?.message} {refusal?.hint} What you said after it goes on without it.
      </p>
      <span className="message-note-actions">
        <Button size="small" onClick={() => mend(message)}>
          Edit
        </Button>
        <Button size="small" onClick={() => copy(text)}>
          {isCopied ? 'Copied' : 'Copy'}
        </Button>
        <Button size="small" onClick={() => verbs.withdraw(id)}>
          Discard
        </Button>
      </span>
    </div>
  )
}

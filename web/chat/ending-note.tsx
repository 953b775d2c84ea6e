// Why an answer did not come to its end, and the ways on: once more from the start, or on from where it stopped.

import { useEffect, useState } from 'react'
import type { Message, Run } from '../../src/client/client.ts'
import { client } from '../house.ts'
import { Button } from '../ui/button.tsx'
import { useReach } from './thread-context.ts'

const plainly: { [status in Message['status']]?: string } = {
  failed: 'This answer could not be finished.',
  interrupted: 'The house stopped in the middle of this answer.',
}

/** Of an answer that a person stopped there is nothing to say; one that went to a limit has the words of the house with it. */
export function EndingNote({ message }: { message: Message }) {
  const { status, metadata } = message
  const { ending } = (metadata ?? {}) as { ending?: { message: string } }
  const words = status === 'stopped' ? ending?.message : plainly[status]
  return words ? <Ended message={message} words={words} /> : null
}

function Ended({ message, words }: { message: Message; words: string }) {
  const { verbs } = useReach()
  const reason = useReason(message)
  return (
    <div className="message-note" data-status={message.status}>
      <p>
        {words} {reason}
      </p>
      <span className="message-note-actions">
        <Button size="small" onClick={() => verbs.again(message)}>
          Try again
        </Button>
        {message.text !== '' && (
          <Button size="small" onClick={verbs.goOn}>
            Continue
          </Button>
        )}
      </span>
    </div>
  )
}

const known = new Map<string, string>()

/** The reason stands with the run, not with the message. */
function useReason({ threadId, runId, status }: Message): string {
  const [reason, setReason] = useState(known.get(runId ?? '') ?? '')
  useEffect(() => {
    if (runId === null || status !== 'failed' || known.has(runId)) return
    const tell = ({ error }: Run) => {
      const reason = error?.message ?? ''
      known.set(runId, reason)
      setReason(reason)
    }
    // Without its reason the note says less, and what can be done is the same.
    void client.run(threadId, runId).then(tell, () => undefined)
  }, [threadId, runId, status])
  return reason
}

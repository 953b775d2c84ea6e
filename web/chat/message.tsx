// One message, as whoever said it: oneself, an answer, somebody else's program, or nobody any more.

import { memo } from 'react'
import { Button } from '../ui/button.tsx'
import { Answer } from './answer.tsx'
import { MessageFoot } from './message-foot.tsx'
import { OwnWords } from './own-words.tsx'
import { Parts } from './parts.tsx'
import { useReach } from './thread-context.ts'
import type { Entry } from './thread-view.ts'
import { UnsentNote } from './unsent-note.tsx'

export const MessageOf = memo(function MessageOf({ message, unsent }: Omit<Entry, 'key'>) {
  if (message.status === 'deleted') return <DeletedPlace messageId={message.id} role={message.role} />
  if (message.role === 'assistant') return <Answer message={message} />
  if (message.role !== 'user') return <OtherMessage message={message} unsent={unsent} />
  return (
    <article className="message own" aria-label="You" data-unsent={unsent ? '' : undefined}>
      {message.parts ? <Parts parts={message.parts} isOwn /> : <OwnWords text={message.text} />}
      {unsent?.refusal && <UnsentNote message={message} unsent={unsent} />}
      <MessageFoot message={message} unsent={unsent} />
    </article>
  )
})

function OtherMessage({ message }: Omit<Entry, 'key'>) {
  return (
    <article className="message other" aria-label={message.role}>
      <p className="message-name">{message.role === 'system' ? 'Instruction' : 'Tool'}</p>
      <Parts parts={message.parts ?? [{ type: 'text', text: message.text }]} />
      <MessageFoot message={message} />
    </article>
  )
}

/** Its words are gone from every reading; its place stays, so that what was said after it still makes sense. */
function DeletedPlace({ messageId, role }: { messageId: string; role: string }) {
  const { verbs } = useReach()
  return (
    <article className="message deleted" aria-label="A deleted message">
      <p>{role === 'user' ? 'You deleted what you said here.' : 'You deleted an answer here.'}</p>
      <Button size="small" onClick={() => verbs.restore(messageId)}>
        Restore
      </Button>
    </article>
  )
}

// An answer: set as text on the page, under the name and in the hue of the persona that gave it.

import type { CSSProperties } from 'react'
import type { Message } from '../../src/client/client.ts'
import { personaHue, usePersonas } from '../threads/personas.ts'
import { EndingNote } from './ending-note.tsx'
import { MessageFoot } from './message-foot.tsx'
import { Parts } from './parts.tsx'
import { Sources } from './sources.tsx'
import { useLive } from './thread-context.ts'

export function Answer({ message }: { message: Message }) {
  const live = useLive(message.id)
  const personas = usePersonas()
  const name = personas.find(({ id }) => id === message.personaId)?.name ?? message.personaId ?? 'Answer'
  const isPending = message.status === 'pending'
  const parts = (isPending ? live?.parts : undefined) ??
    message.parts ?? [{ type: 'text', text: message.text }]
  const isSilent = isPending && parts.every((part) => 'text' in part && part.text === '')
  return (
    <article
      className="message answer"
      aria-label={name}
      aria-busy={isPending}
      style={{ '--hue': personaHue(message.personaId) } as CSSProperties}
    >
      <p className="message-name">{name}</p>
      {isSilent ? (
        <Waiting name={name} retrying={live?.retrying ?? null} />
      ) : (
        <Parts parts={parts} isGrowing={isPending} />
      )}
      {!isPending && <Sources sources={message.sources} parts={parts} />}
      <EndingNote message={message} />
      <MessageFoot message={message} />
    </article>
  )
}

function Waiting({ name, retrying }: { name: string; retrying: string | null }) {
  return (
    <p className="answer-waiting">
      <span className="answer-waiting-sign" aria-hidden="true" />
      {retrying === null ? `${name} is about to answer` : `Asking again: ${retrying}`}
    </p>
  )
}

// A thread in which nothing has been said: whoever will answer greets first.

import type { CSSProperties } from 'react'
import { personaHue, usePersona } from '../threads/personas.ts'

export function EmptyThread({ personaId }: { personaId: string | null }) {
  const persona = usePersona(personaId)
  return (
    <div className="empty-thread" style={{ '--hue': personaHue(personaId) } as CSSProperties}>
      {persona && (
        <>
          <p className="empty-thread-name">{persona.name}</p>
          <p className="empty-thread-greeting">{persona.greeting}</p>
          <p className="empty-thread-about">{persona.description}</p>
        </>
      )}
    </div>
  )
}

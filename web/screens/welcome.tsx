// The first visit and every new conversation: one sentence, who may answer, and something to begin with.

import type { CSSProperties } from 'react'
import { Face } from '../threads/face.tsx'
import { type Persona, usePersona, usePersonas } from '../threads/personas.ts'

type WelcomeProps = {
  personaId: string | null
  onPersona: (personaId: string) => void
  onPrompt: (words: string) => void
}

export const firstPrompt =
  'I have a decision to make and keep putting it off. Help me think it through, one question at a time.'

export function Welcome({ personaId, onPersona, onPrompt }: WelcomeProps) {
  const personas = usePersonas()
  const chosen = usePersona(personaId)
  return (
    <section className="welcome">
      <h1 className="welcome-title">Say what is on your mind. It will be kept.</h1>
      <fieldset className="welcome-faces">
        <legend className="welcome-legend">Who should answer?</legend>
        {personas.map((persona) => (
          <FaceChoice
            key={persona.id}
            persona={persona}
            isChosen={persona.id === chosen?.id}
            onChoose={() => onPersona(persona.id)}
          />
        ))}
      </fieldset>
      <p className="welcome-greeting" aria-live="polite">
        {chosen?.greeting}
      </p>
      <button type="button" className="welcome-prompt" onClick={() => onPrompt(firstPrompt)}>
        <span className="welcome-prompt-lead">Or begin with this</span>
        {firstPrompt}
      </button>
    </section>
  )
}

type FaceChoiceProps = { persona: Persona; isChosen: boolean; onChoose: () => void }

function FaceChoice({ persona, isChosen, onChoose }: FaceChoiceProps) {
  return (
    <label className="welcome-face" style={{ '--hue': persona.hue } as CSSProperties}>
      <input type="radio" name="persona" checked={isChosen} onChange={onChoose} />
      <Face persona={persona} size="large" />
      <span className="welcome-name">{persona.name}</span>
      <span className="welcome-line">{persona.description}</span>
    </label>
  )
}

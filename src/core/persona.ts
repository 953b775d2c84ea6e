// Who answers: how a persona is found from what was asked, what the thread and the user prefer, and the house default.

import { ThreadkeepError } from './errors.ts'

export const defaultPersonaId = 'sweet_supportive'

/** Who can answer, as data: src/personas/ holds one a file. Its version is the hash of its canonical JSON. */
export type PersonaDefinition = {
  id: string
  name: string
  /** Names that older data uses for the same persona. */
  aliases: readonly string[]
  /** One line for the person who chooses. */
  description: string
  /** Degrees on the colour wheel. */
  hue: number
  identity: string
  voice: readonly string[]
  values: readonly string[]
  boundaries: readonly string[]
  examples: readonly { user: string; answer: string }[]
  languageNotes: string
  greeting: string
}

/** What resolution needs to know of a persona; the definitions themselves live in personas/. */
export type PersonaName = { id: string; aliases: readonly string[] }

export type PersonaWishes = {
  requested?: string | null | undefined
  thread?: string | null | undefined
  user?: string | null | undefined
}

export type PersonaChoice = {
  personaId: string
  from: 'request' | 'thread' | 'user' | 'default'
  /** Stored preferences whose definition is gone; the person is told. */
  gone: { from: 'thread' | 'user'; personaId: string }[]
}

/** Null and the empty string mean "nobody said". A requested stranger is an error; a stored one is passed over and reported. */
export function resolvePersona(wishes: PersonaWishes, known: readonly PersonaName[]): PersonaChoice {
  if (wishes.requested) {
    return {
      personaId: findPersona(wishes.requested, known) ?? unknownPersona(wishes.requested, known),
      from: 'request',
      gone: [],
    }
  }
  const gone: PersonaChoice['gone'] = []
  for (const from of ['thread', 'user'] as const) {
    const wish = wishes[from]
    if (!wish) continue
    const personaId = findPersona(wish, known)
    if (personaId !== null) return { personaId, from, gone }
    gone.push({ from, personaId: wish })
  }
  return { personaId: defaultPersonaId, from: 'default', gone }
}

/** The id behind a name: the id itself, or an alias that older data uses. */
export function findPersona(name: string, known: readonly PersonaName[]): string | null {
  const byId = known.find(({ id }) => id === name)
  const found = byId ?? known.find(({ aliases }) => aliases.includes(name))
  return found?.id ?? null
}

function unknownPersona(requested: string, known: readonly PersonaName[]): never {
  const ids = known.map(({ id }) => id)
  throw new ThreadkeepError(
    'unknown_persona',
    `No persona is called "${requested.slice(0, 80)}".`,
    `Ask for one of: ${ids.join(', ')}; or leave personaId out to take the thread's, the user's or the default.`,
    { known: ids },
  )
}

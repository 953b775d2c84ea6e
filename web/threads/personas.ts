// Who may answer: known from the build at once, and from the house as soon as it has answered.

import { useSyncExternalStore } from 'react'
import { defaultPersonaId } from '../../src/core/persona.ts'
import type { Persona as HousePersona } from '../../src/client/client.ts'
import { client, ready } from '../house.ts'

/** Which version of themselves they are is not drawn, and would be a tenth of what is known of them. */
export type Persona = Omit<HousePersona, 'version'>

/** Put here by vite.config.ts, so that the first visit draws its faces before anybody has answered. */
declare const builtInPersonas: Persona[]

let personas: Persona[] = builtInPersonas
const listeners = new Set<() => void>()

export const usePersonas = (): Persona[] => useSyncExternalStore(onPersonas, personasNow)

/** The one who answers: as asked, by id or by a former name; else the one of the house. */
export function usePersona(id: string | null): Persona | undefined {
  return personaOf(usePersonas(), id)
}

/** Degrees on the colour wheel. */
export function personaHue(id: string | null | undefined): number {
  return personaOf(personas, id ?? null)?.hue ?? 35
}

function personaOf(personas: readonly Persona[], id: string | null): Persona | undefined {
  const named = (wanted: string) => personas.find((one) => one.id === wanted || one.aliases.includes(wanted))
  return named(id ?? defaultPersonaId) ?? named(defaultPersonaId) ?? personas[0]
}

const personasNow = (): Persona[] => personas

function onPersonas(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

async function ask(): Promise<void> {
  await ready
  personas = await client.personas()
  for (const listener of listeners) listener()
}

// Without an answer those of the build stand.
ask().catch(() => undefined)

// Every persona that may answer, looked over, each with the version that says which words it had.

import { hash } from 'node:crypto'
import { ThreadkeepError } from '../core/errors.ts'
import { defaultPersonaId, findPersona, type PersonaDefinition } from '../core/persona.ts'
import { personaClashes, readPersona } from '../core/persona-schema.ts'
import { versionText } from '../core/persona-version.ts'
import { personas } from './all.ts'

export type KnownPersona = { definition: PersonaDefinition; version: string }

/** Refuses with every fault at once, so that a file is mended in one go. */
export function knownPersonas(definitions: readonly unknown[] = personas): KnownPersona[] {
  const verdicts = definitions.map(readPersona)
  const sound = verdicts.flatMap((verdict) => (verdict.ok ? [verdict.definition] : []))
  const faults = verdicts.flatMap((verdict) => (verdict.ok ? [] : verdict.faults))
  refuse(faults.length > 0 ? faults : [...personaClashes(sound), ...defaultFaults(sound)])
  return sound.map((definition) => ({ definition, version: versionOf(definition) }))
}

export const versionOf = (definition: PersonaDefinition): string =>
  hash('sha256', versionText(definition), 'hex').slice(0, 16)

function defaultFaults(definitions: readonly PersonaDefinition[]): string[] {
  if (findPersona(defaultPersonaId, definitions) === defaultPersonaId) return []
  return [`No persona has the id "${defaultPersonaId}", which answers when nobody is named.`]
}

function refuse(faults: readonly string[]): void {
  if (faults.length === 0) return
  throw new ThreadkeepError(
    'config',
    `The personas cannot be used. ${faults.join(' ')}`,
    'Put the fields named right and start again.',
    { faults },
  )
}

// Which text is hashed for the version of a persona: every field of its definition, in an order that does not depend on how the file was typed.

import { type CanonicalJson, ownJson } from './json.ts'
import type { PersonaDefinition } from './persona.ts'

/** The first 16 hex digits of sha-256 over this text are the version. */
export const versionText = (definition: PersonaDefinition): CanonicalJson => ownJson(keysInOrder(definition))

function keysInOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(keysInOrder)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, item]) => [key, keysInOrder(item)] as const)
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

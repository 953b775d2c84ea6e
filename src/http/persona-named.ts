// A persona that somebody named in a body or query: its own id behind an older name, or the words that list the known ones.

import type { KnownPersona } from '../chat/chat.ts'
import { findPersona, resolvePersona } from '../core/persona.ts'

/** For a preference that is about to be kept; null and the empty string take it back. */
export function knownPersonaId(
  named: string | null | undefined,
  personas: readonly KnownPersona[],
): string | null | undefined {
  if (named === undefined) return undefined
  return named ? resolvePersona({ requested: named }, definitionsOf(personas)).personaId : null
}

/** For a filter: what a persona said stays findable after its definition is gone. */
export const personaFilter = (named: string, personas: readonly KnownPersona[]): string =>
  findPersona(named, definitionsOf(personas)) ?? named

const definitionsOf = (personas: readonly KnownPersona[]) => personas.map(({ definition }) => definition)

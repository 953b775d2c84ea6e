// Who said a message and by which model, from the keys in its row; the few names there are stay in memory.

import type { DatabaseSync } from 'node:sqlite'

type Statement = ReturnType<DatabaseSync['prepare']>
type Keys = { persona: number | null; version: number | null; model: number | null }
export type Speaker = {
  personaId: string | null
  personaVersion: string | null
  provider: string | null
  model: string | null
}

const nobody: Speaker = { personaId: null, personaVersion: null, provider: null, model: null }

export class Speakers {
  readonly #find: Statement
  readonly #known = new Map<string, Speaker>()

  constructor(db: DatabaseSync) {
    this.#find = db.prepare(`
      SELECT (SELECT id FROM personas WHERE key = ?) AS personaId, (SELECT version FROM persona_versions WHERE key = ?) AS personaVersion,
        (SELECT nullif(provider, '') FROM models WHERE key = ?) AS provider, (SELECT model FROM models WHERE key = ?) AS model`)
  }

  of({ persona, version, model }: Keys): Speaker {
    if (persona === null && model === null) return nobody
    const key = `${persona} ${version} ${model}`
    const known = this.#known.get(key)
    if (known) return known
    const speaker = { ...(this.#find.get(persona, version, model, model) as Speaker) }
    this.#known.set(key, speaker)
    return speaker
  }
}

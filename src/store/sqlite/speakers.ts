// Who said a message and by which model, from the keys in its row; the few names there are stay in memory.

import type { DatabaseSync } from 'node:sqlite'
import type { Key } from '../plan/heads.ts'
import { speakerJson } from '../read/message-json.ts'
import type { Speaker } from '../read/rows.ts'

type Statement = ReturnType<DatabaseSync['prepare']>
type Known = { speaker: Speaker; json: string }

const noSpeaker: Speaker = { personaId: null, personaVersion: null, provider: null, model: null }
const nobody: Known = { speaker: noSpeaker, json: speakerJson(noSpeaker) }

export class Speakers {
  readonly #ask: Statement
  readonly #known = new Map<string, Known>()

  constructor(db: DatabaseSync) {
    this.#ask = db.prepare(`
      SELECT (SELECT id FROM personas WHERE key = ?) AS personaId, (SELECT version FROM persona_versions WHERE key = ?) AS personaVersion,
        (SELECT nullif(provider, '') FROM models WHERE key = ?) AS provider, (SELECT model FROM models WHERE key = ?) AS model`)
  }

  of = (persona: Key | null, version: Key | null, model: Key | null): Speaker =>
    this.#find(persona, version, model).speaker
  jsonOf = (persona: Key | null, version: Key | null, model: Key | null): string =>
    this.#find(persona, version, model).json

  #find(persona: Key | null, version: Key | null, model: Key | null): Known {
    if (persona === null && model === null) return nobody
    const key = `${persona} ${version} ${model}`
    const known = this.#known.get(key)
    if (known) return known
    const speaker = { ...(this.#ask.get(persona, version, model, model) as Speaker) }
    const found = { speaker, json: speakerJson(speaker) }
    this.#known.set(key, found)
    return found
  }
}

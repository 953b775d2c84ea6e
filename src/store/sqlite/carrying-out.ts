// Carries out what was planned, write by write. Names of personas and models become their keys here, and a lease its end.

import { type Draft } from '../plan/draft.ts'
import type { Value, Write, Writes } from '../plan/write.ts'
import type { Names } from './names.ts'
import type { Statements } from './statements.ts'

export class CarryingOut {
  readonly #put: Statements
  readonly #names: Names

  constructor(put: Statements, names: Names) {
    this.#put = put
    this.#names = names
  }

  /** False when what was said first was there already; then nothing was written. */
  all(draft: Draft): boolean {
    if (draft.first && this.#put.sayUnlessThere.run(...this.#said(draft.first)).changes !== 1) return false
    for (const write of draft.writes) this.#one(write)
    draft.written()
    return true
  }

  #one(write: Write): void {
    if (write.name === 'say') this.#put.say.run(...this.#said(write.values))
    else if (write.name === 'finishMessage') this.#put.finishMessage.run(...this.#finished(write.values))
    else this.#put[write.name].run(...(write.values as Value[]))
  }

  #said(values: Writes['say']): Value[] {
    const [personaId, version, provider, model] = [values[10], values[11], values[12], values[13]]
    const cells: Value[] = [...values]
    if (personaId === null && model === null) cells.splice(12, 1)
    else {
      const persona = this.#names.persona(personaId)
      cells.splice(
        10,
        4,
        persona,
        this.#names.personaVersion(persona, version),
        this.#names.model(provider, model),
      )
    }
    return cells
  }

  #finished(values: Writes['finishMessage']): Value[] {
    const [status, text, parts, provider, model, ...rest] = values
    return [status, text, parts, this.#names.model(provider, model), ...rest]
  }
}

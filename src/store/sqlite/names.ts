// Names that the house gives (personas, their versions, models), each written once and referred to by its key.

import type { Statements } from './statements.ts'

type Absent = null | undefined

export class Names {
  readonly #put: Statements
  readonly #keys = new Map<string, number>()

  constructor(put: Statements) {
    this.#put = put
  }

  persona(id: string | Absent): number | null {
    if (!id) return null
    return this.#key(`p ${id}`, this.#put.persona, this.#put.insertPersona, [id])
  }

  personaVersion(persona: number | null, version: string | Absent): number | null {
    if (persona === null || !version) return null
    return this.#key(`v ${persona} ${version}`, this.#put.personaVersion, this.#put.insertPersonaVersion, [
      persona,
      version,
    ])
  }

  model(provider: string | Absent, model: string | Absent): number | null {
    if (!model) return null
    return this.#key(`m ${JSON.stringify([provider, model])}`, this.#put.model, this.#put.insertModel, [
      provider ?? '',
      model,
    ])
  }

  /** After a rollback, names written in it are gone again. */
  forget(): void {
    this.#keys.clear()
  }

  #key(
    name: string,
    find: Statements['persona'],
    insert: Statements['persona'],
    values: (string | number)[],
  ): number {
    const known = this.#keys.get(name)
    if (known !== undefined) return known
    const row = find.get(...values) as { key: number } | undefined
    const key = row?.key ?? Number(insert.run(...values).lastInsertRowid)
    if (this.#keys.size > 10_000) this.#keys.clear()
    this.#keys.set(name, key)
    return key
  }
}

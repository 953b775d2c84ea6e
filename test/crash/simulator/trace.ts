// What was done, step by step: the last of it to be read, all of it as one hash, and what was found to be wrong.
import { createHash } from 'node:crypto'

const shownMax = 50

export class Trace {
  readonly #hash = createHash('sha256')
  readonly #isLoud: boolean
  #last: string[] = []
  steps = 0
  /** Each a sentence. */
  readonly violations: string[] = []

  constructor(isLoud: boolean) {
    this.#isLoud = isLoud
  }

  /** Nothing that differs between two runs of a seed may stand here: no path, no id of a store, no time of day. */
  tell(line: string): void {
    const told = `${this.steps} ${line}`
    this.#hash.update(`${told}\n`)
    this.#last.push(told)
    if (this.#last.length > 4 * shownMax) this.#last = this.last
    if (this.#isLoud) console.log(told)
  }

  violate(sentence: string): void {
    this.violations.push(sentence)
    this.tell(`WRONG: ${sentence}`)
  }

  get last(): string[] {
    return this.#last.slice(-shownMax)
  }

  hash(): string {
    return this.#hash.copy().digest('hex').slice(0, 32)
  }
}

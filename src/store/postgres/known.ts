// Lets reasoning that asks and is answered at once stand on an engine that answers later: a question whose answer is not known yet
// stops the reasoning, is put to the engine, and the reasoning begins again. It must have no effects until it ends.

import { assert } from '../../core/assert.ts'

export type Question = { name: string; values: readonly unknown[] }

const questionsMax = 1_000

class Unknown extends Error {
  readonly questions: readonly Question[]

  constructor(questions: readonly Question[]) {
    super(`not known yet: ${questions.map(({ name }) => name).join(', ')}`)
    this.questions = questions
  }
}

export class Known {
  readonly #answers = new Map<string, unknown>()

  /** The answer, where it is known. */
  ask(name: string, ...values: readonly unknown[]): unknown {
    const key = keyOf({ name, values })
    if (this.#answers.has(key)) return this.#answers.get(key)
    throw new Unknown([{ name, values }])
  }

  /** For several answers that are needed together: they are fetched in one go. */
  need(questions: readonly Question[]): void {
    const open = questions.filter((question) => !this.#answers.has(keyOf(question)))
    if (open.length > 0) throw new Unknown(open)
  }

  tell(question: Question, answer: unknown): void {
    this.#answers.set(keyOf(question), answer)
  }

  forget(): void {
    this.#answers.clear()
  }

  /** What the reasoning comes to, or null where it asks more than is known. */
  enough<T>(reason: () => T): { answer: T } | null {
    try {
      return { answer: reason() }
    } catch (fault) {
      if (fault instanceof Unknown) return null
      throw fault
    }
  }

  /** Runs the reasoning until all that it asks is known. */
  async settle<T>(reason: () => T, fetch: (question: Question) => Promise<unknown>): Promise<T> {
    for (let asked = 0; asked < questionsMax; asked++) {
      try {
        return reason()
      } catch (fault) {
        if (!(fault instanceof Unknown)) throw fault
        const answers = await Promise.all(fault.questions.map(fetch))
        for (const [i, question] of fault.questions.entries()) this.tell(question, answers[i])
      }
    }
    assert(false, `reasoning comes to an end within ${questionsMax} questions`)
  }
}

const keyOf = ({ name, values }: Question): string => JSON.stringify([name, values])

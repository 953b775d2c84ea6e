// One life of a process: with it ends, without a word, whatever it had under way. Everybody who waits for it hears that the line is cut.
import { AsyncLocalStorage } from 'node:async_hooks'
import { ThreadkeepError } from '../../../src/core/errors.ts'

export class Life {
  readonly name: string
  isOver = false
  readonly #cut = Promise.withResolvers<never>()

  constructor(name: string) {
    this.name = name
    this.#cut.promise.catch(() => undefined) // nobody need be waiting
  }

  end(): void {
    this.isOver = true
    this.#cut.reject(unknown('the process died'))
  }

  /** Something reaches this process. */
  run(work: () => void): void {
    if (!this.isOver) lives.run(this, work)
  }

  /** Somebody outside asks this process for something. */
  ask<T>(work: () => Promise<T>): Promise<T> {
    return this.isOver ? this.#cut.promise : Promise.race([lives.run(this, work), this.#cut.promise])
  }
}

/** Whose work is being done right now. */
export const lives = new AsyncLocalStorage<Life>()

export const unknown = (why: string): ThreadkeepError =>
  new ThreadkeepError(
    'unavailable',
    `No answer: ${why}.`,
    'Send it again with the same ids.',
    undefined,
    new Error(why),
  )

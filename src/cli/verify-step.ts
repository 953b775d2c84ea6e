// The steps of a verification: each has a name, a time and a sentence, and the first that is not so ends the round.

import { ThreadkeepError } from '../core/errors.ts'

export type Step = { step: string; ok: boolean; ms: number; words: string }

/** Something that the house promised is not so. */
export class Untrue extends Error {}

export function holds(isSo: boolean, words: string): asserts isSo {
  if (!isSo) throw new Untrue(words)
}

export class Steps {
  readonly list: Step[] = []
  readonly deadline: AbortSignal
  readonly #told: (step: Step) => void

  constructor(deadline: AbortSignal, told: (step: Step) => void) {
    this.deadline = deadline
    this.#told = told
  }

  get areOk(): boolean {
    return this.list.every(({ ok }) => ok)
  }

  /** Undefined once a step has failed: then nothing more is tried. */
  async take<T>(step: string, work: () => Promise<{ words: string } & T>): Promise<T | undefined> {
    return this.areOk ? this.#take(step, work, this.deadline) : undefined
  }

  /** Also after a failure, and with a time of its own: what was put into the house is taken out again. */
  async takeAnyway(step: string, work: () => Promise<{ words: string }>, withinMs: number): Promise<void> {
    await this.#take(step, work, AbortSignal.timeout(withinMs))
  }

  async #take<T>(
    step: string,
    work: () => Promise<{ words: string } & T>,
    deadline: AbortSignal,
  ): Promise<T | undefined> {
    const began = performance.now()
    const tell = (ok: boolean, words: string) => {
      const told = { step, ok, ms: Math.round(performance.now() - began), words }
      this.list.push(told)
      this.#told(told)
    }
    try {
      const done = await before(deadline, work())
      tell(true, done.words)
      return done
    } catch (fault) {
      tell(false, faultWords(fault))
      return undefined
    }
  }
}

async function before<T>(deadline: AbortSignal, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const abort = () => late.reject(new Untrue('There was no more time for it (--timeout).'))
  if (deadline.aborted) abort()
  deadline.addEventListener('abort', abort)
  try {
    return await Promise.race([work, late.promise])
  } finally {
    deadline.removeEventListener('abort', abort)
  }
}

function faultWords(fault: unknown): string {
  if (fault instanceof Untrue) return fault.message
  if (!(fault instanceof ThreadkeepError)) return String(fault)
  const { requestId } = (fault.details ?? {}) as { requestId?: string | null }
  return `${fault.message} ${fault.hint}${requestId ? ` (request ${requestId})` : ''}`
}

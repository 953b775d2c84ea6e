// How long to wait before the same thing is asked again, and when there have been enough tries.

import { ThreadkeepError } from '../core/errors.ts'

export type RetryOptions = {
  /** Tries in all, the first one included. What comes in on a stream begins the count anew. */
  triesMax?: number
  /** The longest wait before the second try; it doubles from there. */
  waitMs?: number
  waitMsMax?: number
  /** A door that asks for more patience than this is not waited for: the error says when to come back. */
  retryAfterMsMax?: number
}

export const retryDefaults = { triesMax: 7, waitMs: 250, waitMsMax: 8_000, retryAfterMsMax: 60_000 }

/** What went wrong with one try. Only a passing fault is worth another. */
export type Fault = { error: ThreadkeepError; passing: boolean; retryAfterMs: number | null }

/** The patience for one thing that was asked, however many requests it takes. */
export class Patience {
  readonly #options: typeof retryDefaults
  readonly #signal: AbortSignal | undefined
  #tries = 0
  #streamSince = Infinity

  constructor(options: RetryOptions, signal: AbortSignal | undefined) {
    this.#options = { ...retryDefaults, ...options }
    this.#signal = signal
  }

  /** Something came: the next fault is the first again. */
  refresh(): void {
    this.#tries = 0
  }

  /** A stream stands. If it stands for longer than any wait, what cuts it is the first fault again, even if nothing was said. */
  streaming(): void {
    this.#streamSince = performance.now()
  }

  /** Waits for the next try, or throws the fault. Chance keeps a thousand clients from coming back in step. */
  async wait({ error, passing, retryAfterMs }: Fault): Promise<void> {
    const { triesMax, waitMs, waitMsMax, retryAfterMsMax } = this.#options
    if (performance.now() - this.#streamSince > waitMsMax) this.refresh()
    this.#streamSince = Infinity
    this.#tries++
    if (!passing || triesMax === 1 || (retryAfterMs ?? 0) > retryAfterMsMax) throw error
    if (this.#tries >= triesMax) throw exhausted(error, this.#tries)
    const bound = Math.min(waitMsMax, waitMs * 2 ** (this.#tries - 1))
    await pause((retryAfterMs ?? 0) + Math.random() * bound, this.#signal)
  }
}

/** Rejects with the signal's reason as soon as it is aborted. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  try {
    await unlessAborted(promise, signal)
  } finally {
    clearTimeout(timer)
  }
}

/** What is awaited, or the signal's reason if that comes first: not every fetch looks at its signal. */
export async function unlessAborted<T>(awaited: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return awaited
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason as Error)
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort)
  try {
    return await Promise.race([awaited, promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

function exhausted(error: ThreadkeepError, tries: number): ThreadkeepError {
  const details = { ...error.details, tries }
  return new ThreadkeepError(error.code, `${error.message} (${tries} tries)`, error.hint, details, error)
}

// A model that does what a test tells it to, event by event, and remembers what it was asked.

import type { Model, ModelError, ModelEvent, ModelRequest, ModelUsage } from '../core/model.ts'

/** One move of a play. A play that runs out without an `end` is a stream that was cut. */
export type Step =
  | string // words
  | ModelEvent
  | ModelError // is thrown
  | typeof atGate
  | typeof hang
  | typeof deaf

/** Waits until the test calls `gate.next()`; an abort ends the wait. */
export const atGate = { type: 'gate' } as const
/** Says nothing more until it is aborted. */
export const hang = { type: 'hang' } as const
/** Says nothing more, and does not hear the abort either. */
export const deaf = { type: 'deaf' } as const

export type Play = readonly Step[]
/** A play for each call, or a function that chooses one; the calls are counted from 1. */
export type Script = readonly Play[] | ((request: ModelRequest, call: number) => Play)

export type ScriptedModel = Model & {
  readonly calls: number
  readonly requests: readonly ModelRequest[]
  /** Streams that have begun and are not over. */
  readonly open: number
  readonly gate: Gate
}

export const usageOfNone: ModelUsage = {
  inputTokens: null,
  outputTokens: null,
  cachedInputTokens: null,
  reasoningTokens: null,
}

export const end = (usage: Partial<ModelUsage> = {}): ModelEvent => ({
  type: 'end',
  finish: 'stop',
  usage: { ...usageOfNone, ...usage },
})

/** The usual play: these words, one event each, and the end. */
export const says = (...words: string[]): Play => [...words, end()]

export function scriptedModel(script: Script): ScriptedModel {
  const requests: ModelRequest[] = []
  const gate = new Gate()
  let open = 0
  async function* perform(play: Play, signal: AbortSignal): AsyncGenerator<ModelEvent> {
    open++
    try {
      for (const step of play) {
        signal.throwIfAborted()
        if (typeof step === 'string') yield { type: 'text', text: step }
        else if (step instanceof Error) throw step
        else if (step.type === 'gate') await gate.pass(signal)
        else if (step.type === 'hang') await aborted(signal)
        else if (step.type === 'deaf') await new Promise<never>(() => {})
        else yield step
      }
    } finally {
      open--
    }
  }
  return {
    provider: 'scripted',
    name: 'scripted',
    gate,
    requests,
    get calls() {
      return requests.length
    },
    get open() {
      return open
    },
    stream(request) {
      requests.push(request)
      return perform(playFor(script, request, requests.length), request.signal)
    },
  }
}

/** Where a play waits for the test. A `next()` before anybody waits lets the next one through at once. */
export class Gate {
  #passes = 0
  readonly #waiting: (() => void)[] = []
  readonly #watching: (() => void)[] = []

  get waiting(): number {
    return this.#waiting.length
  }

  /** Lets this many waits end. */
  next(count = 1): void {
    this.#passes += count
    while (this.#passes > 0 && this.#waiting.length > 0) this.#waiting.shift()?.()
  }

  /** Ends every wait, now and later. */
  open(): void {
    this.next(Infinity)
  }

  /** Resolves when a play waits here. */
  async reached(): Promise<void> {
    if (this.#waiting.length === 0) await new Promise<void>((resolve) => this.#watching.push(resolve))
  }

  async pass(signal: AbortSignal): Promise<void> {
    if (this.#passes === 0) await this.#turn(signal)
    else this.#passes--
    signal.throwIfAborted()
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const go = (): void => {
        signal.removeEventListener('abort', leave)
        this.#passes--
        resolve()
      }
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(go), 1)
        resolve()
      }
      signal.addEventListener('abort', leave, { once: true })
      this.#waiting.push(go)
      for (const watcher of this.#watching.splice(0)) watcher()
    })
  }
}

function playFor(script: Script, request: ModelRequest, call: number): Play {
  const play = typeof script === 'function' ? script(request, call) : script[call - 1]
  if (play) return play
  throw new Error(`The script has ${script.length} plays, and this is call ${call}.`)
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

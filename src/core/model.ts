// What we ask of a model, whoever makes it: one stream of events that ends with an end, or throws a ModelError.

import type { Part } from './part.ts'
import type { Role } from './message.ts'

export type ModelMessage = { role: Role; parts: readonly Part[] }

export type ModelRequest = {
  /** Who answers and how: the same for every turn of a thread as long as nothing changes, so that provider caches hit. */
  instructions: string
  messages: readonly ModelMessage[]
  maxOutputTokens: number
  signal: AbortSignal
}

export type ModelUsage = {
  inputTokens: number | null
  outputTokens: number | null
  cachedInputTokens: number | null
  reasoningTokens: number | null
}

export type ModelEvent =
  | { type: 'text'; text: string }
  | { type: 'reasoning'; text: string }
  /** A whole piece that is not words: a tool call, its result, a source. */
  | { type: 'part'; part: Part }
  /** Exactly one, last. A stream that stops without it was cut. */
  | { type: 'end'; finish: 'stop' | 'length' | 'filtered' | 'other'; usage: ModelUsage }

export interface Model {
  readonly provider: string
  readonly name: string
  /** Aborting the signal closes the provider's connection and ends the iteration with the signal's reason. */
  stream(request: ModelRequest): AsyncIterable<ModelEvent>
}

export const modelFaults = [
  'rate_limited',
  'overloaded',
  'unreachable',
  'timeout',
  'stalled',
  'cut',
  'bad_answer',
  'refused',
] as const
export type ModelFault = (typeof modelFaults)[number]

export class ModelError extends Error {
  readonly fault: ModelFault
  /** Whether the same request may succeed a moment later. */
  readonly passing: boolean
  readonly retryAfterMs: number | null
  readonly status: number | null

  constructor(
    fault: ModelFault,
    message: string,
    more: { retryAfterMs?: number | null; status?: number | null; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause })
    this.name = 'ModelError'
    this.fault = fault
    this.passing = fault !== 'refused'
    this.retryAfterMs = more.retryAfterMs ?? null
    this.status = more.status ?? null
  }
}

// The connection under one answer: says why it failed, gives up in time, and is closed at once when nobody listens.

import { ModelError } from '../core/model.ts'
import { badAnswer, cutOff, retryAfterMs, saidIn, statusFault, unreachable } from './fault.ts'
import { quietBytesMax, refusalBytesMax, type Upstream } from './upstream.ts'

type Fetch = typeof globalThis.fetch
type Reader = ReadableStreamDefaultReader<Uint8Array>

/**
 * What fails inside a body is noted here and the body ends cleanly: so everything that arrived before is read to its
 * last word, and the reader then throws the note. An error sent through the body would drop what is still on its way.
 */
export class Wire {
  failure: ModelError | null = null
  readonly #upstream: Upstream
  readonly #closing = new AbortController()
  #patienceMs: number
  #quietBytes = 0
  #timer: NodeJS.Timeout | undefined

  constructor(upstream: Upstream, signal: AbortSignal) {
    this.#upstream = upstream
    this.#patienceMs = upstream.stallMs
    signal.addEventListener('abort', () => this.close(), { signal: this.#closing.signal })
  }

  readonly fetch: Fetch = async (url, init) => {
    const response = await this.#headers(url, init)
    const { status, headers, body } = response
    if (!response.ok) {
      const said = await this.#saying(response)
      this.failure = statusFault(this.#upstream, status, said, retryAfterMs(headers, Date.now()))
      throw this.failure
    }
    if (body === null || /json|html/.test(headers.get('content-type') ?? '')) {
      this.failure = badAnswer(this.#upstream, await this.#saying(response))
      throw this.failure
    }
    return new Response(this.#heardFrom(body), { status, headers })
  }

  /** A piece of the answer came out of the bytes. */
  heard(): void {
    this.#quietBytes = 0
  }

  /** The answer said that it is whole: from here on a silence or a cut takes nothing away. */
  ended(): void {
    this.#patienceMs = this.#upstream.afterEndMs
    if (this.#timer) this.#watch()
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#closing.abort()
  }

  async #headers(url: Parameters<Fetch>[0], init: Parameters<Fetch>[1]): Promise<Response> {
    const { provider, headersTimeoutMs } = this.#upstream
    this.#giveUpAfter(headersTimeoutMs, 'timeout', `${provider} did not begin to answer within`)
    try {
      return await fetch(url, { ...init, redirect: 'manual', signal: this.#closing.signal })
    } catch (cause) {
      throw this.#fail(unreachable(this.#upstream, cause))
    } finally {
      this.#rest()
    }
  }

  #heardFrom(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
    const reader = body.getReader()
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          const bytes = await this.#next(reader)
          if (bytes === null) controller.close()
          else controller.enqueue(bytes)
        },
      },
      { highWaterMark: 0 },
    )
  }

  async #next(reader: Reader): Promise<Uint8Array | null> {
    this.#watch()
    try {
      const { done, value } = await reader.read()
      if (done) return null
      this.#quietBytes += value.byteLength
      if (this.#quietBytes <= quietBytesMax) return value
      this.#fail(badAnswer(this.#upstream, `${this.#quietBytes} bytes without a word.`))
    } catch (cause) {
      this.#fail(cutOff(this.#upstream, cause))
    } finally {
      this.#rest()
    }
    this.close()
    return null
  }

  #watch(): void {
    this.#giveUpAfter(this.#patienceMs, 'stalled', `${this.#upstream.provider} fell silent for`)
  }

  #giveUpAfter(ms: number, fault: 'timeout' | 'stalled', sentence: string): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#fail(new ModelError(fault, `${sentence} ${ms / 1000} s.`))
      this.close()
    }, ms)
  }

  #rest(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  /** The first failure is the reason; those that follow are its consequences. */
  #fail(error: ModelError): ModelError {
    this.failure ??= error
    return this.failure
  }

  /** What the provider says instead of an answer, as far as a person would read it and as soon as it comes. */
  async #saying({ body, statusText }: Response): Promise<string> {
    const reader = body?.getReader()
    const chunks: Uint8Array[] = []
    this.ended()
    for (let bytes = 0; bytes < refusalBytesMax;) {
      const chunk = reader === undefined ? null : await this.#next(reader)
      if (chunk === null) break
      bytes += chunk.byteLength
      chunks.push(chunk)
    }
    this.close()
    return sentenceIn(Buffer.concat(chunks).toString('utf8')) || statusText || 'no reason was given'
  }
}

function sentenceIn(text: string): string {
  try {
    return saidIn(JSON.parse(text)) ?? text
  } catch (error) {
    if (error instanceof SyntaxError) return text
    throw error
  }
}

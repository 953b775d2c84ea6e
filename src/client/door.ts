// The way to the doors of one house: the address, the credential, the time limit and the patience that every request shares.

import { ThreadkeepError } from '../core/errors.ts'
import { cutFault, faultOf, strange } from './errors.ts'
import { type Fault, Patience, type RetryOptions, unlessAborted } from './retry.ts'

export type ClientOptions = {
  /** Where the house is, with the sub-path it is mounted under. Empty in a browser: the origin of the page. */
  url: string | URL
  /** Sent as Bearer. A function is asked before every try. Left out: the cookie, if there is one. */
  token?: string | null | (() => string | null | Promise<string | null>)
  /** Another way to reach the house than the global `fetch`; `keep.fetch` of an embedded one needs no port. */
  fetch?: (request: Request) => Promise<Response>
  /** Whether cookies travel; as in `fetch`. */
  credentials?: 'include' | 'same-origin' | 'omit'
  /** Asked once when a request meets 401. `true`: there is a new credential, and the request is tried once more. */
  onUnauthenticated?: () => boolean | Promise<boolean>
  retry?: RetryOptions
  /** For one try of a request until its answer is there; streams only until they begin. */
  timeoutMs?: number
  /** How long a stream may be silent before it counts as cut. The house says something every 15 seconds. */
  silenceMsMax?: number
}

export type Asked = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  path: string
  query?: Record<string, string | number | undefined> | undefined
  body?: unknown
  signal?: AbortSignal | undefined
  /** Answers that a model has to find first take longer than others. */
  timeoutMs?: number
}

const timeoutMsDefault = 30_000
const silenceMsMaxDefault = 45_000

export class Door {
  readonly silenceMsMax: number
  readonly #options: ClientOptions
  readonly #base: string
  #renewal: Promise<boolean> | null = null

  constructor(options: ClientOptions) {
    this.#options = options
    this.#base = String(options.url).replace(/\/+$/, '')
    this.silenceMsMax = options.silenceMsMax ?? silenceMsMaxDefault
  }

  patience(signal: AbortSignal | undefined, retry?: RetryOptions): Patience {
    return new Patience({ ...this.#options.retry, ...retry }, signal)
  }

  /** One JSON answer. The same bytes are sent on every try. */
  async json<T>(asked: Asked): Promise<T> {
    const read = (response: Response) => response.text()
    const text = await this.#persist(asked, 'application/json', this.patience(asked.signal), read)
    try {
      return JSON.parse(text) as T
    } catch (cause) {
      throw strange(told(asked), 'something that is not JSON', cause)
    }
  }

  /** The body of an event stream that has begun. */
  async stream(asked: Asked, patience: Patience): Promise<ReadableStream<Uint8Array>> {
    const { headers, body } = await this.#persist(
      asked,
      'text/event-stream',
      patience,
      async (response) => response,
    )
    const type = headers.get('content-type')
    patience.streaming()
    if (body && type?.startsWith('text/event-stream')) return body
    await body?.cancel()
    throw strange(told(asked), `${type ?? 'no content type'} instead of an event stream`)
  }

  async #persist<T>(
    asked: Asked,
    accept: string,
    patience: Patience,
    read: (response: Response) => Promise<T>,
  ): Promise<T> {
    const body = asked.body === undefined ? null : JSON.stringify(asked.body)
    let renewed = false
    for (;;) {
      const outcome = await this.#once(asked, accept, body, read)
      if ('read' in outcome) return outcome.read
      if (!renewed && outcome.error.code === 'unauthenticated' && (await this.#renew())) renewed = true
      else await patience.wait(outcome)
    }
  }

  /** One try. What the network does is a fault; a request that cannot be made at all is thrown. */
  async #once<T>(
    asked: Asked,
    accept: string,
    body: string | null,
    read: (response: Response) => Promise<T>,
  ): Promise<{ read: T } | Fault> {
    const { signal } = asked
    const limit = new AbortController()
    const request = await this.#request(asked, accept, body, signal, limit.signal)
    const timeoutMs = asked.timeoutMs ?? this.#options.timeoutMs ?? timeoutMsDefault
    const late = () => limit.abort(new Error(`nothing came in ${timeoutMs} ms`))
    const timer = setTimeout(late, timeoutMs)
    const answer = async () => {
      const response = await (this.#options.fetch ?? fetch)(request)
      return response.ok ? { read: await read(response) } : faultOf(response, told(asked))
    }
    try {
      return await unlessAborted(answer(), request.signal)
    } catch (cause) {
      signal?.throwIfAborted()
      return cutFault(told(asked), cause)
    } finally {
      clearTimeout(timer)
    }
  }

  async #request(
    { method, path, query }: Asked,
    accept: string,
    body: string | null,
    ...signals: (AbortSignal | undefined)[]
  ): Promise<Request> {
    const { token, credentials } = this.#options
    const bearer = typeof token === 'function' ? await token() : token
    const headers = new Headers({ accept })
    if (body !== null) headers.set('content-type', 'application/json')
    if (bearer) headers.set('authorization', `Bearer ${bearer}`)
    return new Request(`${this.#base}${path}${queryText(query)}`, {
      method,
      headers,
      body,
      signal: AbortSignal.any(signals.filter((signal) => signal !== undefined)),
      ...(credentials ? { credentials } : {}),
    })
  }

  /** Requests that meet 401 together ask for one new credential together. */
  async #renew(): Promise<boolean> {
    const { onUnauthenticated } = this.#options
    if (!onUnauthenticated) return false
    this.#renewal ??= Promise.resolve(onUnauthenticated()).finally(() => (this.#renewal = null))
    return this.#renewal
  }
}

/** A path with every piece of it made safe: ids are free strings. */
export function path(pieces: TemplateStringsArray, ...ids: string[]): string {
  const lost = ids.find((id) => /^\.{0,2}$/.test(id))
  if (lost !== undefined) throw unaddressable(lost)
  return String.raw({ raw: pieces }, ...ids.map((id) => encodeURIComponent(id)))
}

/** An address cannot hold these: it would be the address of something else. */
function unaddressable(id: string): ThreadkeepError {
  const message = `The id ${JSON.stringify(id)} cannot stand in an address. Nothing was sent.`
  return new ThreadkeepError('invalid', message, 'Give the id of a thread, message or run.')
}

export const told = ({ method, path }: Asked): string => `${method} ${path}`

function queryText(query: Asked['query'] = {}): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  )
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`
}

// Reads server-sent events as a browser does, from the bytes of an answer.

export type SeenEvent = { event: string; id: string | null; data: Record<string, unknown> }

export class Events implements AsyncIterable<SeenEvent> {
  readonly response: Response
  /** Comments, in the order in which they came. */
  readonly comments: string[] = []
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #decoder = new TextDecoder()
  #text = ''

  constructor(response: Response) {
    if (!response.body) throw new Error('This answer has no body to read events from.')
    this.response = response
    this.#reader = response.body.getReader()
  }

  /** The next event; null at the end. */
  async next(): Promise<SeenEvent | null> {
    for (;;) {
      const end = this.#text.indexOf('\n\n')
      if (end >= 0) {
        const frame = this.#text.slice(0, end)
        this.#text = this.#text.slice(end + 2)
        if (!frame.startsWith(':')) return seen(frame)
        this.comments.push(frame)
        continue
      }
      const { done, value } = await this.#reader.read()
      if (done) return null
      this.#text += this.#decoder.decode(value, { stream: true })
    }
  }

  /** Reads on until an event of this name, and gives it. */
  async until(name: string): Promise<SeenEvent> {
    for await (const event of this) if (event.event === name) return event
    throw new Error(`The stream ended before ${name}.`)
  }

  async all(): Promise<SeenEvent[]> {
    return Array.fromAsync(this)
  }

  /** Goes away without a word, as a closed tab does. */
  async leave(): Promise<void> {
    await this.#reader.cancel()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<SeenEvent> {
    for (let event = await this.next(); event; event = await this.next()) yield event
  }
}

function seen(frame: string): SeenEvent {
  const fields = new Map(frame.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)])) // prettier-ignore
  return {
    event: fields.get('event') ?? 'message',
    id: fields.get('id') ?? null,
    data: JSON.parse(fields.get('data') ?? 'null') as Record<string, unknown>,
  }
}

/** The words of an answer as its deltas give them. */
export const wordsOf = (events: readonly SeenEvent[]): string =>
  events
    .filter(({ event }) => event === 'run.delta')
    .map(({ data }) => String(data['text']))
    .join('')

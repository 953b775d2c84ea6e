// Somebody who says something over a real connection and reads the answer as it comes, remembering what had arrived when.
import type { StreamHouse } from './stream-house.ts'
import { Events } from '../http/events.ts'
import { type RunPosition, positionFrom } from '../../src/core/run-log.ts'
import { must } from '../../src/core/assert.ts'

/** Messages as the doors give them. */
export type Seen = { id: string; status: string; text: string; runId: string | null }
export type Asker = { token: string }

/** How much of an answer had arrived when, over one connection. */
export class Arrivals {
  readonly #arrivals: { at: number; bytes: number }[] = []

  add(bytes: number): void {
    this.#arrivals.push({ at: performance.now(), bytes })
  }

  get bytes(): number {
    return this.#arrivals.at(-1)?.bytes ?? 0
  }

  bytesAt(at: number): number {
    return this.#arrivals.findLast((arrival) => arrival.at <= at)?.bytes ?? 0
  }

  /** When the first of what lies beyond so many bytes arrived. */
  beyond(bytes: number): number | null {
    return this.#arrivals.find((arrival) => arrival.bytes > bytes)?.at ?? null
  }
}

export async function newAsker({ url }: StreamHouse): Promise<Asker> {
  const response = await fetch(`${url}/v1/guests`, { method: 'POST', headers: json, body: '{}' })
  return (await response.json()) as Asker
}

export class StreamReader {
  readonly id: string
  readonly threadId: string
  readonly asker: Asker
  readonly said: string
  runId: string | null = null
  replyId: string | null = null
  text = ''
  /** How the run ended, if that was heard. */
  ended: string | null = null
  #position = ''
  /** What comes now; whoever asks before the reader resumes has what came until then. */
  heard = new Arrivals()
  readonly #kept = Promise.withResolvers<void>()
  #reading: Promise<void> = Promise.resolve()

  constructor(asker: Asker, threadId: string, id: string, said: string) {
    this.asker = asker
    this.threadId = threadId
    this.id = id
    this.said = said
  }

  /** Resolves when the message was acknowledged; its answer is read meanwhile and afterwards. */
  async say({ url }: StreamHouse): Promise<void> {
    const body = JSON.stringify({ id: this.id, text: this.said, thread: { title: 'A thread' } })
    const response = await fetch(`${url}/v1/threads/${this.threadId}/messages`, {
      method: 'POST',
      headers: { ...json, ...streams, ...this.#credential },
      body,
    })
    if (response.status !== 200)
      throw new Error(`It was not taken: ${response.status} ${await response.text()}`)
    this.#reading = this.#read(new Events(response)).catch(() => {})
    await this.#kept.promise
  }

  /** Goes on from where it was cut off; gives the names of what it hears. */
  async resume(house: StreamHouse): Promise<string[]> {
    const after = this.#position === '' ? '' : `?after=${this.#position}`
    const path = `/v1/threads/${this.threadId}/runs/${must(this.runId, 'it was acknowledged')}/events${after}`
    const headers = { ...streams, ...this.#credential }
    const names: string[] = []
    this.heard = new Arrivals()
    const signal = AbortSignal.timeout(resumeMsMax)
    await this.#read(new Events(await fetch(`${house.url}${path}`, { headers, signal })), names)
    return names
  }

  /** The same send once more. */
  async sayAgain({ url }: StreamHouse): Promise<{ result: string; runId: string | null }> {
    const response = await fetch(`${url}/v1/threads/${this.threadId}/messages`, {
      method: 'POST',
      headers: { ...json, ...this.#credential },
      body: JSON.stringify({ id: this.id, text: this.said, thread: { title: 'A thread' } }),
    })
    const { receipt, run } = (await response.json()) as { receipt?: { result: string }; run?: { id: string } }
    return { result: receipt?.result ?? `status ${response.status}`, runId: run?.id ?? null }
  }

  async messages({ url }: StreamHouse): Promise<Seen[]> {
    const path = `/v1/threads/${this.threadId}/messages?limit=200`
    const response = await fetch(`${url}${path}`, { headers: this.#credential })
    return ((await response.json()) as { messages?: Seen[] }).messages ?? []
  }

  /** The end of the stream, whether it came to its end or was cut. */
  over = (): Promise<void> => this.#reading

  get #credential() {
    return { authorization: `Bearer ${this.asker.token}` }
  }

  async #read(events: Events, names: string[] = []): Promise<void> {
    for await (const { event, id, data } of events) {
      names.push(event)
      if (event === 'message.kept') this.#keep(data)
      if (event === 'run.delta') this.text += String(data['text'])
      if (event === 'run.rewound') this.#rewind(positionFrom(String(data['to'])))
      if (event === 'run.snapshot') this.text = (data['message'] as Seen).text
      if (event === 'run.ended') this.ended = String(data['status'])
      if (id === null) continue
      this.#position = id
      this.heard.add(positionFrom(id)?.bytes ?? 0)
    }
  }

  #keep({ runId, replyId }: Record<string, unknown>): void {
    this.runId = String(runId)
    this.replyId = String(replyId)
    this.#kept.resolve()
  }

  #rewind(to: RunPosition | null): void {
    this.text = Buffer.from(this.text)
      .subarray(0, to?.bytes ?? 0)
      .toString()
  }
}

/** Longer than any run may stay open after its owner died. */
const resumeMsMax = 40_000
const json = { 'content-type': 'application/json' }
const streams = { accept: 'text/event-stream' }

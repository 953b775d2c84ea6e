// An answer on its way, as whoever asked holds it: what was kept, what has come so far, and how it ended.

import type { Part } from '../core/part.ts'
import { type Door, path } from './door.ts'
import { type AnswerEvent, runEvents, type RunSource } from './events.ts'
import { Transcript } from './transcript.ts'
import type { Message, MessageKept, Run } from './wire.ts'

export type FollowAsked = {
  /** The position of the last event that was seen. */
  after?: string | null
  /** A pending message as a page gave it: its words are taken over, and what comes is added to them. */
  message?: Message
  /** Aborting it only looks away: the answer goes on in the house. */
  signal?: AbortSignal
}

/**
 * An answer that somebody is giving, followed to its end whatever happens to the connection. Looking away (a signal, a closed
 * tab) does not stop it. Iterating gives every event from the first on, to as many loops as there are.
 */
export class Following implements AsyncIterable<AnswerEvent> {
  /** The finished message, whether the answer is complete, stopped, failed or interrupted: see its `status`. Rejects as the iteration throws. */
  readonly finished: Promise<Message>
  protected readonly begun = Promise.withResolvers<MessageKept>()
  readonly #door: Door
  readonly #threadId: string
  readonly #transcript: Transcript
  readonly #seen: AnswerEvent[] = []
  readonly #ended = Promise.withResolvers<Message>()
  #news = Promise.withResolvers<void>()
  #runId: string | null
  #isOver = false

  constructor(door: Door, source: RunSource, asked: FollowAsked) {
    this.#door = door
    this.#threadId = source.threadId
    this.#runId = source.runId
    this.#transcript = new Transcript(asked)
    this.finished = this.#ended.promise
    // Whoever awaits one of them hears of the fault; whoever awaits only the other must not die of it.
    this.finished.catch(() => undefined)
    this.begun.promise.catch(() => undefined)
    void this.#watch(runEvents(door, source, this.#transcript, asked.signal))
  }

  /** Null until the message is kept. */
  get runId(): string | null {
    return this.#runId
  }

  /** The words so far. */
  get text(): string {
    return this.#transcript.text
  }

  /** Everything so far, as the parts of a message. */
  get parts(): Part[] {
    return this.#transcript.parts
  }

  /** Where to continue from on another day or device: `follow(threadId, runId, { after })`. */
  get position(): string | null {
    return this.#transcript.position
  }

  /**
   * Stops the answer and keeps what it said so far; resolves with the run when it is over. Asked before the message is kept, it
   * waits for that. Stopping what is over already is no error.
   *
   * Rejects as `finished` does when the message could not be kept, and with a `ThreadkeepError` when the stop could not be asked.
   *
   * @example
   * const answer = client.send(threadId, { text: 'Tell me everything.' })
   * const run = await answer.stop() // run.status is 'stopped'
   */
  async stop(): Promise<Run> {
    const runId = this.#runId ?? (await this.begun.promise).runId ?? ''
    return stopRun(this.#door, this.#threadId, runId)
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<AnswerEvent> {
    for (let i = 0; ;) {
      const event = this.#seen[i]
      if (event) i++
      else if (!this.#isOver) await this.#news.promise
      else return void (await this.finished)
      if (event) yield event
    }
  }

  async #watch(events: AsyncIterable<AnswerEvent>): Promise<void> {
    try {
      for await (const event of events) this.#take(event)
    } catch (fault) {
      this.begun.reject(fault)
      this.#ended.reject(fault)
    }
    this.#isOver = true
    this.#news.resolve()
  }

  #take(event: AnswerEvent): void {
    this.#seen.push(event)
    if (event.type === 'message.kept') {
      const { type: _, ...kept } = event
      this.#runId = kept.runId
      this.begun.resolve(kept)
    }
    if (event.type === 'message.finished') this.#ended.resolve(event.message)
    this.#news.resolve()
    this.#news = Promise.withResolvers()
  }
}

/** The answer to something just sent: first the message is kept, then it is answered. */
export class Answer extends Following {
  /** The id that was sent, and is sent again on every retry. */
  readonly id: string
  /**
   * The message with its receipt, as soon as it is safe. Rejects with a `ThreadkeepError` when it was refused or no answer came:
   * in the latter case send the same again with the same `id`.
   */
  readonly kept: Promise<MessageKept>

  constructor(door: Door, id: string, source: RunSource, signal: AbortSignal | undefined) {
    super(door, source, signal ? { signal } : {})
    this.id = id
    this.kept = this.begun.promise
  }
}

export async function stopRun(door: Door, threadId: string, runId: string): Promise<Run> {
  const at = path`/v1/threads/${threadId}/runs/${runId}/stop`
  const { run } = await door.json<{ run: Run }>({ method: 'POST', path: at })
  return run
}

// The house as a program outside of it holds it: everything behind the doors, with the same id on every retry and streams that resume.

import { idSource } from '../core/id.ts'
import { Answer, Following, type FollowAsked, stopRun } from './answer.ts'
import { changesSince } from './changes.ts'
import { type ClientOptions, Door, path } from './door.ts'
import { Messages } from './messages.ts'
import type { RetryOptions } from './retry.ts'
import { Threads } from './threads.ts'
import type {
  Change,
  ChangePage,
  ChatAnswer,
  Guest,
  Me,
  MePatch,
  MessageNotes,
  MessagePlace,
  Persona,
  Received,
  Run,
  Words,
} from './wire.ts'

export { ThreadkeepError } from '../core/errors.ts'
export type { ErrorCode } from '../core/errors.ts'
export type { Answer, Following, FollowAsked } from './answer.ts'
export type { ClientOptions } from './door.ts'
export type { AnswerEvent } from './events.ts'
export type { MessageGiven, Messages } from './messages.ts'
export type { RetryOptions } from './retry.ts'
export type { Threads } from './threads.ts'
export type {
  Change,
  ChangePage,
  ChatAnswer,
  Guest,
  MarkName,
  Marks,
  Me,
  MePatch,
  Message,
  MessageKept,
  MessageNotes,
  MessagePage,
  MessagePlace,
  MessagesAsked,
  Persona,
  Place,
  PlaceGiven,
  Received,
  Run,
  RunError,
  Thread,
  ThreadGiven,
  ThreadPage,
  ThreadPatch,
  ThreadsAsked,
  Time,
  Words,
} from './wire.ts'
export type { Part } from '../core/part.ts'
export type { Receipt } from '../core/receipt.ts'

export type SendAsked = Words &
  MessageNotes &
  MessagePlace & {
    /** Made here when it is left out. Give the one of the first time to send again what had no answer. */
    id?: string
    personaId?: string
    /** Who is taken to be asking: a credential that speaks for another is refused (`user_mismatch`), and nothing is kept. */
    userId?: string
    /** How often it is tried until it is kept, where that differs from the client's; its answer is followed as ever. */
    retry?: RetryOptions
    /** Aborting it only looks away: what was sent may be kept, and is answered if it was. */
    signal?: AbortSignal
  }

export type AnswerAgainAsked = {
  id?: string
  personaId?: string
  personaVersion?: string
  signal?: AbortSignal
}

export type ChatAsked = {
  id?: string
  threadId?: string
  newThread?: boolean
  personaId?: string
  signal?: AbortSignal
}

type Options = { signal?: AbortSignal }

/** A model may take as long as the doors wait for it, and a little more. */
const chatTimeoutMs = 150_000

/** One source for every client of this program, so that their ids rise together. */
const newId = idSource(Date.now, (bytes) => void crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>))

/**
 * A client of one house, for one credential. Every request is tried again on faults that pass (no network, 429, 503), with the
 * same id, so that nothing is kept twice; it rejects with a `ThreadkeepError` that has a `code`, a `hint`, and in `details` the
 * `requestId` and the HTTP `status`.
 *
 * @example
 * const client = createClient({ url: 'http://localhost:4400', token })
 * const thread = await client.threads.create()
 * const answer = client.send(thread.id, { text: 'Hello' })
 * for await (const event of answer) if (event.type === 'run.delta') process.stdout.write(event.text)
 */
export function createClient(options: ClientOptions): Client {
  return new Client(options)
}

export class Client {
  readonly threads: Threads
  readonly messages: Messages
  readonly #door: Door

  constructor(options: ClientOptions) {
    this.#door = new Door(options)
    this.threads = new Threads(this.#door, newId)
    this.messages = new Messages(this.#door, newId)
  }

  /**
   * A new id: a UUIDv7 that sorts after every id made here before. For what has to be named before it can be sent.
   *
   * @example
   * const id = client.newId()
   * client.send(threadId, { id, text: 'Hello' })
   */
  newId(): string {
    return newId()
  }

  /**
   * Becomes somebody new without a name. The token is the only key to what they say: keep it. With `cookie` the browser keeps it,
   * and there is none in the answer. A retry after a cut may leave a guest behind that nobody uses.
   *
   * Rejects with a `ThreadkeepError`: `too_many` from one address.
   *
   * @example
   * const { token } = await createClient({ url }).guest()
   */
  async guest(asked: { cookie?: boolean } = {}, options: Options = {}): Promise<Guest> {
    return this.#door.json({ method: 'POST', path: '/v1/guests', body: asked, ...options })
  }

  /**
   * Who this credential speaks for.
   *
   * Rejects with a `ThreadkeepError`: `unauthenticated`.
   *
   * @example
   * const { id, name } = await client.me()
   */
  async me(options: Options = {}): Promise<Me> {
    return this.#door.json({ method: 'GET', path: '/v1/me', ...options })
  }

  /**
   * Changes what is named of oneself and leaves the rest; null takes it back.
   *
   * Rejects with a `ThreadkeepError`: `invalid`, `unknown_persona`.
   *
   * @example
   * await client.patchMe({ defaultPersonaId: 'calm_mature', language: 'en' })
   */
  async patchMe(patch: MePatch, options: Options = {}): Promise<Received<Me>> {
    return this.#door.json({ method: 'PATCH', path: '/v1/me', body: patch, ...options })
  }

  /**
   * Who can answer.
   *
   * Rejects with a `ThreadkeepError`: `unavailable`.
   *
   * @example
   * const [first] = await client.personas()
   */
  async personas(options: Options = {}): Promise<Persona[]> {
    const { personas } = await this.#door.json<{ personas: Persona[] }>({
      method: 'GET',
      path: '/v1/personas',
      ...options,
    })
    return personas
  }

  /**
   * Says something and gives the answer as it comes. It begins at once; `kept` resolves when the message is safe, `finished` when
   * the answer is. An edit is a send whose `parentId` is the parent of the edited message.
   *
   * `kept` and `finished` reject with a `ThreadkeepError`: `not_found` (no such thread, and no `thread` to make it from),
   * `invalid`, `too_large`, `unknown_persona`, `same_id_other_content`, `deleted`, `storage_full`, or `unavailable` when no answer
   * came in all tries. A model that fails is not among them: then `finished` has the status `failed` and what was said.
   *
   * @example
   * const answer = client.send(threadId, { text: 'What did I tell you about my garden?' })
   * const { receipt } = await answer.kept // receipt.durability is 'disk'
   * const { text } = await answer.finished
   */
  send(threadId: string, asked: SendAsked): Answer {
    const { signal, retry, ...given } = asked
    const id = asked.id ?? newId()
    const body = { ...given, id, reply: true }
    const start = { method: 'POST', path: path`/v1/threads/${threadId}/messages`, body } as const
    return new Answer(this.#door, id, { threadId, runId: null, start, retry }, signal)
  }

  /**
   * Asks for another answer to a message: a sibling of those that are there. `id` names the attempt, so that a retry of it is not
   * paid twice.
   *
   * `kept` and `finished` reject with a `ThreadkeepError`: `not_found`, `deleted`, `unknown_persona`, `unavailable`.
   *
   * @example
   * const { text } = await client.answerAgain(threadId, messageId, { personaId: 'calm_mature' }).finished
   */
  answerAgain(threadId: string, messageId: string, asked: AnswerAgainAsked = {}): Answer {
    const { signal, ...given } = asked
    const id = asked.id ?? newId()
    const at = path`/v1/threads/${threadId}/messages/${messageId}/replies`
    const start = { method: 'POST', path: at, body: { ...given, id } } as const
    return new Answer(this.#door, id, { threadId, runId: null, start }, signal)
  }

  /**
   * Stops what is being answered in a thread and keeps what was said so far: one run, the answer to one message, or, with
   * neither named, all. Resolves with the runs when they are over. Works from any device.
   *
   * Rejects with a `ThreadkeepError`: `not_found`.
   *
   * @example
   * await client.stop(threadId)
   */
  async stop(
    threadId: string,
    asked: { runId?: string; messageId?: string } = {},
    options: Options = {},
  ): Promise<Run[]> {
    const { runId, ...body } = asked
    if (runId !== undefined) return [await stopRun(this.#door, threadId, runId)]
    const at = path`/v1/threads/${threadId}/stop`
    const { runs } = await this.#door.json<{ runs: Run[] }>({ method: 'POST', path: at, body, ...options })
    return runs
  }

  /**
   * One attempt to answer: its status, its error, and what the model was given to see.
   *
   * Rejects with a `ThreadkeepError`: `not_found`.
   *
   * @example
   * const { status, error } = await client.run(threadId, runId)
   */
  async run(threadId: string, runId: string, options: Options = {}): Promise<Run> {
    return this.#door.json({ method: 'GET', path: path`/v1/threads/${threadId}/runs/${runId}`, ...options })
  }

  /**
   * Follows an answer that is under way, from its start, from a position, or from a pending message of a page: after a reload or
   * on another device. What is over already ends at once.
   *
   * `finished` rejects with a `ThreadkeepError`: `not_found`, `unavailable`.
   *
   * @example
   * const pending = page.messages.find(({ status }) => status === 'pending')
   * if (pending?.runId) for await (const event of client.follow(threadId, pending.runId, { message: pending })) draw(event)
   */
  follow(threadId: string, runId: string, asked: FollowAsked = {}): Following {
    return new Following(this.#door, { threadId, runId, start: null }, asked)
  }

  /**
   * Says something and waits for the whole answer; without a thread in the main one. An answer that takes more than two minutes
   * comes as far as it got, with the status `running`: follow its run for the rest. Sent again with the same `id` it lands in the
   * same place and is answered once.
   *
   * Rejects with a `ThreadkeepError`: as `send`, and `model_failed` when the model did: what was said is kept, `details` has the
   * `threadId` and the `messageId`.
   *
   * @example
   * const { response, threadId } = await client.chat('Hello')
   */
  async chat(message: string, asked: ChatAsked = {}): Promise<ChatAnswer> {
    const { signal, ...given } = asked
    const body = { ...given, message, id: asked.id ?? newId() }
    return this.#door.json({ method: 'POST', path: '/v1/chat', body, signal, timeoutMs: chatTimeoutMs })
  }

  /**
   * What changed after a `changeSeq` (of `me`, a receipt, or the page before), oldest first; ask again from `next`.
   *
   * Rejects with a `ThreadkeepError`: `resync` when that far back is no longer held: read everything anew.
   *
   * @example
   * const { changes, next } = await client.changes(lastSeen)
   */
  async changes(since: number, options: Options = {}): Promise<ChangePage> {
    return this.#door.json({ method: 'GET', path: '/v1/changes', query: { since }, ...options })
  }

  /**
   * Every change after a `changeSeq` as it happens, once and in order, until the loop is left or the signal aborted. A cut is
   * taken up after the last change. `onOpen` is called as often as the stream has come to stand.
   *
   * Throws a `ThreadkeepError`: `resync` as above, `unavailable` when the house is away for all tries.
   *
   * @example
   * for await (const { threadId } of client.changesStream(lastSeen)) refresh(threadId)
   */
  changesStream(since: number, options: Options & { onOpen?: () => void } = {}): AsyncIterable<Change> {
    return changesSince(this.#door, since, options.signal, options.onOpen)
  }
}

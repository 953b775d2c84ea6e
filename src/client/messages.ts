// The messages of a thread as they are read, kept without an answer, deleted and brought back.

import type { Role } from '../core/message.ts'
import type { Receipt } from '../core/receipt.ts'
import { type Asked, type Door, path } from './door.ts'
import type {
  MarkName,
  Marks,
  Message,
  MessageNotes,
  MessagePage,
  MessagePlace,
  MessagesAsked,
  Words,
} from './wire.ts'

type Options = { signal?: AbortSignal }

/** Something that was said elsewhere, with its role. */
export type MessageGiven = Words & MessageNotes & MessagePlace & { id?: string; role?: Role }

export class Messages {
  readonly #door: Door
  readonly #newId: () => string

  constructor(door: Door, newId: () => string) {
    this.#door = door
    this.#newId = newId
  }

  /**
   * One page of a thread in the order of the conversation; without `before`, `after` or `around` the newest. A pending message
   * carries its partial text: hand it to `client.follow` to hear the rest.
   *
   * Rejects with a `ThreadkeepError`: `not_found`, `invalid` for a limit outside 1 to 200.
   *
   * @example
   * const { messages, hasMore } = await client.messages.page(threadId, { limit: 20 })
   */
  async page(threadId: string, asked: MessagesAsked = {}, options: Options = {}): Promise<MessagePage> {
    return this.#door.json({
      method: 'GET',
      path: path`/v1/threads/${threadId}/messages`,
      query: asked,
      ...options,
    })
  }

  /**
   * Pages from the newest (or from `before`) back to the first message, each fetched when it is asked for: for scrolling up.
   *
   * Throws as `page` rejects.
   *
   * @example
   * for await (const messages of client.messages.older(threadId)) list.prepend(...messages)
   */
  async *older(
    threadId: string,
    asked: Omit<MessagesAsked, 'after' | 'around'> = {},
    options: Options = {},
  ): AsyncGenerator<Message[]> {
    for (let { before } = asked; ;) {
      const page = await this.page(
        threadId,
        { ...asked, ...(before === undefined ? {} : { before }) },
        options,
      )
      if (page.messages.length > 0) yield page.messages
      if (!page.hasMore.before) return
      before = page.messages[0]?.seq ?? 0
    }
  }

  /**
   * One message.
   *
   * Rejects with a `ThreadkeepError`: `not_found`, `deleted`.
   *
   * @example
   * const { status, text } = await client.messages.get(threadId, messageId)
   */
  async get(threadId: string, messageId: string, options: Options = {}): Promise<Message> {
    return this.#door.json({ ...one(threadId, messageId), ...options })
  }

  /**
   * Keeps a message that was made elsewhere, and asks nobody to answer it. Its id is made here unless one is given, and every
   * retry carries it, so that it is kept once.
   *
   * Rejects with a `ThreadkeepError`: `not_found`, `invalid`, `too_large`, `same_id_other_content`, `deleted`, `forbidden` for a
   * role that this credential may not speak in, `unavailable` and `storage_full` when it could not be kept.
   *
   * @example
   * const { receipt } = await client.messages.keep(threadId, { role: 'assistant', text: 'Made by a model of ours.' })
   */
  async keep(
    threadId: string,
    given: MessageGiven,
    options: Options = {},
  ): Promise<{ message: Message; receipt: Receipt }> {
    const body = { ...given, id: given.id ?? this.#newId(), reply: false }
    return this.#door.json({ method: 'POST', path: path`/v1/threads/${threadId}/messages`, body, ...options })
  }

  /**
   * Deletes a message: it leaves every reading and keeps its place in the tree. It can be restored for 30 days; `forever` removes
   * its words at once.
   *
   * Rejects with a `ThreadkeepError`: `not_found`, `deleted`.
   *
   * @example
   * await client.messages.remove(threadId, messageId)
   */
  async remove(
    threadId: string,
    messageId: string,
    options: Options & { forever?: boolean } = {},
  ): Promise<{ receipt: Receipt }> {
    const { forever, ...rest } = options
    const query = { forever: forever ? 'true' : undefined }
    return this.#door.json({ ...one(threadId, messageId), method: 'DELETE', query, ...rest })
  }

  /**
   * Brings a deleted message back with its words.
   *
   * Rejects with a `ThreadkeepError`: `not_found` when it was not deleted, or is gone for good.
   *
   * @example
   * const { message } = await client.messages.restore(threadId, messageId)
   */
  async restore(
    threadId: string,
    messageId: string,
    options: Options = {},
  ): Promise<{ message: Message; receipt: Receipt }> {
    const { path: at } = one(threadId, messageId)
    return this.#door.json({ method: 'POST', path: `${at}/restore`, ...options })
  }

  /**
   * Puts a mark on a message, in the place of one of the same name: a `pin`, a `thumb` that is `up` or `down`, a `note`, or a list
   * of texts as `tag`. The message itself stays as it was said; its marks come with every reading.
   *
   * Rejects with a `ThreadkeepError`: `not_found`, `deleted`, `invalid` for a value that this mark cannot have, `too_large`.
   *
   * @example
   * const { message } = await client.messages.mark(threadId, messageId, 'thumb', 'up') // message.marks.thumb is 'up'
   */
  async mark<Name extends MarkName>(
    threadId: string,
    messageId: string,
    name: Name,
    value: NonNullable<Marks[Name]>,
    options: Options = {},
  ): Promise<{ message: Message; receipt: Receipt }> {
    return this.#door.json({
      ...markOf(threadId, messageId, name),
      method: 'PUT',
      body: { value },
      ...options,
    })
  }

  /**
   * Takes a mark off a message. One that is not there is as good as taken off.
   *
   * Rejects with a `ThreadkeepError`: `not_found`, `deleted`.
   *
   * @example
   * await client.messages.unmark(threadId, messageId, 'pin')
   */
  async unmark(
    threadId: string,
    messageId: string,
    name: MarkName,
    options: Options = {},
  ): Promise<{ message: Message; receipt: Receipt }> {
    return this.#door.json({ ...markOf(threadId, messageId, name), method: 'DELETE', ...options })
  }
}

const one = (threadId: string, messageId: string): Asked => ({
  method: 'GET',
  path: path`/v1/threads/${threadId}/messages/${messageId}`,
})

const markOf = (threadId: string, messageId: string, name: MarkName): Asked => ({
  method: 'GET',
  path: path`/v1/threads/${threadId}/messages/${messageId}/marks/${name}`,
})

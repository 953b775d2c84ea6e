// One conversation without a page: a house of a few messages, and a device that remembers what it is given.
import type { Client, Message, MessagePage } from '../../src/client/client.ts'
import { ThreadkeepError } from '../../src/core/errors.ts'
import { Conversation } from '../../web/chat/conversation.ts'
import { LiveAnswers } from '../../web/chat/live-answers.ts'
import { type PathWindow, windowOf } from '../../web/chat/path-window.ts'
import { type Shelf, StrayList } from '../../web/chat/stray-list.ts'
import { aDevice } from './device.ts'
import { messageOf, pathOf } from './sample.ts'

export type TestHouse = {
  path: Message[]
  stray: Message
  known: Map<string, Message>
  isAway: boolean
  /** What was asked about marks, in order. */
  asked: string[]
  refusal: ThreadkeepError | null
  /** Held back until it is called. */
  answer: Promise<void>
}

/** m1 … m4 are the path; m3 has a sibling that is not on it. */
export function aHouse(): TestHouse {
  const path = pathOf(1, 4)
  const stray = messageOf('m9', { seq: 9, parentId: 'm2' })
  const known = new Map([...path, stray].map((message) => [message.id, message]))
  return { path, stray, known, isAway: false, asked: [], refusal: null, answer: Promise.resolve() }
}

type Given = {
  house?: TestHouse
  shelf?: Shelf
  userId?: string
  threadId?: string
  /** A promise of it: this device is slower than the house. */
  remembered?: MessagePage | null | Promise<MessagePage>
}

export function aConversation(given: Given = {}): Conversation {
  const { house = aHouse(), shelf = aShelf(), userId = 'ada', threadId = 't', remembered = null } = given
  return new Conversation(threadId, {
    client: clientOf(house),
    outbox: aDevice().tab(userId),
    live: new LiveAnswers(),
    strayList: new StrayList(shelf, userId),
    recallPage: async () => remembered,
  })
}

function clientOf(house: TestHouse): Client {
  const reach = async () => {
    await house.answer
    if (house.isAway) throw new ThreadkeepError('unavailable', 'The house is away.', '')
    if (house.refusal) throw house.refusal
  }
  const messages = {
    async get(_: string, id: string) {
      await reach()
      const message = house.known.get(id)
      if (!message) throw new ThreadkeepError('deleted', 'It was deleted.', '')
      return message
    },
    async page(_: string, { after = 0, limit = 50 }: { after?: number; limit?: number }) {
      await reach()
      const messages = house.path.filter(({ seq }) => seq > after).slice(0, limit)
      return { messages, headId: house.path.at(-1)?.id ?? null, hasMore: { before: false, after: false } }
    },
    async mark(_: string, id: string, name: string, value: unknown) {
      house.asked.push(`${id} ${name} ${String(value)}`)
      await reach()
    },
    async unmark(_: string, id: string, name: string) {
      house.asked.push(`${id} ${name} off`)
      await reach()
    },
  }
  return { messages } as unknown as Client
}

export const pageOf = (...messages: Message[]): PathWindow =>
  windowOf({ messages, hasMore: { before: false, after: false } })

export function aShelf(): Shelf {
  const items = new Map<string, string>()
  return {
    get length() {
      return items.size
    },
    key: (index) => [...items.keys()][index] ?? null,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  }
}

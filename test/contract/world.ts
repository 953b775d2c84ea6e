// What a suite asks of an engine, and the small world of two people in which each of its tests happens.
import { afterAll, beforeAll, expect } from 'vitest'
import { must } from '../../src/core/assert.ts'
import type { Change } from '../../src/core/change.ts'
import type { ErrorCode } from '../../src/core/errors.ts'
import type { Message } from '../../src/core/message.ts'
import type { Conflict, Kept, Missing, Outcome, Receipt, RunRef, Thing } from '../../src/core/receipt.ts'
import type { Run, RunEvents } from '../../src/core/run.ts'
import type {
  ChangeRow,
  MessageJsonPage,
  MessagePage,
  MessagesAsked,
  OwnedRecord,
  Store,
  ThreadPage,
  ThreadsAsked,
} from '../../src/core/store.ts'
import type { Thread } from '../../src/core/thread.ts'
import type { User } from '../../src/core/user.ts'
import { asked, type BesidesWords, created, fresh } from '../store/commits.ts'

export type OpenStore = AsyncDisposable & {
  store: Store
  /** Closes the store in good order and opens it again where it was. */
  reopen(): Promise<Store>
}
export type Engine = { name: string; open(): Promise<OpenStore> }

/** Worlds in one store for a whole suite, each with people of its own: they must not meet, and cost next to nothing. */
export function worldsOn(engine: Engine): () => Promise<World> {
  let open: OpenStore | undefined
  beforeAll(async () => {
    open = await engine.open()
  })
  afterAll(() => open?.[Symbol.asyncDispose]())
  return () =>
    begin({ ...must(open, 'the suite has opened its store'), [Symbol.asyncDispose]: async () => {} })
}

/** A world in a store of its own, for a test that closes it. */
export const openAlone = async (engine: Engine): Promise<World> => begin(await engine.open())

/** Ann has the empty thread `t`, and bob has nothing yet. */
async function begin(open: OpenStore): Promise<World> {
  const world = new World(open)
  await world.ann.keep(created('t'))
  return world
}

export class World implements AsyncDisposable {
  readonly ann = this.newcomer('ann')
  readonly bob = this.newcomer('bob')
  /** The time of the next commit; it goes on by a millisecond with each. */
  now = Date.UTC(2026, 0, 1)
  readonly #open: OpenStore
  #store: Store

  constructor(open: OpenStore) {
    this.#open = open
    this.#store = open.store
  }

  get store(): Store {
    return this.#store
  }

  person(id: string): Person {
    return new Person(this, id)
  }

  /** Somebody whom no other world has met. */
  newcomer(name: string): Person {
    return this.person(fresh(name))
  }

  async reopen(): Promise<void> {
    this.#store = await this.#open.reopen()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#open[Symbol.asyncDispose]()
  }
}

/** The store in one user's hands. */
export class Person {
  readonly id: string
  readonly #world: World

  constructor(world: World, id: string) {
    this.#world = world
    this.id = id
  }

  get #store(): Store {
    return this.#world.store
  }

  commit(...changes: Change[]): Promise<Outcome> {
    return this.commitAt(this.#world.now++, ...changes)
  }

  commitAt(at: number, ...changes: Change[]): Promise<Outcome> {
    return this.#store.commit({ user: this.id, at, changes })
  }

  /** For a commit that the test takes for granted. */
  async keep(...changes: Change[]): Promise<Kept> {
    const outcome = await this.commit(...changes)
    if (outcome.result === 'kept') return outcome
    throw new Error(`This commit was to be kept, and was not: ${JSON.stringify(outcome)}`)
  }

  /** Asks a question, and opens the run that will answer it. */
  async ask(threadId: string, text: string, besides: BesidesWords = {}): Promise<RunRef> {
    const { run } = await this.keep(...asked(threadId, text, besides))
    return must(run, 'a question that was asked with a run has one')
  }

  user(): Promise<User | null> {
    return this.#store.user(this.id)
  }

  thread(threadId: string): Promise<Thread | null> {
    return this.#store.thread(this.id, threadId)
  }

  threadByKey(externalKey: string): Promise<Thread | null> {
    return this.#store.threadByKey(this.id, externalKey)
  }

  threads(asked: ThreadsAsked): Promise<ThreadPage> {
    return this.#store.threads(this.id, asked)
  }

  message(threadId: string, messageId: string): Promise<Message | null> {
    return this.#store.message(this.id, threadId, messageId)
  }

  page(threadId: string, asked: MessagesAsked): Promise<MessagePage | null> {
    return this.#store.messages(this.id, threadId, asked)
  }

  jsonPage(threadId: string, asked: MessagesAsked): Promise<MessageJsonPage | null> {
    return this.#store.messagesJson(this.id, threadId, asked)
  }

  /** The text of a page as an HTTP body has it; `messagesFrom` reads it. */
  async json(threadId: string, asked: MessagesAsked): Promise<string> {
    return must(await this.jsonPage(threadId, asked), `the thread ${threadId} has a page`).json
  }

  run(runId: string): Promise<Run | null> {
    return this.#store.run(this.id, runId)
  }

  async underWay(threadId: string): Promise<string[]> {
    return (await this.#store.runsUnderWay(this.id, threadId)).map(({ id }) => id).toSorted()
  }

  runEvents(runId: string, afterOrdinal = -1): Promise<RunEvents[]> {
    return this.#store.runEvents(this.id, runId, afterOrdinal)
  }

  changes(since: number, limit: number): Promise<ChangeRow[] | null> {
    return this.#store.changes(this.id, since, limit)
  }

  everything(): Promise<OwnedRecord[]> {
    return Array.fromAsync(this.#store.everything(this.id))
  }

  /** Every message of every branch, by seq. */
  async all(threadId: string): Promise<Message[]> {
    const all: Message[] = []
    for (;;) {
      const page = await this.page(threadId, { branch: 'all', after: all.at(-1)?.seq ?? 0, limit: 200 })
      const { messages } = must(page, `the thread ${threadId} can be read`)
      all.push(...messages)
      if (messages.length < 200) return all
    }
  }
}

/** The messages of a JSON page, their times as numbers again. */
export function messagesFrom(json: string): Message[] {
  const ms = (time: unknown) => (typeof time === 'string' ? Date.parse(time) : time)
  const messages = JSON.parse(json) as Record<string, unknown>[]
  return messages.map(
    (message) =>
      ({ ...message, createdAt: ms(message.createdAt), finishedAt: ms(message.finishedAt) }) as Message,
  )
}

/** The receipts of commits that were kept or replayed, as they all must have been. */
export function receiptsOf(outcomes: readonly Outcome[]): Receipt[] {
  return outcomes.map((outcome) => {
    if ('receipt' in outcome) return outcome.receipt
    throw new Error(`This commit was to be kept, and was not: ${JSON.stringify(outcome)}`)
  })
}

export const refused = (code: ErrorCode): object => ({
  result: 'refused',
  code,
  message: expect.stringMatching(/\w+ \w+/),
  hint: expect.stringMatching(/\w+ \w+/),
})
export const missing = (what: Thing, id: string): Missing => ({ result: 'missing', what, id })
export const conflict = (what: Thing, id: string): Conflict => ({ result: 'conflict', what, id })

/** 0, 1, 2 … up to and without `count`. */
export const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

export function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const item of items) counts[keyOf(item)] = (counts[keyOf(item)] ?? 0) + 1
  return counts
}

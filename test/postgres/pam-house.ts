// A house with PAM beside it: the store as the house has it open, and connections as PAM's callers have them.
import { Client, type QueryResultRow } from 'pg'
import { must } from '../../src/core/assert.ts'
import { xorInto } from '../../src/core/checksum.ts'
import type { Message } from '../../src/core/message.ts'
import type { Store } from '../../src/core/store.ts'
import type { Thread } from '../../src/core/thread.ts'
import { checksumOf, linkOf } from '../../src/store/hash.ts'
import type { FreshDatabase } from './database.ts'
import { freshHouse, openAsApp } from './house.ts'

export type Noted = { intent?: string; confidence?: number | string; entities?: unknown; metadata?: unknown }

export class PamHouse implements AsyncDisposable {
  readonly store: Store
  readonly service: Caller
  /** Somebody without any context. */
  readonly app: Caller
  readonly #database: FreshDatabase
  readonly #open: Caller[] = []

  private constructor(database: FreshDatabase, store: Store, callers: [Caller, Caller]) {
    this.#database = database
    this.store = store
    ;[this.service, this.app] = callers
    this.#open.push(...callers)
  }

  static async open(): Promise<PamHouse> {
    const database = await freshHouse()
    const roles = ['threadkeep_service', 'threadkeep_app'] as const
    const [service, app] = await Promise.all(roles.map((role) => connect(database, role)))
    return new PamHouse(database, await openAsApp(database), [must(service, 'one'), must(app, 'two')])
  }

  /** As somebody whom PostgREST let in: the token names the user. */
  async user(id: string): Promise<Caller> {
    const caller = await this.as('threadkeep_app')
    await caller.set('request.jwt.claims', JSON.stringify({ sub: id, role: 'authenticated' }))
    return caller
  }

  async as(role: string): Promise<Caller> {
    const caller = await connect(this.#database, role)
    this.#open.push(caller)
    return caller
  }

  /** The thread that PAM calls by this uuid. */
  async threadOf(user: string, conversation: string): Promise<Thread> {
    const named = await this.store.threadByRef(user, 'pam', conversation)
    return must(named ?? (await this.store.thread(user, conversation)), `${user} has ${conversation}`)
  }

  async all(user: string, threadId: string): Promise<Message[]> {
    const all: Message[] = []
    for (;;) {
      const after = all.at(-1)?.seq ?? 0
      const page = await this.store.messages(user, threadId, { branch: 'all', after, limit: 200 })
      const { messages } = must(page, `${threadId} can be read`)
      all.push(...messages)
      if (messages.length < 200) return all
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#open.map((caller) => caller.end()))
    await this.store[Symbol.asyncDispose]()
    await this.#database.drop()
  }
}

/** One connection, and PAM's three functions on it. */
export class Caller {
  readonly #client: Client

  constructor(client: Client) {
    this.#client = client
  }

  async rows<R extends QueryResultRow>(text: string, ...values: unknown[]): Promise<R[]> {
    return (await this.#client.query<R>(text, values)).rows
  }

  async set(name: string, value: string): Promise<void> {
    await this.rows('SELECT set_config($1, $2, false)', name, value)
  }

  conversation(user: string | null, session: string | null = null, context: unknown = {}): Promise<string> {
    const sql = 'SELECT pam.get_or_create_pam_conversation($1, $2, $3) AS id'
    return this.#id(sql, user, session, JSON.stringify(context))
  }

  say(conversation: string, role: string | null, content: string | null, noted: Noted = {}): Promise<string> {
    const { intent = null, confidence = null, entities = {}, metadata = {} } = noted
    return this.#id(
      'SELECT pam.store_pam_message($1, $2, $3, $4, $5, $6, $7) AS id',
      conversation,
      role,
      content,
      intent,
      confidence,
      JSON.stringify(entities),
      JSON.stringify(metadata),
    )
  }

  history(user: string | null, limit: number | null = 20): Promise<Told[]> {
    return this.rows('SELECT * FROM pam.get_conversation_history($1, $2)', user, limit)
  }

  end(): Promise<void> {
    return this.#client.end()
  }

  async #id(sql: string, ...values: unknown[]): Promise<string> {
    const [row] = await this.rows<{ id: string }>(sql, ...values)
    return must(row, 'a function answers with a row').id
  }
}

export type Told = { role: string; content: string; intent: string | null; created_at: Date }

/** What the chain of a thread has to be, from what is read of its messages. */
export function chainOf(messages: readonly Message[]): string {
  const chain = new Uint8Array(16)
  for (const { seq, id, role, text } of messages)
    xorInto(chain, linkOf(seq, id, checksumOf(role, { text, parts: null })))
  return Buffer.from(chain).toString('hex')
}

async function connect(database: FreshDatabase, role: string): Promise<Caller> {
  const client = new Client(database.urlFor(role))
  await client.connect()
  return new Caller(client)
}

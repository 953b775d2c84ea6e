// A whole house for one test, without a port: a store of its own, a model that says what it is told, and the doors. In the project
// `postgres` the store is a database on its server.

import { inject } from 'vitest'
import type { Chat } from '../src/chat/chat.ts'
import type { Authenticate } from '../src/core/principal.ts'
import type { Store } from '../src/core/store.ts'
import { createApp } from '../src/http/app.ts'
import { heard } from '../src/http/commit-news.ts'
import type { DoorSettings, LogLine } from '../src/http/doors.ts'
import { type GuestOptions, openGuests } from '../src/identity/guests.ts'
import { SqliteGuests } from '../src/identity/sqlite-guests.ts'
import { says, type Script, type ScriptedModel, scriptedModel } from '../src/model/scripted.ts'
import { type Embedding, threadkeep, type Threadkeep } from '../src/server.ts'
import { checkAnswer } from './http/answer-check.ts'
import { Visitor } from './http/visitor.ts'

export type HouseOptions = {
  /** What the model says; left out: one short sentence, as often as it is asked. */
  script?: Script
  settings?: Partial<DoorSettings>
  /** A store that is kept; left out, one that goes with the house. */
  data?: string
} & Rebuilt

/** What only a test gives to the doors. */
type Rebuilt = {
  guests?: Partial<GuestOptions>
  authenticate?: Authenticate
  /** Puts a fault between the doors and the store. */
  store?: (store: Store) => Store
  closing?: AbortSignal
  /** Without it nobody tells the doors of a commit. */
  news?: boolean
}

export type House = AsyncDisposable & {
  readonly keep: Threadkeep
  readonly store: Store
  readonly chat: Chat
  readonly model: ScriptedModel
  readonly logs: LogLine[]
  /** What the doors answer, held against openapi.json on the way. */
  readonly fetch: (request: Request, env?: object) => Promise<Response>
  /** Somebody without a credential. */
  readonly stranger: Visitor
  readonly guest: () => Promise<Visitor>
}

export const usualAnswer = 'Roses grow by the wall.'

export async function openHouse(options: HouseOptions = {}): Promise<House> {
  const model = scriptedModel(options.script ?? (() => says('Roses grow ', 'by the wall.')))
  const logs: LogLine[] = []
  const { data, settings: doors = {} } = options
  const log = (line: LogLine) => void logs.push(line)
  await using opening = new AsyncDisposableStack()
  const place = opening.use(await placeFor(data))
  const keep = await threadkeep({ ...place.settings, model, log, doors, trustProxy: '1' })
  const own = isRebuilt(options) ? rebuilt(keep, options, log) : { ...keep, guests: null }
  const fetch = async (request: Request, env: object = {}) =>
    checkAnswer(request, await own.fetch(request, env))
  const stranger = new Visitor(fetch, '', null)
  const dispose = async () => {
    for (const run of keep.chat.live.all()) run.stop('shutdown')
    await keep.close()
    own.guests?.[Symbol.dispose]()
    await held[Symbol.asyncDispose]()
  }
  const held = opening.move()
  const { chat } = own
  const guest = () => guestOf(stranger, fetch)
  return { keep, store: own.store, chat, model, logs, fetch, stranger, guest, [Symbol.asyncDispose]: dispose }
}

/** Where a house of this project keeps what is said, until it is disposed. */
async function placeFor(data: string | undefined): Promise<Place> {
  const onPostgres = (inject('postgresUrl') as string | undefined) !== undefined
  if (onPostgres) return (await import('./postgres/whole-house.ts')).placeOnPostgres(data)
  const settings = data === undefined ? { store: 'memory:' } : { data }
  return { settings, [Symbol.asyncDispose]: async () => {} }
}
export type Place = { settings: Embedding } & AsyncDisposable

let addresses = 0

/** Each from an address of their own, so that no limit is met by accident. */
async function guestOf(stranger: Visitor, fetch: House['fetch']): Promise<Visitor> {
  addresses++
  const address = `10.${(addresses >> 16) & 255}.${(addresses >> 8) & 255}.${addresses & 255}`
  const { body } = await stranger.post('/v1/guests', {}, { 'x-forwarded-for': address })
  return new Visitor(fetch, String(body['user']), String(body['token']))
}

const isRebuilt = ({ guests, authenticate, store, closing, news }: Rebuilt) =>
  [guests, authenticate, store, closing, news].some((given) => given !== undefined)

/** The same rooms behind doors that were put together for this test. */
function rebuilt(keep: Threadkeep, options: HouseOptions, log: (line: LogLine) => void) {
  const { store, news } = heard(options.store?.(keep.store) ?? keep.store)
  const table = new SqliteGuests(':memory:')
  const guests = openGuests({ table, trustProxy: options.guests === undefined, ...options.guests })
  const chat = { ...keep.chat, store }
  const app = createApp({
    chat,
    store,
    guests,
    authenticate: options.authenticate ?? guests.authenticate,
    settings: { origins: [], url: null, ...options.settings },
    about: {
      version: '0.0.0',
      commit: null,
      startedAt: Date.now(),
      engine: keep.about.engine,
      durability: keep.about.durability,
      frontend: false,
    },
    cursorSecret: new Uint8Array(32).fill(7),
    log,
    ...((options.news ?? true) ? { news } : null),
    ...(options.closing ? { closing: options.closing } : null),
  })
  const fetch = async (request: Request, env: object) => app.fetch(request, env)
  return { fetch, store, chat, guests }
}

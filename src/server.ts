// The whole house, put together: the only file that knows every room.

import { hash, randomFillSync } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import pino from 'pino'
import type { Chat } from './chat/chat.ts'
import { drain } from './chat/drain.ts'
import { LiveRuns } from './chat/live.ts'
import { recover } from './chat/recover.ts'
import { type Config, configFrom, type Options } from './config.ts'
import { ThreadkeepError } from './core/errors.ts'
import { idSource } from './core/id.ts'
import type { Model } from './core/model.ts'
import type { Authenticate } from './core/principal.ts'
import type { Store } from './core/store.ts'
import type { SchemaLine, Upkeep } from './core/upkeep.ts'
import { createApp } from './http/app.ts'
import { traceOf } from './http/errors.ts'
import { heard } from './http/commit-news.ts'
import type { DoorSettings } from './http/doors.ts'
import { nodeHandler } from './http/node.ts'
import { webFiles } from './http/web-files.ts'
import { type Guests, openGuests } from './identity/guests.ts'
import { chooseModel } from './model/choose.ts'
import { knownPersonas } from './personas/known.ts'
import { openStore, sqliteFile } from './store/open.ts'
import { type Acceptance, acceptance, schemaOf } from './store/sqlite/inspect.ts'
import type { About, SqliteStore } from './store/sqlite/open.ts'

export type { Change, Commit } from './core/change.ts'
export { ThreadkeepError } from './core/errors.ts'
export { canonicalJson } from './core/json.ts'
export type { Message } from './core/message.ts'
export { type Model, ModelError, type ModelEvent, type ModelRequest } from './core/model.ts'
export { keptOrThrow, type Outcome, type Receipt } from './core/receipt.ts'
export type { Run } from './core/run.ts'
export type { Store } from './core/store.ts'
export type { Thread } from './core/thread.ts'
export type { Options } from './config.ts'

const drainMs = 25_000
const upkeepMs = 10 * 60_000
const runLogMs = 60 * 60_000

/** Besides the settings: what only code can give. */
export type Embedding = Omit<Options, 'model'> & {
  /** `provider:name`, or a model of your own. */
  model?: string | Model | undefined
  /** Serve the web app beside the doors, where it has been built. */
  page?: boolean
  /** Your own sign-in: who this request comes from, or null. Guests stay possible beside it. */
  authenticate?: (request: Request) => Promise<{ userId: string } | null>
  /** How the doors behave; for tests and unusual hosts. */
  doors?: Partial<DoorSettings>
  log?: (line: { level: 'error' | 'warn'; what: string } & Record<string, unknown>) => void
}

export type Threadkeep = AsyncDisposable & {
  readonly config: Config
  readonly store: Store
  readonly upkeep: Upkeep
  readonly about: About
  readonly chat: Chat
  /** The doors for any web-standard host. `env` is what the host knows of the connection. */
  fetch(request: Request, env?: object): Promise<Response>
  /** The doors for node:http, Express and their like. */
  node(req: IncomingMessage, res: ServerResponse): void
  /** A server of its own on the host and port of the settings. */
  listen(): Promise<{ url: string }>
  /** Answers under way may end, what is handed over becomes durable, and the data folder is let go. */
  close(): Promise<void>
}

/**
 * Opens a Threadkeep. Every setting may be given as an option; what is not comes from the environment, `.env` or the defaults.
 *
 * Rejects with a `ThreadkeepError`: `config` for a wrong setting, `store_refused` for a data folder that may not be opened.
 *
 * @example
 * const keep = await threadkeep({ data: './data' })
 * app.use('/chat', (req, res) => keep.node(req, res))
 */
export async function threadkeep(options: Embedding = {}): Promise<Threadkeep> {
  const { model: givenModel, doors, log = defaultLog, authenticate, page = false, ...settings } = options
  const config = configFrom({ ...settings, model: typeof givenModel === 'string' ? givenModel : undefined })
  const model = typeof givenModel === 'object' ? givenModel : await chooseModel(config)
  const opened = await openStore(config)
  const { store, news } = heard(opened)
  const chat = chatOf(store, model, config, log)
  const guests = guestsOf(config, opened)
  const closing = new AbortController()
  await recover(chat, opened.upkeep)
  const files = page ? webFiles() : null
  const app = createApp({
    chat,
    store,
    authenticate: eitherOf(authenticate, guests.authenticate),
    guests,
    settings: doorSettings(config, doors),
    about: {
      ...packageFacts(),
      startedAt: Date.now(),
      engine: opened.about.engine,
      durability: opened.about.durability,
      frontend: files !== null,
    },
    cursorSecret: cursorSecret(opened),
    log,
    news,
    closing: closing.signal,
  })
  const upkeep = setInterval(() => void opened.upkeep.dropRunLogs(Date.now() - runLogMs), upkeepMs).unref()
  const fetch = async (request: Request, env: object = {}) => files?.(request) ?? app.fetch(request, env)
  const node = nodeHandler(fetch, { basePath: doors?.basePath ?? '' })
  let server: Server | null = null
  let closed: Promise<void> | null = null
  const close = () => (closed ??= shut({ chat, guests, opened, closing, upkeep, server }))
  return {
    config,
    store,
    upkeep: opened.upkeep,
    about: opened.about,
    chat,
    fetch,
    node,
    listen: async () => {
      server = createServer(node)
      return { url: await listening(server, config) }
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

function chatOf(store: Store, model: Model, config: Config, log: NonNullable<Embedding['log']>): Chat {
  const newId = idSource(Date.now, randomness())
  return {
    store,
    model,
    personas: knownPersonas(),
    window: config.window,
    live: new LiveRuns(),
    owner: newId(),
    now: Date.now,
    newId,
    report: (what, fault) =>
      log({
        level: 'error',
        what,
        ...traceOf(fault),
      }),
  }
}

function eitherOf(own: Embedding['authenticate'], guest: Authenticate): Authenticate {
  if (!own) return guest
  return async (request) => {
    const known = await own(request)
    return known ? { userId: known.userId, by: 'embedder', scopes: ['read', 'write'] } : guest(request)
  }
}

/** Asked for a page at a time: many ids are made for one call into the system. */
function randomness(): (bytes: Uint8Array) => void {
  const pool = new Uint8Array(4_096)
  let used = pool.length
  return (bytes) => {
    if (used + bytes.length > pool.length) {
      randomFillSync(pool)
      used = 0
    }
    bytes.set(pool.subarray(used, (used += bytes.length)))
  }
}

function guestsOf(config: Config, { about }: SqliteStore): Guests {
  return openGuests({
    file: join(about.durability === 'none' ? dirname(about.file) : config.data, 'identity.db'),
    perHourPerAddress: config.guestsPerHour,
    secure: config.url.startsWith('https:'),
    trustProxy: config.trustProxy,
  })
}

function doorSettings(config: Config, given: Partial<DoorSettings> = {}): DoorSettings {
  return {
    origins: config.origins,
    url: config.url || null,
    metricsToken: config.metricsToken || null,
    ...given,
  }
}

/** The same after a restart, so that a page can be continued; nobody outside learns the store's own id. */
const cursorSecret = ({ storeId }: SqliteStore) => Buffer.from(hash('sha256', `cursors of ${storeId}`), 'hex')

function packageFacts(): { version: string; commit: string | null } {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  return { version, commit: null }
}

type Closing = {
  chat: Chat
  guests: Guests
  opened: SqliteStore
  closing: AbortController
  upkeep: NodeJS.Timeout
  server: Server | null
}

async function shut({ chat, guests, opened, closing, upkeep, server }: Closing): Promise<void> {
  clearInterval(upkeep)
  const unanswered = server && new Promise<void>((resolve) => server.close(() => resolve()))
  await drain(chat, drainMs)
  closing.abort()
  if (server && unanswered) {
    const grace = setTimeout(() => server.closeAllConnections(), 1_000)
    await unanswered
    clearTimeout(grace)
  }
  guests[Symbol.dispose]()
  await opened[Symbol.asyncDispose]()
}

function listening(server: Server, { host, port }: Config): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (fault: NodeJS.ErrnoException) => reject(notListening(fault, host, port)))
    server.listen(port, host, () => {
      const at = server.address() as AddressInfo
      resolve(`http://${at.family === 'IPv6' ? `[${at.address}]` : at.address}:${at.port}`)
    })
  })
}

function notListening(fault: NodeJS.ErrnoException, host: string, port: number): ThreadkeepError {
  const why = fault.code === 'EADDRINUSE' ? 'another program listens there' : fault.message
  return new ThreadkeepError(
    'config',
    `Cannot listen on ${host}:${port}: ${why}.`,
    'Choose another with HOST and PORT.',
    undefined,
    fault,
  )
}

function defaultLog({ level, what, ...more }: Parameters<NonNullable<Embedding['log']>>[0]): void {
  logger[level](more, what)
}
const logger = pino({ name: 'threadkeep' }, pino.destination({ dest: 2, sync: true }))

/** The schema of a store that need not be able to open. */
export async function inspectSchema(options: Options = {}): Promise<{ file: string; lines: SchemaLine[] }> {
  const file = fileOf(configFrom(options))
  return { file, lines: schemaOf(file) }
}

/** What stands in the way of a store that was put there on purpose, and the way to accept it. */
export async function inspectAcceptance(
  options: Options = {},
): Promise<Disposable & { offer: Acceptance | null }> {
  const config = configFrom(options)
  return acceptance(fileOf(config), config.data)
}

function fileOf({ store }: Config): string {
  if (store !== 'memory:') return sqliteFile(store)
  throw new ThreadkeepError(
    'config',
    'THREADKEEP_STORE is memory:, which leaves no file to look at.',
    'Name a store: sqlite:<path>.',
  )
}

// The whole house, put together: the only file that knows every room.

import { hash, randomFillSync } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import pino from 'pino'
import type { Chat } from './chat/chat.ts'
import { drain } from './chat/drain.ts'
import { limitsOf } from './chat/limits.ts'
import { LiveRuns } from './chat/live.ts'
import type { Pace } from './chat/pace.ts'
import { settleSaid } from './chat/said-later.ts'
import { keepWatch } from './chat/watch.ts'
import { type Config, configFrom, type Options } from './config.ts'
import { must } from './core/assert.ts'
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
import { listening } from './http/listen.ts'
import { nodeHandler } from './http/node.ts'
import { webFiles } from './http/web-files.ts'
import { type Guests, openGuests } from './identity/guests.ts'
import type { GuestTable } from './identity/guest-table.ts'
import { moveGuests } from './identity/move-guests.ts'
import type { Ask as GuestAsk } from './identity/postgres-guests.ts'
import { SqliteGuests } from './identity/sqlite-guests.ts'
import { chooseModel } from './model/choose.ts'
import { knownPersonas } from './personas/known.ts'
import { acceptanceAt, schemaAt } from './store/inspect.ts'
import { type AboutStore, migrateStore, type OpenedStore, openStore } from './store/open.ts'
import type { MoveProgress, MoveReport as StoreMoveReport } from './store/move/move.ts'
import { openRecent } from './store/recent/open.ts'
import { rolesSql } from './store/postgres/roles.ts'
import type { Acceptance } from './store/sqlite/inspect.ts'
import { keepUp } from './upkeep/house.ts'

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
export { upkeep } from './upkeep/operator.ts'

/** With two seconds for their ends, one to tell them, and one for connections, no more than 25 in all. */
const drainMs = 21_000
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
  /** How often a node looks at what it shares with others; for tests and unusual hosts. */
  pace?: Pace
  log?: (line: { level: 'error' | 'warn'; what: string } & Record<string, unknown>) => void
}

export type Threadkeep = AsyncDisposable & {
  readonly config: Config
  readonly store: Store
  readonly upkeep: Upkeep
  readonly about: AboutStore
  /** How many recent threads were brought into memory, when that is done in the background. */
  readonly loaded: Promise<number>
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
  await using opening = new AsyncDisposableStack()
  const rooms = await openRooms(options, opening)
  const { config, opened, recent, store, chat, log } = rooms
  const fetch = doorsOf(rooms, options)
  const node = nodeHandler(fetch, { basePath: options.doors?.basePath ?? '' })
  const timer = everyNowAndThen(opened, log)
  const loaded = recent.load(store, told(log))
  const held = opening.move()
  let server: Server | null = null
  let closed: Promise<void> | null = null
  const close = () => (closed ??= shut({ rooms, held, timer, server }))
  return {
    config,
    store,
    upkeep: opened.upkeep,
    about: opened.about,
    loaded,
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

type Rooms = Awaited<ReturnType<typeof openRooms>>

async function openRooms(options: Embedding, opening: AsyncDisposableStack) {
  const { model: given, pace, log = defaultLog } = options
  const config = configFrom({ ...options, model: typeof given === 'string' ? given : undefined })
  const model = typeof given === 'object' ? given : await chooseModel(config)
  const opened = opening.use(await openStore(config))
  const recent = opening.use(openRecent(opened, config))
  const kept = opening.use(keepUp(recent.hearing(opened), config, log))
  const { store, news, hinted } = heard(kept.store, { upkeep: upkeepOf(opened), report: told(log) })
  opened.hint?.whenHeard(hinted)
  const chat = { ...chatOf(store, model, config, log), ...(pace ? { pace } : null) }
  const guests = opening.use(await guestsOf(config, opened))
  const [draining, closing] = [new AbortController(), new AbortController()]
  const watch = opening.use(await watchOf(chat, opened, log))
  if (opened.hint) opening.use(opened.hint.begin(log))
  if (opened.spool)
    opening.use(opened.spool.begin({ settle: (commit) => settleSaid(chat, commit), log }, draining.signal))
  return { config, log, opened, recent, kept, store, news, chat, guests, watch, draining, closing }
}

/** The page, where it is wanted and built, and else the doors. */
function doorsOf(rooms: Rooms, { authenticate, doors, page = false }: Embedding): Threadkeep['fetch'] {
  const { config, log, opened, recent, kept, store, news, chat, guests, draining, closing } = rooms
  const files = page ? webFiles() : null
  const app = createApp({
    chat,
    store: recent.before(store),
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
    backedUpTo: (user) => kept.backedUpTo(user),
    gauges: () => ({ ...kept.gauges(), ...opened.spool?.gauges(), ...recent.gauges() }),
    news,
    draining: draining.signal,
    closing: closing.signal,
  })
  return async (request, env = {}) => files?.(request) ?? app.fetch(request, env)
}

type Log = NonNullable<Embedding['log']>

function chatOf(store: Store, model: Model, config: Config, log: Log): Chat {
  const newId = idSource(Date.now, randomness())
  return {
    store,
    model,
    personas: knownPersonas(),
    window: config.window,
    live: new LiveRuns(limitsOf(config)),
    owner: newId(),
    now: Date.now,
    newId,
    report: told(log),
  }
}

function told(log: Log): Chat['report'] {
  return (what, fault) => log({ level: 'error', what, ...traceOf(fault) })
}
const upkeepOf = ({ hasUpkeep, upkeep }: OpenedStore) => (hasUpkeep ? upkeep : null)

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

async function watchOf(chat: Chat, opened: OpenedStore, log: Log): Promise<Disposable> {
  const { isShared, hint } = opened
  if (!opened.hasUpkeep)
    log({
      level: 'warn',
      what: 'THREADKEEP_STORE_UPKEEP is not set: this node does not end the runs of nodes that died, drops no run logs, does not empty the bin after 30 days, does not hold what is kept against its checksums, and keeps no recent threads in memory.',
    })
  return keepWatch(chat, { upkeep: upkeepOf(opened), isShared, whenHinted: hint?.whenHeard })
}

function everyNowAndThen({ upkeep, hasUpkeep }: OpenedStore, log: Log): NodeJS.Timeout | undefined {
  if (!hasUpkeep) return undefined
  const failed = (fault: unknown) =>
    told(log)('The logs of runs could not be dropped; the next round tries again.', fault)
  return setInterval(() => void upkeep.dropRunLogs(Date.now() - runLogMs).catch(failed), upkeepMs).unref()
}

async function guestsOf(config: Config, opened: OpenedStore): Promise<Guests> {
  return openGuests({
    table: await guestTableOf(config, opened),
    perHourPerAddress: config.guestsPerHour,
    secure: config.url.startsWith('https:'),
    trustProxy: config.trustProxy,
    throughOutages: opened.spool?.isOn === true,
  })
}

/** Beside the conversations: in the same database for all nodes, or in a file of the same folder. */
async function guestTableOf({ data, storeOwner }: Config, { about, ask }: OpenedStore): Promise<GuestTable> {
  if ('file' in about)
    return new SqliteGuests(join(about.durability === 'none' ? dirname(about.file) : data, 'identity.db'))
  const { postgresGuests } = await import('./identity/postgres-guests.ts')
  if (storeOwner) await migrateGuestsAs(storeOwner)
  return postgresGuests(must(ask, 'a database that is shared can be asked'))
}

async function migrateGuestsAs(ownerUrl: string): Promise<string[]> {
  const { migrateGuests } = await import('./identity/migrations.ts')
  return migrateGuests(ownerUrl)
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
const cursorSecret = ({ storeId }: OpenedStore) => Buffer.from(hash('sha256', `cursors of ${storeId}`), 'hex')

function packageFacts(): { version: string; commit: string | null } {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  return { version, commit: null }
}

type Closing = {
  rooms: Rooms
  held: AsyncDisposable
  timer: NodeJS.Timeout | undefined
  server: Server | null
}

/** Where other nodes can take over, the doors stay open until their balancer knows; alone, nobody new is let in. */
async function shut({ rooms, held, timer, server }: Closing): Promise<void> {
  const { chat, opened, draining, closing, watch } = rooms
  clearInterval(timer)
  draining.abort()
  const shutDoors = () => server && new Promise<void>((resolve) => server.close(() => resolve()))
  const shutAtOnce = opened.isShared ? null : shutDoors()
  await drain(chat, drainMs)
  watch[Symbol.dispose]()
  const unanswered = shutAtOnce ?? shutDoors()
  closing.abort()
  if (server && unanswered) {
    const grace = setTimeout(() => server.closeAllConnections(), 1_000)
    await unanswered
    clearTimeout(grace)
  }
  await held[Symbol.asyncDispose]()
}

function defaultLog({ level, what, ...more }: Parameters<Log>[0]): void {
  logger[level](more, what)
}
const logger = pino({ name: 'threadkeep' }, pino.destination({ dest: 2, sync: true }))

/** The schema of a store that need not be able to open. */
export const inspectSchema = async (options: Options = {}): Promise<{ place: string; lines: SchemaLine[] }> =>
  schemaAt(configFrom(options))

/** What stands in the way of a store that was put there on purpose, and the way to accept it. */
export const inspectAcceptance = async (
  options: Options = {},
): Promise<Disposable & { offer: Acceptance | null }> => acceptanceAt(configFrom(options))

/** Brings a PostgreSQL database up to date as its owner; what was done now is named, and nothing is done twice. */
export async function migrate(options: Options = {}): Promise<{ place: string; applied: string[] }> {
  const { storeOwner } = configFrom(options)
  if (storeOwner === '')
    throw new ThreadkeepError(
      'config',
      'There is nobody to migrate as: THREADKEEP_STORE_OWNER is not set. (A SQLite file is migrated by whoever opens it.)',
      'Set it to the login that owns the database: postgres://<owner>@<host>/<database>. docs/postgres.md says how to make one.',
    )
  const { place, applied } = await migrateStore(storeOwner)
  const guests = await migrateGuestsAs(storeOwner)
  return { place, applied: [...applied, ...guests.map((name) => `identity/${name}`)] }
}

export type { MoveProgress } from './store/move/move.ts'
export type MoveReport = StoreMoveReport & { guests: number }

/** Takes everything that one store holds, and its guests, to another. Neither may be in use meanwhile. */
export async function moveHouse(
  { from, to, progress }: MoveAsked,
  options: Options = {},
): Promise<MoveReport> {
  const { storeOwner: ownerUrl, storeUpkeep: upkeepUrl, data } = configFrom(options)
  const { openDestination, openOrigin } = await import('./store/move/open.ts')
  const { move } = await import('./store/move/move.ts')
  await using origin = await openOrigin({ store: from, upkeepUrl, data })
  await using destination = await openDestination({ store: to, ownerUrl })
  if ('ask' in destination && ownerUrl) await migrateGuestsAs(ownerUrl)
  const report = await move(origin.end, destination.end, progress)
  using guestsThere = await guestsBeside(origin)
  using guestsHere = await guestsBeside(destination)
  const { guests } = await moveGuests(guestsThere, guestsHere)
  return { ...report, guests }
}

type MoveAsked = { from: string; to: string; progress?: (progress: MoveProgress) => void }

async function guestsBeside(end: { folder: string } | { ask: GuestAsk }): Promise<GuestTable> {
  if ('folder' in end) return new SqliteGuests(join(end.folder, 'identity.db'))
  const { postgresGuests } = await import('./identity/postgres-guests.ts')
  return postgresGuests(end.ask)
}

/** The SQL by which a superuser makes the logins of a house and its database. */
export const roles = (database = 'threadkeep'): string =>
  rolesSql(/^[a-z_][a-z0-9_]*$/.test(database) ? database : `"${database.replaceAll('"', '""')}"`)

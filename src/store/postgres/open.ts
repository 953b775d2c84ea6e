// Opens a PostgreSQL store: brings its schema up to date where the owner's login was given, makes sure that it is the right one and
// that this login can see one user at a time only, and puts the writing and the reading half on their connections.

import { mkdirSync } from 'node:fs'
import type { Commit } from '../../core/change.ts'
import { ThreadkeepError } from '../../core/errors.ts'
import { prepareCommit } from '../../core/prepared.ts'
import type { Durability, Outcome } from '../../core/receipt.ts'
import type { Store } from '../../core/store.ts'
import type { Upkeep } from '../../core/upkeep.ts'
import { writeCard } from '../card-file.ts'
import { positionOf } from '../codes.ts'
import { checksumOf } from '../hash.ts'
import { migrationsOf } from '../migrations.ts'
import { lockFolder } from '../sqlite/folder-lock.ts'
import { type Address, hostAndDatabase, placeOf, tried } from './address.ts'
import { postgresCardKeeper, postgresCardOf, readPostgresCard, refuseOtherThan } from './card.ts'
import { Committer } from './committer.ts'
import { Hint } from './hint.ts'
import { numberOf } from './log-place.ts'
import { migratePostgres, refuseOther, refuseUnmigrated } from './migrate.ts'
import { type Cell, Pool, type Sql } from './pool.ts'
import { Reader } from './reader.ts'
import { refuseMighty } from './roles.ts'
import { type Standing, standingOf } from './standing.ts'
import { openUpkeep, upkeepWithout } from './upkeep.ts'

export type PostgresPlace = {
  url: string
  /** Migrates, and is closed again. */
  ownerUrl?: string | undefined
  /** Sees what core/upkeep.ts asks for no user. */
  upkeepUrl?: string | undefined
  /** Where this node remembers which store it belongs to; without it, nowhere. */
  folder?: string
  /** Refuse to begin a new store. */
  expected?: boolean
  connectionsMax?: number
  waitMs?: number
  statementMs?: number
  /** Tells other nodes that there is something to look at, and hears it of them. */
  notifies?: boolean
  /** For tests alone: call it durable although the server does not flush. */
  trustUnflushed?: boolean
}

export type AboutPostgres = {
  engine: 'postgres'
  host: string
  database: string
  schemaVersion: number
  durability: Durability
  created: boolean
  openedInMs: number
}

export type PostgresStore = Store & {
  readonly storeId: string
  readonly about: AboutPostgres
  readonly upkeep: Upkeep
  /** Whether a login was given that sees every user. */
  readonly hasUpkeep: boolean
  /** Between nodes; null where it is not wanted. */
  readonly hint: Hint | null
  /** One statement for no user, for rooms whose tables stand beside these. */
  readonly ask: (sql: Sql, ...values: readonly unknown[]) => Promise<Cell[][]>
}

const waitMs = 2_000
const statementMs = 10_000
const nothing: Sql = { name: 'nothing', text: 'SELECT' }

export async function openPostgres(place: PostgresPlace): Promise<PostgresStore> {
  const began = performance.now()
  await using opening = new AsyncDisposableStack()
  const { url, folder } = place
  let warnings = 0
  if (folder !== undefined) {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    opening.use(lockFolder(folder))
  }
  const pool = opening.use(
    new Pool({
      url,
      connectionsMax: place.connectionsMax ?? 8,
      waitMs: place.waitMs ?? waitMs,
      statementMs: place.statementMs ?? statementMs,
      warned: () => void warnings++,
    }),
  )
  const { standing, created } = await bringUpToDate(place, pool)
  const { storeId, schemaVersion } = standing.meta
  const keeper = folder === undefined ? null : opening.use(keeperIn(folder, standing))
  const upkeep = place.upkeepUrl
    ? opening.use(await openUpkeep(pool, standing, place.upkeepUrl, place.waitMs ?? waitMs)).upkeep
    : null
  let newest = numberOf(standing.lsn)
  const positionAt = (lsn: string): string => {
    keeper?.came(lsn)
    newest = Math.max(newest, numberOf(lsn))
    return positionOf(storeId, newest)
  }
  const flushes = standing.flushes || place.trustUnflushed === true
  const durability: Durability = flushes && standing.waits ? 'disk' : 'none'
  const hint = place.notifies === true ? new Hint(url) : null
  const kept = () => hint?.send()
  const committer = new Committer(pool, { durability, warnings: () => warnings, positionAt, kept })
  opening.defer(() => committer.close())
  const openedInMs = Math.round((performance.now() - began) * 10) / 10
  const facts = { schemaVersion, durability, created, openedInMs }
  return {
    ...storeOf(pool, committer, durability, opening.move()),
    storeId,
    position: () => positionOf(storeId, newest),
    // One primary serves every node, so that reads are as new as its log is now.
    catchUp: async () => void positionAt((await pool.once(nothing)).lsn),
    about: { engine: 'postgres', ...hostAndDatabase(url), ...facts },
    upkeep: upkeep ?? upkeepWithout(pool),
    hasUpkeep: upkeep !== null,
    hint,
    ask: (sql, ...values) => pool.once(sql, ...values).then(({ rows }) => rows),
  }
}

/** Whatever is wrong with it is found before anything of it is changed. */
async function bringUpToDate(
  place: PostgresPlace,
  pool: Pool,
): Promise<{ standing: Standing; created: boolean }> {
  const { url, ownerUrl, folder, expected = false } = place
  const address: Address = { setting: 'THREADKEEP_STORE', url }
  const look = () => tried(address, 'Opening the store', () => standingOf(pool))
  const before = await look()
  const card = folder === undefined ? null : readPostgresCard(folder)
  refuseOtherThan(card, before, placeOf(url))
  const created = before.meta.storeId === ''
  if (created && expected) throw expectedOne(placeOf(url))
  if (ownerUrl) await migrateAs(ownerUrl)
  const standing = ownerUrl ? await look() : before
  const migrations = migrationsOf('postgres')
  refuseMighty(standing.me)
  refuseOther(standing.meta, migrations)
  if (ownerUrl && standing.meta.storeId === '') throw migratedAnother(ownerUrl, url)
  refuseUnmigrated(standing.meta, migrations)
  return { standing, created }
}

export const migrateAs = (ownerUrl: string): Promise<string[]> =>
  tried({ setting: 'THREADKEEP_STORE_OWNER', url: ownerUrl }, 'Migrating', () => migratePostgres(ownerUrl))

function keeperIn(folder: string, standing: Standing) {
  const card = postgresCardOf(standing)
  writeCard(folder, card)
  return postgresCardKeeper(folder, card)
}

function storeOf(pool: Pool, committer: Committer, durability: Durability, opened: AsyncDisposable) {
  const reader = new Reader(pool)
  return {
    durability,
    commit: async (commit: Commit): Promise<Outcome> => {
      const verdict = prepareCommit(commit, checksumOf)
      return 'prepared' in verdict ? committer.commit(verdict.prepared) : verdict
    },
    user: (user) => reader.user(user),
    thread: (user, threadId) => reader.thread(user, threadId),
    threadByKey: (user, externalKey) => reader.threadByKey(user, externalKey),
    threadByRef: (user, provider, externalId) => reader.threadByRef(user, provider, externalId),
    refs: (user, threadId) => reader.refs(user, threadId),
    place: (user, threadId) => reader.place(user, threadId),
    threads: (user, asked) => reader.threads(user, asked),
    messages: (user, threadId, asked) => reader.messages(user, threadId, asked),
    messagesJson: (user, threadId, asked) => reader.messagesJson(user, threadId, asked),
    message: (user, threadId, messageId) => reader.message(user, threadId, messageId),
    run: (user, runId) => reader.run(user, runId),
    runsUnderWay: (user, threadId) => reader.runsUnderWay(user, threadId),
    runEvents: (user, runId, afterOrdinal) => reader.runEvents(user, runId, afterOrdinal),
    changes: (user, since, limit) => reader.changes(user, since, limit),
    everything: (user) => reader.everything(user),
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  } satisfies Omit<Store, 'position'>
}

const expectedOne = (where: string) =>
  new ThreadkeepError(
    'store_refused',
    `There is no store at ${where}, and THREADKEEP_EXPECT_STORE says that there must be one.`,
    `Check the host and database in THREADKEEP_STORE; unset THREADKEEP_EXPECT_STORE to begin a new store.`,
  )

const migratedAnother = (ownerUrl: string, url: string) =>
  new ThreadkeepError(
    'store_refused',
    `THREADKEEP_STORE_OWNER migrated ${placeOf(ownerUrl)}, and ${placeOf(url)} holds no Threadkeep.`,
    'Name the same database in THREADKEEP_STORE and THREADKEEP_STORE_OWNER.',
  )

// Opens a PostgreSQL store: brings its schema up to date where the owner's login was given, makes sure that this login can see one
// user at a time only, and puts the writing and the reading half on their connections.

import type { Commit } from '../../core/change.ts'
import { must } from '../../core/assert.ts'
import { prepareCommit } from '../../core/prepared.ts'
import type { Durability, Outcome } from '../../core/receipt.ts'
import type { Store } from '../../core/store.ts'
import { ThreadkeepError } from '../../core/errors.ts'
import { positionOf } from '../codes.ts'
import { checksumOf } from '../hash.ts'
import { migrationsOf } from '../migrations.ts'
import { Committer } from './committer.ts'
import { metaOf, migratePostgres, refuseOther, refuseUnmigrated } from './migrate.ts'
import { Pool } from './pool.ts'
import { Reader } from './reader.ts'
import { refuseMighty, whoAmI } from './roles.ts'

export type PostgresPlace = {
  url: string
  /** Migrates, and is closed again. */
  ownerUrl?: string | undefined
  /** Sees what core/upkeep.ts asks for no user. */
  upkeepUrl?: string | undefined
  connectionsMax?: number
  waitMs?: number
  statementMs?: number
  /** For tests alone: call it durable although the server does not flush. */
  trustUnflushed?: boolean
}

const standing = {
  meta: { name: 'meta', text: 'SELECT name, value FROM threadkeep.meta' },
  hasMeta: { name: 'has meta', text: `SELECT to_regclass('threadkeep.meta') IS NOT NULL` },
  settings: {
    name: 'settings',
    text: `SELECT current_setting('fsync'), current_setting('synchronous_commit'), current_setting('server_version_num')::int,
      pg_current_wal_lsn()::text`,
  },
}

const oldestServer = 150_000

export type PostgresStore = Awaited<ReturnType<typeof openPostgres>>

export async function openPostgres(place: PostgresPlace) {
  if (place.ownerUrl) await migratePostgres(place.ownerUrl)
  let warnings = 0
  const pool = new Pool({
    url: place.url,
    connectionsMax: place.connectionsMax ?? 8,
    waitMs: place.waitMs ?? 2_000,
    statementMs: place.statementMs ?? 30_000,
    warned: () => void warnings++,
  })
  try {
    const { storeId, durability, lsn } = await look(pool, place)
    let newest = lsn
    const positionAt = (lsn: string): string => {
      newest = Math.max(newest, numberOf(lsn))
      return positionOf(storeId, newest)
    }
    const committer = new Committer(pool, { durability, warnings: () => warnings, positionAt })
    return storeOf({ pool, committer, storeId, durability, position: () => positionOf(storeId, newest) })
  } catch (fault) {
    await pool[Symbol.asyncDispose]()
    throw fault
  }
}

async function look(pool: Pool, { trustUnflushed = false }: PostgresPlace) {
  return pool.all(async (session) => {
    const [me, [hasMeta], settings] = await Promise.all([
      session.rows(whoAmI),
      session.rows(standing.hasMeta),
      session.rows(standing.settings),
    ])
    const [fsync, commits, version, lsn] = must(settings[0], 'a server has settings') as [
      string,
      string,
      number,
      string,
    ]
    refuseOld(version)
    refuseMighty(must(me[0], 'everybody is somebody'))
    const meta = metaOf(hasMeta?.[0] === true ? await session.rows(standing.meta) : [])
    const migrations = migrationsOf('postgres')
    refuseOther(meta, migrations)
    refuseUnmigrated(meta, migrations)
    const flushed = trustUnflushed || fsync === 'on'
    const durability: Durability = flushed && commits !== 'off' ? 'disk' : 'none'
    return { storeId: meta.storeId, durability, lsn: numberOf(lsn) }
  })
}

type Parts = {
  pool: Pool
  committer: Committer
  storeId: string
  durability: Durability
  position: () => string
}

function storeOf({ pool, committer, storeId, durability, position }: Parts) {
  const reader = new Reader(pool)
  let closed: Promise<void> | null = null
  const close = async () => {
    await committer.close()
    await pool[Symbol.asyncDispose]()
  }
  const store: Store & { storeId: string } = {
    storeId,
    durability,
    position,
    commit: async (commit: Commit): Promise<Outcome> => {
      const verdict = prepareCommit(commit, checksumOf)
      return 'prepared' in verdict ? committer.commit(verdict.prepared) : verdict
    },
    user: (user) => reader.user(user),
    thread: (user, threadId) => reader.thread(user, threadId),
    threadByKey: (user, externalKey) => reader.threadByKey(user, externalKey),
    threads: (user, asked) => reader.threads(user, asked),
    messages: (user, threadId, asked) => reader.messages(user, threadId, asked),
    messagesJson: (user, threadId, asked) => reader.messagesJson(user, threadId, asked),
    message: (user, threadId, messageId) => reader.message(user, threadId, messageId),
    run: (user, runId) => reader.run(user, runId),
    runEvents: (user, runId, afterOrdinal) => reader.runEvents(user, runId, afterOrdinal),
    changes: (user, since, limit) => reader.changes(user, since, limit),
    everything: (user) => reader.everything(user),
    [Symbol.asyncDispose]: () => (closed ??= close()),
  }
  return store
}

function refuseOld(version: number): void {
  if (version >= oldestServer) return
  throw new ThreadkeepError(
    'store_refused',
    `The server is PostgreSQL ${Math.floor(version / 10_000)}.`,
    'Threadkeep needs PostgreSQL 15 or newer.',
  )
}

/** A place in the log as a number: both halves of what the server writes as 1/6B3748. */
function numberOf(lsn: string): number {
  const [high = '0', low = '0'] = lsn.split('/')
  return Number.parseInt(high, 16) * 2 ** 32 + Number.parseInt(low, 16)
}

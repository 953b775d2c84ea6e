// Opens a data folder's SQLite store: takes the folder, makes sure that the file is the right one, brings its schema up to date, and
// puts the writer on its thread and the reader here.

import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { Commit } from '../../core/change.ts'
import { ThreadkeepError } from '../../core/errors.ts'
import { prepareCommit } from '../../core/prepared.ts'
import type { Durability, Outcome } from '../../core/receipt.ts'
import type { Store } from '../../core/store.ts'
import type { Upkeep } from '../../core/upkeep.ts'
import { positionOf } from '../codes.ts'
import { checksumOf } from '../hash.ts'
import { type Migration, migrationsOf } from '../migrations.ts'
import { cardOf, makePrivate, readCard, syncFolder, writeCard } from './card.ts'
import { CommitQueue } from './commit-queue.ts'
import { openReading, openWriting, type Safety } from './connection.ts'
import { lockFolder } from './folder-lock.ts'
import { inWordsSync, worded } from './in-words.ts'
import { newestThreads } from './newest-threads.ts'
import { type Meta, migrate, readMeta } from './migrate.ts'
import { refuseBeforeOpening, refuseNewerOrAltered, refuseOlder } from './provenance.ts'
import { Reader } from './reader.ts'
import { schemaReport } from './schema-report.ts'

export type SqlitePlace = {
  file: string
  folder: string
  /** Kept for this run only: nothing is flushed, and every receipt says `none`. */
  ephemeral: boolean
  /** Refuse to begin a new store. */
  expected?: boolean
}

export type About = {
  engine: 'sqlite'
  file: string
  schemaVersion: number
  durability: Durability
  created: boolean
  openedInMs: number
}
export type SqliteStore = Store & {
  readonly storeId: string
  readonly upkeep: Upkeep
  readonly about: About
}

/** Older ones can corrupt a write-ahead log. */
function refuseOldSqlite(version = process.versions['sqlite'] ?? '0'): void {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number)
  if (major > 3 || (major === 3 && (minor > 51 || (minor === 51 && patch >= 3)))) return
  throw new ThreadkeepError(
    'store_refused',
    `This Node carries SQLite ${version}, which has a known fault that can corrupt a store.`,
    'Use Node 24.15 or newer, whose SQLite is 3.51.3 or newer.',
  )
}

export async function openSqlite(place: SqlitePlace): Promise<SqliteStore> {
  const began = performance.now()
  refuseOldSqlite()
  const { file, folder, ephemeral } = place
  for (const place of [folder, dirname(file)])
    inWordsSync(place, () => mkdirSync(place, { recursive: true, mode: 0o700 }))
  const lock = lockFolder(folder)
  try {
    const safety: Safety = ephemeral ? 'OFF' : 'FULL'
    const durability: Durability = ephemeral ? 'none' : 'disk'
    const migrations = migrationsOf('sqlite')
    const { meta, created } = bringUpToDate(place, safety, migrations)
    const card = cardOf(file, meta)
    writeCard(folder, card)
    const reading = openReading(file)
    const queue = new CommitQueue({ file, folder, safety, durability, card })
    const openedInMs = Math.round((performance.now() - began) * 10) / 10
    const about: About = {
      engine: 'sqlite',
      file,
      schemaVersion: meta.schemaVersion,
      durability,
      created,
      openedInMs,
    }
    return storeOf({ about, storeId: meta.storeId, queue, reading, migrations, lock })
  } catch (fault) {
    lock[Symbol.dispose]()
    throw worded(file, fault)
  }
}

function bringUpToDate(
  { file, folder, expected = false }: SqlitePlace,
  safety: Safety,
  migrations: readonly Migration[],
): { meta: Meta; created: boolean } {
  const card = readCard(folder)
  refuseBeforeOpening(file, card, expected)
  makePrivate(file)
  const db = openWriting(file, safety)
  try {
    refuseNewerOrAltered(db, file, migrations)
    const created = isEmpty(db)
    if (!created) refuseOlder(readMeta(db), card, file)
    migrate(db, migrations, join(folder, 'snapshots'))
    if (created) makeLasting(db, file)
    return { meta: readMeta(db), created }
  } finally {
    db.close()
  }
}

const isEmpty = (db: DatabaseSync) => db.prepare('SELECT 1 FROM sqlite_schema').get() === undefined

/** The new file's words and its name survive a power cut from here on. */
function makeLasting(db: DatabaseSync, file: string): void {
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  syncFolder(dirname(file))
}

type Parts = {
  about: About
  storeId: string
  queue: CommitQueue
  reading: DatabaseSync
  migrations: readonly Migration[]
  lock: Disposable
}

function storeOf({ about, storeId, queue, reading, migrations, lock }: Parts): SqliteStore {
  const reader = new Reader(reading)
  return {
    about,
    storeId,
    durability: about.durability,
    position: () => positionOf(storeId, queue.commitNumber),
    upkeep: {
      schema: async () => schemaReport(reading, migrations),
      openRuns: async (limit) => reader.openRuns(limit),
      expiredRuns: async (limit) => reader.expiredRuns(limit),
      stopsAsked: async (owner) => reader.stopsAsked(owner),
      runEvents: async (user, runId, afterOrdinal) => reader.runEventsAnywhere(user, runId, afterOrdinal),
      dropRunLogs: async (endedBefore) => queue.dropRunLogs(endedBefore),
      changedAmong: async (seen) =>
        seen
          .map(({ user }) => ({ user, changeSeq: reader.user(user)?.changeSeq ?? 0 }))
          .filter(({ changeSeq }, i) => changeSeq !== (seen[i]?.changeSeq ?? 0)),
      recentThreads: async (limit) => newestThreads(reading, limit),
    },
    commit: async (commit: Commit): Promise<Outcome> => {
      const verdict = prepareCommit(commit, checksumOf)
      return 'prepared' in verdict ? queue.commit(verdict.prepared) : verdict
    },
    user: async (user) => reader.user(user),
    thread: async (user, threadId) => reader.thread(user, threadId),
    threadByKey: async (user, externalKey) => reader.threadByKey(user, externalKey),
    threadByRef: async (user, provider, externalId) => reader.threadByRef(user, provider, externalId),
    refs: async (user, threadId) => reader.refs(user, threadId),
    place: async (user, threadId) => reader.place(user, threadId),
    threads: async (user, asked) => reader.threads(user, asked),
    messages: async (user, threadId, asked) => reader.messages(user, threadId, asked),
    messagesJson: async (user, threadId, asked) => reader.messagesJson(user, threadId, asked),
    message: async (user, threadId, messageId) => reader.message(user, threadId, messageId),
    run: async (user, runId) => reader.run(user, runId),
    runsUnderWay: async (user, threadId) => reader.runsUnderWay(user, threadId),
    runEvents: async (user, runId, afterOrdinal) => reader.runEvents(user, runId, afterOrdinal),
    changes: async (user, since, limit) => reader.changes(user, since, limit),
    everything: async function* (user) {
      yield* reader.everything(user)
    },
    [Symbol.asyncDispose]: async () => {
      if (!reading.isOpen) return
      await queue.close()
      reader.close()
      lock[Symbol.dispose]()
    },
  }
}

// The small world of a row: a store in a temporary folder with people, their threads and what was said in them, and the keys by
// which the bare driver knows the same rows.

import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { assert, must } from '../src/core/assert.ts'
import type { Change, Commit } from '../src/core/change.ts'
import { idSource } from '../src/core/id.ts'
import { type CanonicalJson, ownJson } from '../src/core/json.ts'
import type { Outcome } from '../src/core/receipt.ts'
import { openReading } from '../src/store/sqlite/connection.ts'
import { openSqlite, type SqliteStore } from '../src/store/sqlite/open.ts'
import { type Chance, chanceFrom, texts } from './words.ts'

export type Place = { user: string; threadId: string }
export type Keys = { user: number; thread: number }

/** What the bare driver is told of a pair: internal keys and finished values. */
export type Pair = {
  place: Place
  at: number
  saidId: string
  said: string
  replyId: string
  reply: string
  usage: CanonicalJson | null
}

export const speaker = {
  personaId: 'sweet_supportive',
  personaVersion: '9f2c61d0',
  provider: 'openai',
  model: 'gpt-6-mini',
}

const random: Chance = chanceFrom(20_261_120)
const texted = 512
const saids = texts(texted, 500, random)
const replies = texts(texted, 1_500, random)
const fill = (bytes: Uint8Array) => {
  for (let i = 0; i < bytes.length; i++) bytes[i] = random() * 256
}
export const newId: () => string = idSource(Date.now, fill)

let told = 0
export function pairFor(place: Place, usage: CanonicalJson | null = null): Pair {
  const said = must(saids[told++ % texted], 'a text')
  const reply = must(replies[told % texted], 'a text')
  return { place, at: Date.now(), saidId: newId(), said, replyId: newId(), reply, usage }
}

export const usage: CanonicalJson = ownJson({ inputTokens: 812, outputTokens: 344, cachedTokens: 512 })

export const changesOf = ({ place: { threadId }, ...pair }: Pair): Change[] => [
  { kind: 'message.said', threadId, id: pair.saidId, role: 'user', text: pair.said },
  {
    kind: 'message.said',
    threadId,
    id: pair.replyId,
    role: 'assistant',
    text: pair.reply,
    ...speaker,
    usage: pair.usage,
  },
]

export const commitOf = (pair: Pair): Commit => ({
  user: pair.place.user,
  at: pair.at,
  changes: changesOf(pair),
})

/** A bench that measures how fast a store refuses would be worth nothing. */
export function expectKept(outcome: Outcome): void {
  assert(
    outcome.result === 'kept',
    `the bench's commits are kept, and this one was not: ${JSON.stringify(outcome)}`,
  )
}

export const openStore = (folder: string): Promise<SqliteStore> =>
  openSqlite({ file: fileIn(folder), folder, ephemeral: false })

export const fileIn = (folder: string): string => join(folder, 'threadkeep.db')

/** Threads in an order in which neighbours belong to different people. */
export function placesOf(users: number, threads: number): Place[] {
  return Array.from({ length: threads }, (_, i) => ({
    user: `user-${i % users}@example.org`,
    threadId: newId(),
  }))
}

export async function createThreads(store: SqliteStore, places: readonly Place[]): Promise<void> {
  await inCrowd(256, places, async ({ user, threadId }) => {
    expectKept(await store.commit({ user, at: Date.now(), changes: [{ kind: 'thread.created', threadId }] }))
  })
}

/** Pairs said in turn round the places, a few to a commit, so that a thread's rows lie apart as they do when people talk. */
export async function fillThreads(
  store: SqliteStore,
  places: readonly Place[],
  messagesEach: number,
  { pairsPerCommit = 5, usage = null }: { pairsPerCommit?: number; usage?: CanonicalJson | null } = {},
): Promise<void> {
  for (let said = 0; said < messagesEach; said += pairsPerCommit * 2) {
    await inCrowd(256, places, async (place) => {
      const pairs = Math.min(pairsPerCommit, (messagesEach - said) / 2)
      const changes = Array.from({ length: pairs }, () => changesOf(pairFor(place, usage))).flat()
      expectKept(await store.commit({ user: place.user, at: Date.now(), changes }))
    })
  }
}

/** So many writers at once, each taking the next job when its last one is done. */
export async function inCrowd<Job>(
  writers: number,
  jobs: readonly Job[],
  work: (job: Job) => Promise<unknown>,
): Promise<void> {
  const queue = jobs.values()
  const writer = async () => {
    for (const job of queue) await work(job)
  }
  await Promise.all(Array.from({ length: writers }, writer))
}

/** A copy of a closed store's file: raw begins with the very same rows. */
export function copyStore(from: string, to: string): string {
  mkdirSync(to, { recursive: true })
  copyFileSync(fileIn(from), fileIn(to))
  return fileIn(to)
}

/** The internal keys behind the ids. They are what "raw" knows and a caller of the store does not. */
export function keysIn(file: string): (place: Place) => Keys {
  using db = openReading(file)
  const rows = db
    .prepare(
      'SELECT u.id AS user, t.id AS thread, u.key AS userKey, t.key AS threadKey FROM threads t JOIN users u ON u.key = t.user',
    )
    .all() as { user: string; thread: string; userKey: number; threadKey: number }[]
  const keys = new Map(
    rows.map(({ user, thread, userKey, threadKey }) => [
      `${user} ${thread}`,
      { user: userKey, thread: threadKey },
    ]),
  )
  return ({ user, threadId }) => must(keys.get(`${user} ${threadId}`), 'the thread is in the copy')
}

export function placesIn(file: string): Place[] {
  using db = openReading(file)
  return db
    .prepare(
      'SELECT u.id AS user, t.id AS threadId FROM threads t JOIN users u ON u.key = t.user ORDER BY t.key',
    )
    .all() as Place[]
}

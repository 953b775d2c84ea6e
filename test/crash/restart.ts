// How soon a house is ready again: killed under load on a store of many bytes, and in the same minute on one that is as good as empty.
import { statSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { keptOrThrow } from '../../src/core/receipt.ts'
import type { Store } from '../../src/core/store.ts'
import { home as houseName, Visitor } from '../http/visitor.ts'
import { type Random, randomFrom } from '../random.ts'
import { asArrays, openReading } from '../../src/store/sqlite/connection.ts'
import { created, said } from '../store/commits.ts'
import { Home } from './home.ts'
import { StreamHouse } from './stream-house.ts'

export type RestartFigures = {
  bytes: number
  kills: number
  acked: number
  lost: number
  faults: string[]
  /** From the start of the process until /readyz says that it is. */
  readyMs: number[]
  readyMsWhenEmpty: number[]
}

export type RestartAsked = { megabytes: number; kills: number; seed: number }

const writers = 16
const messageBytes = 8_000
const messagesPerCommit = 100
/** Nobody asks anything that needs a model. */
const noProvider = 'http://127.0.0.1:9'

export async function restarts({ megabytes, kills, seed }: RestartAsked): Promise<RestartFigures> {
  console.log(`seed ${seed}: ${kills} restarts of a house with ${megabytes} MB`)
  const random = randomFrom(seed)
  using home = new Home()
  using empty = new Home()
  await fill(home, megabytes)
  const figures: RestartFigures = {
    bytes: 0,
    kills,
    acked: 0,
    lost: 0,
    faults: [],
    readyMs: [],
    readyMsWhenEmpty: [],
  }
  const acked = new Set<string>()
  for (let kill = 0; kill < kills; kill++) {
    figures.readyMs.push(await oneLife(home, random, acked))
    figures.readyMsWhenEmpty.push(await oneLife(empty, random, new Set()))
  }
  const { ids, faults } = lookAt(home)
  return {
    ...figures,
    faults,
    bytes: statSync(home.file).size,
    acked: acked.size,
    lost: acked.difference(ids).size,
  }
}

/** Through the store's own commits, so that it is what years of talk would have made. */
async function fill(home: Home, megabytes: number): Promise<void> {
  await using store = await home.open()
  const each = Math.ceil((megabytes * 1_000_000) / messageBytes / messagesPerCommit / writers)
  const users = Array.from({ length: writers }, (_, i) => `writer${i}`)
  await Promise.all(users.map((user) => fillUser(store, user, each)))
}

async function fillUser(store: Store, user: string, commits: number): Promise<void> {
  for (let n = 0; n < commits; n++) {
    const thread = `t${n}`
    const words = Array.from({ length: messagesPerCommit }, (_, i) =>
      said(thread, `${i} `.padEnd(messageBytes, `${n} of ${user}, `)),
    )
    keptOrThrow(
      await store.commit({ user, at: n, changes: [created(thread, { title: `Thread ${n}` }), ...words] }),
    )
  }
}

/** Killed under load; then how long the next one takes until it is ready, which ends at once. */
async function oneLife(home: Home, random: Random, acked: Set<string>): Promise<number> {
  {
    await using house = await StreamHouse.open(home.folder, noProvider)
    const talks = Array.from({ length: writers }, () => talk(house.url, acked))
    await wait(500 + random.int(1_000))
    await house.kill()
    await Promise.all(talks)
  }
  const began = performance.now()
  await using house = await StreamHouse.open(home.folder, noProvider)
  while ((await fetch(`${house.url}/readyz`)).status !== 200) await wait(1)
  return performance.now() - began
}

/** One thing after the other, until the house is gone. */
async function talk(url: string, acked: Set<string>): Promise<void> {
  const send = (request: Request) => fetch(new Request(request.url.replace(houseName, url), request))
  try {
    const { body } = await new Visitor(send, '', null).post('/v1/guests')
    const guest = new Visitor(send, String(body['user']), String(body['token']))
    const threadId = await guest.thread()
    for (let n = 0; ; n++) {
      const id = `${guest.user} ${n}`
      const { status } = await guest.keep(threadId, 'what was said. '.repeat(100), { id })
      if (status !== 201) throw new Error(`${id} was answered with ${status}.`)
      acked.add(id)
    }
  } catch (fault) {
    if (!(fault instanceof TypeError)) throw fault // that is how fetch says that nobody is there
  }
}

/** Without its words, which would fill the memory of this process. */
function lookAt(home: Home): { ids: Set<string>; faults: string[] } {
  using db = openReading(home.file)
  const column = (sql: string) => asArrays(db.prepare(sql)).all() as unknown as [string][]
  const found = column('PRAGMA integrity_check').map(([word]) => word)
  return {
    ids: new Set(column('SELECT id FROM messages').map(([id]) => id)),
    faults: found.filter((word) => word !== 'ok'),
  }
}

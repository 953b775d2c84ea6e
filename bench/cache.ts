// The first page of a thread with recent threads in memory, against the same read without: what a hit takes, and what a miss adds.

import { assert } from '../src/core/assert.ts'
import type { Store } from '../src/core/store.ts'
import { openPostgres } from '../src/store/postgres/open.ts'
import { type RecentSettings, RecentThreads } from '../src/store/recent/recent-threads.ts'
import { openConversation } from './conversation.ts'
import { createThread } from './postgres-append.ts'
import { type Login, openBenchServer } from './postgres-server.ts'
import { quantile, ratios, takeTurns, timed } from './rounds.ts'
import type { Asked, Row } from './row.ts'
import { type Line, micros } from './table.ts'
import { changesOf, expectKept, inCrowd, pairFor, type Place, placesOf, usage } from './world.ts'

export const cache: Row = async (asked) => [...(await onSqlite(asked)), ...(await onPostgres(asked))]

async function onSqlite(asked: Asked): Promise<Line[]> {
  await using conversation = await openConversation(asked.folder, 400)
  const places = conversation.places.map(({ place }) => place)
  return await against('SQLite', { store: conversation.store, others: null, places }, asked)
}

async function onPostgres(asked: Asked): Promise<Line[]> {
  await using server = await openBenchServer()
  await server.create('house')
  const login = (role: Login) => server.url('house', role)
  await using store = await openPostgres({
    url: login('threadkeep_app'),
    upkeepUrl: login('threadkeep_upkeep'),
  })
  const places = placesOf(5, 5)
  await inCrowd(5, places, (place) => converse(store, place, 400))
  return await against('PostgreSQL', { store, others: store.upkeep, places }, asked)
}

type Reading = { store: Store; others: RecentSettings['others']; places: readonly Place[] }

const rows = 20
const bytesMax = 32 * 1024 * 1024

async function against(engine: string, { store, others, places }: Reading, asked: Asked): Promise<Line[]> {
  using recent = new RecentThreads({ bytesMax, others })
  using forgetful = new RecentThreads({ bytesMax: 1, others })
  const [hit, miss] = [recent, forgetful].map((memory) => memory.before(memory.hearing(store)))
  const loads = asked.quick ? 200 : 2_000
  const ways = [hit, miss, store].map((from) => async () => eachOf(from ?? store, places, loads))
  const times: number[][][] = [[], [], []]
  const medians = await takeTurns(
    ways.map((way, i) => async () => {
      const ms = await way()
      times[i]?.push(ms)
      return quantile(ms, 0.5)
    }),
    asked.rounds,
  )
  const { cache_hits: hits = 0, cache_misses: misses = 0 } = recent.gauges()
  assert(hits > 100 * misses && forgetful.gauges()['cache_hits'] === 0, 'a hit is a hit and a miss is none')
  const [hitMs = [], missMs = [], offMs = []] = medians
  return [
    ...linesOf(`${engine}: newest ${rows}, a hit`, hitMs, offMs, times[0] ?? [], 1),
    ...linesOf(`${engine}: newest ${rows}, a miss`, missMs, offMs, times[1] ?? [], 10),
  ]
}

function linesOf(what: string, ours: number[], off: number[], times: number[][], p99Max: number): Line[] {
  const p99s = times.slice(1).map((ms) => quantile(ms, 0.99)) // the first round warms up
  const figures = { ours: micros(ours), raw: micros(off) }
  return [
    {
      what: `${what}, against none in memory`,
      ...figures,
      judged: ratios(ours, off),
      unit: 'x',
      better: 'less',
    },
    {
      what: '- p99',
      ours: micros(p99s),
      raw: '',
      judged: p99s,
      unit: 'ms',
      better: 'less',
      bounds: { floor: p99Max },
    },
  ]
}

/** Each by itself, because it is the slowest of them that is asked about. */
async function eachOf(store: Store, places: readonly Place[], loads: number): Promise<number[]> {
  const ms: number[] = []
  for (let i = 0; i < loads; i++)
    for (const { user, threadId } of places.slice(i % places.length, (i % places.length) + 1))
      ms.push(
        await timed(async () => {
          const page = await store.messagesJson(user, threadId, { limit: rows })
          assert((page?.json.length ?? 0) > rows * 500, 'a full page')
        }),
      )
  return ms
}

async function converse(store: Store, place: Place, messages: number): Promise<void> {
  await createThread(store, place)
  for (let said = 0; said < messages; said += 20) {
    const changes = Array.from({ length: 10 }, () => changesOf(pairFor(place, usage))).flat()
    expectKept(await store.commit({ user: place.user, at: Date.now(), changes }))
  }
}

// Durable append of a pair on PostgreSQL: by 64 writers and by one, against one grouped statement and against a pool of single inserts.

import { must } from '../src/core/assert.ts'
import type { Store } from '../src/core/store.ts'
import { openPostgres } from '../src/store/postgres/open.ts'
import { Crowd } from './crowd.ts'
import { RawGroups, RawSingles } from './postgres-raw.ts'
import { type BenchServer, openBenchServer } from './postgres-server.ts'
import { median, ratios, takeTurns, type Way } from './rounds.ts'
import type { Row } from './row.ts'
import type { Line } from './table.ts'
import {
  changesOf,
  commitOf,
  expectKept,
  inCrowd,
  type Pair,
  pairFor,
  type Place,
  placesOf,
} from './world.ts'

export const postgresAppend: Row = async ({ rounds, quick }) => {
  await using server = await openBenchServer()
  const places = await fillHouse(server, 'ours')
  await server.copy('groups', 'ours')
  await server.copy('singles', 'ours')
  await using store = await openPostgres({ url: server.url('ours', 'threadkeep_app') })
  await using groups = await RawGroups.open(
    server.url('groups', 'threadkeep_app'),
    server.url('groups', 'postgres'),
  )
  await using singles = await RawSingles.open(
    server.url('singles', 'threadkeep_app'),
    server.url('singles', 'postgres'),
    8,
  )
  const pairs = pairsOf(places)
  const contest = async (writers: number, howMany: number) => {
    const measured = {
      ours: new Measured(server, 'ours', writers),
      groups: new Measured(server, 'groups', writers),
      singles: new Measured(server, 'singles', writers),
    }
    const ways = [
      measured.ours.way(() => pairs(howMany), keepIn(store)),
      measured.groups.way(
        () => pairs(howMany),
        (pair) => groups.write(pair),
      ),
      measured.singles.way(
        () => pairs(howMany),
        (pair) => singles.write(pair),
      ),
    ]
    const [ours = [], grouped = [], single = []] = await takeTurns(ways, rounds)
    const told = measured.ours.told(ours)
    return [
      {
        ours: told,
        raw: measured.groups.told(grouped),
        judged: ratios(ours, grouped),
        unit: 'x',
        better: 'more',
      },
      {
        ours: told,
        raw: measured.singles.told(single),
        judged: ratios(ours, single),
        unit: 'x',
        better: 'more',
      },
    ] satisfies Omit<Line, 'what'>[]
  }
  const named = (what: string, lines: readonly Omit<Line, 'what'>[], which: number) => ({
    what,
    ...must(lines[which], 'two lines'),
  })
  const by64 = await contest(64, quick ? 4_000 : 8_000)
  const byOne = await contest(1, quick ? 500 : 1_000)
  const bounds = { floor: 0.75, aim: 1 }
  return [
    { ...named('PostgreSQL: append a pair, 64 writers, against one grouped statement', by64, 0), bounds },
    named('- the same against single inserts by a pool of 8', by64, 1),
    named('- 1 writer, against one grouped statement', byOne, 0),
    named('- 1 writer, against single inserts', byOne, 1),
  ]
}

/** A thousand threads of a hundred people, ten pairs in each. */
export async function fillHouse(server: BenchServer, database: string): Promise<Place[]> {
  await server.create(database)
  const places = placesOf(100, 1_000)
  await using store = await openPostgres({ url: server.url(database, 'threadkeep_app') })
  await inCrowd(256, places, async (place) => {
    await createThread(store, place)
    const changes = Array.from({ length: 10 }, () => changesOf(pairFor(place))).flat()
    expectKept(await store.commit({ user: place.user, at: Date.now(), changes }))
  })
  return places
}

export async function createThread(store: Pick<Store, 'commit'>, { user, threadId }: Place): Promise<void> {
  expectKept(await store.commit({ user, at: Date.now(), changes: [{ kind: 'thread.created', threadId }] }))
}

/** The next pair is for the next thread. */
export function pairsOf(places: readonly Place[]): (howMany: number) => Pair[] {
  let next = 0
  const place = () => must(places[next++ % places.length], 'there are places')
  return (howMany) => Array.from({ length: howMany }, () => pairFor(place()))
}

export const keepIn = (store: Pick<Store, 'commit'>) => async (pair: Pair) =>
  expectKept(await store.commit(commitOf(pair)))

/** A crowd of writers at one database, and what the server spent on them. */
export class Measured {
  readonly #crowd: Crowd
  readonly #server: BenchServer
  readonly #database: string
  readonly #serverMicros: number[] = []

  constructor(server: BenchServer, database: string, writers: number) {
    this.#crowd = new Crowd(writers)
    this.#server = server
    this.#database = database
  }

  /** Rows that are written again and again leave dead ones behind: they are cleared away before each turn. */
  way(makeJobs: () => readonly Pair[], work: (pair: Pair) => Promise<unknown>): Way {
    const server = this.#server
    let jobs: readonly Pair[] = []
    const timed = this.#crowd.way(() => jobs, work)
    return async () => {
      jobs = makeJobs()
      await server.vacuum(this.#database)
      const before = server.cpuMicros()
      const rate = await timed()
      this.#serverMicros.push((server.cpuMicros() - before) / jobs.length)
      return rate
    }
  }

  told(rates: readonly number[]): string {
    return `${this.#crowd.told(rates, 'pairs')} + ${Math.round(median(this.#serverMicros))} in the server`
  }
}

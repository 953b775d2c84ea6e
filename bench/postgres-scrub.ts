// The same on PostgreSQL: writers beside the scrub of a node at its usual pace, and a page with its checksums against the same page again.

import { mkdirSync } from 'node:fs'
import { assert, must } from '../src/core/assert.ts'
import { openPostgres } from '../src/store/postgres/open.ts'
import { Pool } from '../src/store/postgres/pool.ts'
import { Reader } from '../src/store/postgres/reader.ts'
import { fillHouse, keepIn, Measured, pairsOf } from './postgres-append.ts'
import { type BenchServer, openBenchServer } from './postgres-server.ts'
import { ratios, takeTurns } from './rounds.ts'
import type { Asked, Row } from './row.ts'
import { firstAgainstAgain, scrubbed } from './scrub.ts'
import type { Line } from './table.ts'
import type { Place } from './world.ts'

export const postgresScrub: Row = async (asked) => {
  await using server = await openBenchServer()
  const places = await fillHouse(server, 'house')
  await server.copy('read', 'house')
  return [await besideWriters(server, places, asked), await firstAndAgain(server, places, asked)]
}

const writers = 16

async function besideWriters(
  server: BenchServer,
  places: readonly Place[],
  { folder, rounds, quick }: Asked,
): Promise<Line> {
  mkdirSync(folder, { recursive: true })
  const logins = {
    store: server.url('house', 'threadkeep_app'),
    storeUpkeep: server.url('house', 'threadkeep_upkeep'),
  }
  await using store = await openPostgres({ url: logins.store })
  const howMany = quick ? 4_000 : 8_000
  const pairs = pairsOf(places)
  const measured = [new Measured(server, 'house', writers), new Measured(server, 'house', writers)] as const
  const [beside, alone] = measured.map((who) => who.way(() => pairs(howMany), keepIn(store)))
  const withScrub = () => scrubbed(store, folder, must(beside, 'a way'), logins)
  const [withIt = [], without = []] = await takeTurns([withScrub, must(alone, 'a way')], rounds)
  return {
    what: `PostgreSQL: append a pair, ${writers} writers, with the scrub at its pace against without`,
    ours: measured[0].told(withIt),
    raw: measured[1].told(without),
    judged: ratios(withIt, without),
    unit: 'x',
    better: 'more',
  }
}

async function firstAndAgain(
  server: BenchServer,
  places: readonly Place[],
  { rounds, quick }: Asked,
): Promise<Line> {
  const url = server.url('read', 'threadkeep_app')
  await using pool = new Pool({ url, connectionsMax: 1, waitMs: 10_000, statementMs: 10_000 })
  const known = new Reader(pool)
  for (const place of places) await load(known, place)
  const loads = 100
  const blockOf = (reader: () => Reader) => {
    let next = 0
    return async () => {
      const from = reader()
      for (let i = 0; i < loads; i++)
        await load(from, must(places[next++ % places.length], 'there are places'))
    }
  }
  const first = blockOf(() => new Reader(pool))
  const again = blockOf(() => known)
  const blocks = quick ? 5 : 10
  const line = await firstAgainstAgain({ rounds, blocks, loads, first, again })
  return { ...line, what: `- ${line.what}` }
}

async function load(reader: Reader, { user, threadId }: Place): Promise<void> {
  assert((await reader.messages(user, threadId, { limit: 20 }))?.messages.length === 20, 'a full page')
}

// Durable append of a question and its answer in one commit: by 64 writers and by one, against raw and two tables.

import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { must } from '../src/core/assert.ts'
import { openWriting } from '../src/store/sqlite/connection.ts'
import type { SqliteStore } from '../src/store/sqlite/open.ts'
import { Crowd } from './crowd.ts'
import { commitNumber, pairRows, type RawPair } from './raw-pair.ts'
import { RawWriter } from './raw.ts'
import { ratios, takeTurns } from './rounds.ts'
import type { Asked, Row } from './row.ts'
import type { Line } from './table.ts'
import { fillTwoTables, type TwoTablePair } from './two-tables.ts'
import {
  commitOf,
  copyStore,
  createThreads,
  expectKept,
  fillThreads,
  type Keys,
  keysIn,
  openStore,
  type Pair,
  pairFor,
  type Place,
  placesOf,
} from './world.ts'

export const append: Row = async (asked) => {
  const world = await talkingWorld(asked.folder)
  return [...(await by64(world, asked)), await byOne(world, asked)]
}

export type TalkingWorld = {
  ours: string
  rawFile: string
  keys: (place: Place) => Keys
  pairs: (howMany: number) => Pair[]
}

/** 1,000 threads of 100 people, ten pairs in each, and raw's copy of the file. The next pair is for the next thread. */
export async function talkingWorld(folder: string): Promise<TalkingWorld> {
  const ours = join(folder, 'ours')
  const places = placesOf(100, 1_000)
  {
    await using store = await openStore(ours)
    await createThreads(store, places)
    await fillThreads(store, places, 20)
  }
  const rawFile = copyStore(ours, join(folder, 'raw'))
  let next = 0
  const place = () => must(places[next++ % places.length], 'there are places')
  const pairs = (howMany: number) => Array.from({ length: howMany }, () => pairFor(place()))
  return { ours, rawFile, keys: keysIn(rawFile), pairs }
}

export const keep = (store: SqliteStore) => async (pair: Pair) =>
  expectKept(await store.commit(commitOf(pair)))

export function rawPairOf({ place, ...pair }: Pair, keys: (place: Place) => Keys): RawPair {
  return { ...keys(place), ...pair }
}

const twoTablePairOf = ({ thread, at, said, reply }: RawPair): TwoTablePair => ({
  thread,
  at,
  said: JSON.stringify(said),
  reply: JSON.stringify(reply),
})

async function by64(world: TalkingWorld, { folder, rounds, quick }: Asked): Promise<Line[]> {
  const howMany = quick ? 4_000 : 8_000
  const rawPairs = () => world.pairs(howMany).map((pair) => rawPairOf(pair, world.keys))
  const twoFile = join(folder, 'two-tables.db')
  fillTwoTables(twoFile, 1_000)
  await using store = await openStore(world.ours)
  await using raw = new RawWriter<RawPair>(world.rawFile, 'pair')
  await using two = new RawWriter<TwoTablePair>(twoFile, 'two tables')
  const crowds = { ours: new Crowd(64), raw: new Crowd(64), two: new Crowd(64) }
  const ways = [
    crowds.ours.way(() => world.pairs(howMany), keep(store)),
    crowds.raw.way(rawPairs, (pair) => raw.write(pair)),
    crowds.two.way(
      () => rawPairs().map(twoTablePairOf),
      (pair) => two.write(pair),
    ),
  ]
  const [ours = [], bare = [], twoTables = []] = await takeTurns(ways, rounds)
  const told = crowds.ours.told(ours, 'pairs')
  return [
    {
      what: 'append a pair, 64 writers',
      ours: told,
      raw: crowds.raw.told(bare, 'pairs'),
      judged: ratios(ours, bare),
      unit: 'x',
      better: 'more',
      bounds: { floor: 0.8, aim: 1 },
    },
    {
      what: 'price of the contract: against two bare tables',
      ours: told,
      raw: crowds.two.told(twoTables, 'pairs'),
      judged: ratios(ours, twoTables),
      unit: 'x',
      better: 'more',
      bounds: { floor: 0.45, aim: 0.75 },
    },
  ]
}

/** Raw for one writer has no thread to cross: its transactions are this thread's own. */
async function byOne(world: TalkingWorld, { rounds, quick }: Asked): Promise<Line> {
  const howMany = quick ? 1_000 : 2_000
  await using store = await openStore(world.ours)
  using db = openWriting(world.rawFile, 'FULL')
  const direct = inTransaction(db)
  const crowds = { ours: new Crowd(1), raw: new Crowd(1) }
  const ways = [
    crowds.ours.way(() => world.pairs(howMany), keep(store)),
    crowds.raw.way(
      () => world.pairs(howMany).map((pair) => rawPairOf(pair, world.keys)),
      async (pair) => direct(pair),
    ),
  ]
  const [ours = [], bare = []] = await takeTurns(ways, rounds)
  return {
    what: 'append a pair, 1 writer',
    ours: crowds.ours.told(ours, 'pairs'),
    raw: crowds.raw.told(bare, 'pairs'),
    judged: ratios(ours, bare),
    unit: 'x',
    better: 'more',
    bounds: { floor: 0.65, aim: 0.8 },
  }
}

export function inTransaction(db: DatabaseSync): (pair: RawPair) => void {
  const begin = db.prepare('BEGIN IMMEDIATE')
  const commit = db.prepare('COMMIT')
  const write = pairRows(db)
  const number = commitNumber(db)
  return (pair) => {
    begin.run()
    write(pair)
    number()
    commit.run()
  }
}

// Whether it stays as fast as it was: at 1,000,000 messages against 10,000, and in threads of 10,000 against 10.

import { closeSync, fsyncSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { assert, must } from '../src/core/assert.ts'
import type { SqliteStore } from '../src/store/sqlite/open.ts'
import { keep } from './append.ts'
import { median, ratios, timed } from './rounds.ts'
import type { Row } from './row.ts'
import { count, type Line, micros } from './table.ts'
import { createThreads, fileIn, fillThreads, openStore, pairFor, type Place, placesOf } from './world.ts'

const samplesPerRound = 150

export const growth: Row = async ({ folder, rounds, quick }) => {
  const many = quick ? 100_000 : 1_000_000
  await using small = await openStore(join(folder, 'small'))
  await using large = await openStore(join(folder, 'large'))
  const said = [await talk(large, 100, many / 100), await talk(small, 100, 100)] as const
  settle(folder)
  const grown = await compare(rounds, 20, ...said)
  const long = [await talk(small, 5, 10_000), await talk(small, 2_000, 10)] as const
  settle(folder)
  const lengthened = await compare(rounds, 10, ...long)
  const sizes = `at ${count(many)} messages against 10,000`
  return [
    lineOf(`append ${sizes}`, grown.append),
    lineOf(`load 20 ${sizes}`, grown.load),
    lineOf('append at message 10,000 of a thread against 10', lengthened.append),
    lineOf('load 10 at message 10,000 of a thread against 10', lengthened.load),
  ]
}

/** What the filling left for the disk to do is done before anything is measured. */
function settle(folder: string): void {
  for (const store of ['small', 'large']) {
    const fd = openSync(fileIn(join(folder, store)), 'r+')
    fsyncSync(fd)
    closeSync(fd)
  }
}

type Talk = { append: () => Promise<void>; load: (limit: number) => Promise<void> }

/** New threads in a store, each this long already; every append and every load goes to the next of them. */
async function talk(store: SqliteStore, threads: number, messagesEach: number): Promise<Talk> {
  const places = placesOf(Math.ceil(threads / 10), threads)
  await createThreads(store, places)
  await fillThreads(store, places, messagesEach)
  let [appended, loaded] = [0, 0]
  const place = (turn: number): Place => must(places[turn % places.length], 'a place')
  return {
    append: () => keep(store)(pairFor(place(appended++))),
    load: async (limit) => {
      const { user, threadId } = place(loaded++)
      const page = await store.messages(user, threadId, { limit })
      assert(page?.messages.length === limit, 'a full page')
    },
  }
}

/** Medians of each round in ms: where much was said before, and where little was. */
type Figures = { much: number[]; little: number[] }

async function compare(
  rounds: number,
  limit: number,
  much: Talk,
  little: Talk,
): Promise<{ append: Figures; load: Figures }> {
  const append: Figures = { much: [], little: [] }
  const load: Figures = { much: [], little: [] }
  for (let round = -1; round < rounds; round++) {
    await oneRound(round < 0 ? { much: [], little: [] } : append, much.append, little.append)
    await oneRound(
      round < 0 ? { much: [], little: [] } : load,
      () => much.load(limit),
      () => little.load(limit),
    )
  }
  return { append, load }
}

async function oneRound(
  figures: Figures,
  much: () => Promise<void>,
  little: () => Promise<void>,
): Promise<void> {
  const ms: Figures = { much: [], little: [] }
  for (let sample = 0; sample < samplesPerRound; sample++) {
    ms.much.push(await timed(much))
    ms.little.push(await timed(little))
  }
  figures.much.push(median(ms.much))
  figures.little.push(median(ms.little))
}

const lineOf = (what: string, { much, little }: Figures): Line => ({
  what,
  ours: micros(much),
  raw: micros(little),
  judged: ratios(much, little),
  unit: 'x',
  better: 'less',
  bounds: { floor: 1.25, aim: 1.1 },
})

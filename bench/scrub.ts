// What looking at every word again costs: writers beside the scrub at its usual pace, its CPU for a million messages, and a page whose
// words are held against their checksums against the same page again.

import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { assert, must } from '../src/core/assert.ts'
import type { Store } from '../src/core/store.ts'
import type { AboutStore } from '../src/store/open.ts'
import { Reading } from '../src/store/read/reading.ts'
import { Shapes } from '../src/store/read/shapes.ts'
import { openReading } from '../src/store/sqlite/connection.ts'
import { ReadAsking } from '../src/store/sqlite/read-asking.ts'
import { Scrub } from '../src/store/sqlite/scrub.ts'
import { beginning, type ScrubState } from '../src/store/sqlite/scrub-state.ts'
import { keepUp } from '../src/upkeep/house.ts'
import { keep, talkingWorld, type TalkingWorld } from './append.ts'
import { Crowd } from './crowd.ts'
import { openConversation } from './conversation.ts'
import { inBlocks, median, ratios, takeTurns, type Way } from './rounds.ts'
import type { Asked, Row } from './row.ts'
import { count, type Line, micros } from './table.ts'
import { copyStore, fileIn, openStore, type Place, placesIn } from './world.ts'

export const scrub: Row = async (asked) => {
  const world = await talkingWorld(asked.folder)
  const alone = copyStore(world.ours, join(asked.folder, 'alone'))
  return [
    ...(await besideWriters(world, asked)),
    ...(await byItself(asked)),
    await firstAndAgain(alone, asked),
  ]
}

const writers = 16

async function besideWriters({ ours, pairs }: TalkingWorld, { rounds, quick }: Asked): Promise<Line[]> {
  await using store = await openStore(ours)
  const howMany = quick ? 4_000 : 8_000
  const [crowd, alone] = [new Crowd(writers), new Crowd(writers)]
  const write = (who: Crowd) => who.way(() => pairs(howMany), keep(store))
  const [beside, by] = [write(crowd), write(alone)]
  const [withIt = [], without = []] = await takeTurns([() => scrubbed(store, ours, beside), by], rounds)
  return [
    {
      what: `append a pair, ${writers} writers, with the scrub at its pace against without`,
      ours: crowd.told(withIt, 'pairs'),
      raw: alone.told(without, 'pairs'),
      judged: ratios(withIt, without),
      unit: 'x',
      better: 'more',
    },
    {
      what: '- CPU of a pair, the scrub in it',
      ours: '',
      raw: '',
      judged: ratios(crowd.cpuMicros, alone.cpuMicros).slice(1), // the first round warmed up
      unit: 'x',
      better: 'less',
    },
  ]
}

const piece = 100

/** A whole round of words and chains, against the rows alone by the same statement. */
async function byItself({ folder, rounds, quick }: Asked): Promise<Line[]> {
  const own = join(folder, 'long')
  const each = quick ? 4_000 : 20_000
  const messages = 5 * each
  await openConversation(own, each).then((conversation) => conversation[Symbol.asyncDispose]())
  using scrubbing = new Scrub(fileIn(own))
  using db = openReading(fileIn(own))
  const rows = db.prepare(
    'SELECT key, user, thread, seq, id, role, text, parts, checksum, status FROM messages WHERE key > ? ORDER BY key LIMIT ?',
  )
  const whole = () => {
    let state: ScrubState = beginning
    while (state.round === 1) state = scrubbing.look(state, piece)
    assert(state.mismatches === 0, 'the bench altered no words')
  }
  const read = () => {
    for (let after: unknown = 0; after !== undefined;) after = rows.all(Number(after), piece).at(-1)?.['key']
  }
  const seconds = (work: () => void) => () => cpuSecondsOf(work) * (1_000_000 / messages)
  const [ours = [], raw = []] = await takeTurns([seconds(whole), seconds(read)], rounds)
  const told = (figures: readonly number[]) => `${median(figures).toFixed(1)} s`
  return [
    {
      what: `scrub, CPU for 1,000,000 messages (of ${count(messages)}), against the rows alone`,
      ours: told(ours),
      raw: told(raw),
      judged: ratios(ours, raw),
      unit: 'x',
      better: 'less',
    },
    await atItsPace(own, quick ? 3_000 : 6_000),
  ]
}

/** Of a process that does nothing else; less what it costs to do nothing. */
async function atItsPace(folder: string, ms: number): Promise<Line> {
  await using store = await openStore(folder)
  const idle = await cpuMsIn(ms)
  const busy = await scrubbed(store, folder, () => cpuMsIn(ms))
  return {
    what: '- CPU of its usual pace in a second',
    ours: '',
    raw: '',
    judged: [busy - idle],
    unit: 'ms',
    better: 'less',
  }
}

async function firstAndAgain(file: string, { rounds, quick }: Asked): Promise<Line> {
  using db = openReading(file)
  const [ask, shapes] = [new ReadAsking(db), new Shapes()]
  const places = placesIn(file)
  const [loads, blocks] = [100, quick ? 10 : 20]
  const known = new Reading(ask, shapes)
  for (const place of places) load(known, place)
  const blockOf = (reading: () => Reading) => {
    let next = 0
    return () => {
      const from = reading()
      for (let i = 0; i < loads; i++) load(from, must(places[next++ % places.length], 'there are places'))
    }
  }
  // Whoever has seen nothing yet; the pages of the file are in memory for both.
  const first = blockOf(() => new Reading(ask, shapes))
  const again = blockOf(() => known)
  return await firstAgainstAgain({ rounds, blocks, loads, first, again })
}

type Pages = { rounds: number; blocks: number; loads: number; first: () => unknown; again: () => unknown }

/** By whoever has seen nothing yet, against by who has seen all of it; each block is so many loads. */
export async function firstAgainstAgain({ rounds, blocks, loads, first, again }: Pages): Promise<Line> {
  const figures: [number[], number[]] = [[], []]
  for (let round = -1; round < rounds; round++) {
    const taken = await inBlocks(blocks, first, again)
    if (round >= 0) for (const i of [0, 1] as const) figures[i].push(taken[i] / blocks / loads)
  }
  const [firstMs, againMs] = figures
  return {
    what: 'a page of 20, first read with its checksums, against again',
    ours: micros(firstMs),
    raw: micros(againMs),
    judged: ratios(firstMs, againMs),
    unit: 'x',
    better: 'less',
  }
}

function load(reading: Reading, { user, threadId }: Place): void {
  assert(reading.messages(user, threadId, { limit: 20 })?.messages.length === 20, 'a full page')
}

function cpuSecondsOf(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000_000
}

/** In a second of so many milliseconds. */
async function cpuMsIn(ms: number): Promise<number> {
  const before = process.cpuUsage()
  await pause(ms)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / ms
}

/** The work, beside a scrub that is under way. */
export async function scrubbed(
  store: Store & { about: AboutStore },
  folder: string,
  work: Way,
  logins: { store?: string; storeUpkeep?: string } = {},
): Promise<number> {
  // The thread of the scrub keeps no process alive.
  const awake = setInterval(() => {}, 1_000)
  try {
    const pace = { scrubAfterMs: 0, scrubRestMs: 0 }
    await using upkeep = keepUp(store, { data: folder, pace, ...logins }, failed)
    while (upkeep.gauges()['scrub_messages'] === undefined) await pause(10)
    return await work()
  } finally {
    clearInterval(awake)
  }
}

function failed({ what, why }: { what: string; why?: unknown }): never {
  throw new Error(`${what} ${String(why)}`)
}

// Moves a whole store from SQLite to PostgreSQL and back, each way in a process of its own: `node bench/postgres-move.ts [messages]`.
// Says how long it took, how much memory it needed at most, and in what the two differ; a second run of each has nothing to do.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { must } from '../src/core/assert.ts'
import { move, type MoveReport } from '../src/store/move/move.ts'
import { type MoveAddress, openDestination, openOrigin } from '../src/store/move/open.ts'
import { openBenchServer } from './postgres-server.ts'
import { count } from './table.ts'
import { createThreads, fillThreads, fileIn, openStore, placesOf } from './world.ts'

type Way = { from: MoveAddress; to: MoveAddress }
type Moved = MoveReport & { seconds: number; peakMib: number }

if (process.send) process.once('message', (way: Way) => void moveHere(way))
else await moveBothWays(Number(process.argv[2] ?? 100_000))

async function moveBothWays(messages: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'threadkeep-bench-move-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const [before, after] = [join(folder, 'before'), join(folder, 'after')]
  mkdirSync(after)
  await fill(before, messages)
  await using server = await openBenchServer()
  await server.create('house')
  const login = (name: 'app' | 'owner' | 'upkeep') => server.url('house', `threadkeep_${name}`)
  const postgres: MoveAddress = { store: login('app'), ownerUrl: login('owner'), upkeepUrl: login('upkeep') }
  const sqlite = (folder: string): MoveAddress => ({ store: `sqlite:${fileIn(folder)}` })
  const [there, back] = [
    { from: sqlite(before), to: postgres },
    { from: postgres, to: sqlite(after) },
  ]
  await tell('SQLite to PostgreSQL', there)
  await tell('- the same once more', there)
  await tell('PostgreSQL to SQLite', back)
  await tell('- the same once more', back)
}

async function fill(folder: string, messages: number): Promise<void> {
  const places = placesOf(100, 1_000)
  await using store = await openStore(folder)
  await createThreads(store, places)
  await fillThreads(store, places, messages / places.length)
}

async function tell(what: string, way: Way): Promise<void> {
  const child = fork(import.meta.filename)
  child.send(way)
  const [moved] = (await once(child, 'message')) as [Moved]
  const { messages, threadsWritten, differences, seconds, peakMib } = moved
  console.log(
    `${what}: ${count(messages)} messages, ${count(threadsWritten)} threads written, ${differences.length} differences, ` +
      `${seconds.toFixed(1)} s, at most ${Math.round(peakMib)} MiB`,
  )
}

async function moveHere({ from, to }: Way): Promise<void> {
  const began = performance.now()
  let report: MoveReport | undefined
  {
    await using origin = await openOrigin(from)
    await using destination = await openDestination(to)
    report = await move(origin.end, destination.end)
  }
  const seconds = (performance.now() - began) / 1000
  const moved: Moved = {
    ...must(report, 'it ended'),
    seconds,
    peakMib: process.resourceUsage().maxRSS / 1024,
  }
  process.send?.(moved)
  process.disconnect?.()
}

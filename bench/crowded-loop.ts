// One process with 64 writers and nothing else, which says how late its event loop was.

import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { keep, rawPairOf } from './append.ts'
import { RawWriter } from './raw.ts'
import type { RawPair } from './raw-pair.ts'
import { median, timed } from './rounds.ts'
import { inCrowd, keysIn, openStore, type Pair, pairFor, placesIn } from './world.ts'

export type CrowdedLoopAsked = { way: 'ours' | 'raw'; ours: string; rawFile: string; howMany: number }
export type CrowdedLoop = { delayP99Ms: number; idleP99Ms: number; pairsPerSecond: number; flushMs: number }

const asked = JSON.parse(process.argv[2] ?? '') as CrowdedLoopAsked
const places = placesIn(asked.rawFile)
const pairs = (howMany: number) =>
  Array.from({ length: howMany }, (_, i) => pairFor(places[i % places.length] ?? fail()))
process.stdout.write(JSON.stringify(asked.way === 'ours' ? await ours() : await raw()))

function fail(): never {
  throw new Error('there are places')
}

async function ours(): Promise<CrowdedLoop> {
  await using store = await openStore(asked.ours)
  return await measured(pairs, keep(store))
}

async function raw(): Promise<CrowdedLoop> {
  const keys = keysIn(asked.rawFile)
  await using writer = new RawWriter<RawPair>(asked.rawFile, 'pair')
  const jobs = (howMany: number) => pairs(howMany).map((pair: Pair) => rawPairOf(pair, keys))
  return await measured(jobs, (pair) => writer.write(pair))
}

async function measured<Job>(
  jobs: (howMany: number) => Job[],
  work: (job: Job) => Promise<unknown>,
): Promise<CrowdedLoop> {
  await inCrowd(64, jobs(2_000), work)
  const work64 = jobs(asked.howMany)
  const idle = await delayP99Ms(() => pause(300))
  let ms = 0
  const delay = await delayP99Ms(async () => {
    ms = await timed(() => inCrowd(64, work64, work))
  })
  return {
    delayP99Ms: delay,
    idleP99Ms: idle,
    pairsPerSecond: (asked.howMany / ms) * 1000,
    flushMs: flushMs(),
  }
}

async function delayP99Ms(work: () => Promise<unknown>): Promise<number> {
  const histogram = monitorEventLoopDelay({ resolution: 1 })
  histogram.enable()
  await work()
  histogram.disable()
  return histogram.percentile(99) / 1e6
}

/** What a flush costs in this process: the proof that a shim is there when it should be. */
function flushMs(): number {
  const file = `${asked.rawFile}.flush`
  const fd = openSync(file, 'w')
  const page = Buffer.alloc(4_096)
  const ms = Array.from({ length: 30 }, () => {
    const began = performance.now()
    writeSync(fd, page)
    fdatasyncSync(fd)
    return performance.now() - began
  })
  closeSync(fd)
  rmSync(file)
  return median(ms)
}

// From nothing to the first page: processes that open a store and load 20 messages, less processes that do nothing.

import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { must } from '../src/core/assert.ts'
import { median } from './rounds.ts'
import type { Row } from './row.ts'
import type { Line } from './table.ts'
import { createThreads, fillThreads, openStore, placesOf } from './world.ts'

const root = join(import.meta.dirname, '..')

export const coldOpen: Row = async ({ folder, rounds, quick }) => {
  const store = join(folder, 'store')
  const place = await oneThread(store)
  const nothing = script(folder, 'nothing.js', '')
  const built = script(folder, 'built.js', firstLoad(buildInto(join(folder, 'built')), 'js', store, place))
  const unbuilt = script(folder, 'unbuilt.js', firstLoad(join(root, 'src'), 'ts', store, place))
  const ms: Record<'nothing' | 'built' | 'unbuilt', number[]> = { nothing: [], built: [], unbuilt: [] }
  for (let round = -1; round < rounds * (quick ? 3 : 5); round++) {
    for (const [name, file] of Object.entries({ nothing, built, unbuilt }) as [
      'nothing' | 'built' | 'unbuilt',
      string,
    ][]) {
      const took = wholeProcess(file)
      if (round >= 0) ms[name].push(took)
    }
  }
  return [
    {
      ...lineOf('cold open to first load, as published', ms.built, ms.nothing),
      bounds: { floor: 15, aim: 6 },
    },
    lineOf('the same from the sources, types stripped as it starts', ms.unbuilt, ms.nothing),
  ]
}

type Place = { user: string; threadId: string }

async function oneThread(folder: string): Promise<Place> {
  const places = placesOf(10, 100)
  await using store = await openStore(folder)
  await createThreads(store, places)
  await fillThreads(store, places, 100)
  return must(places[0], 'a place')
}

function script(folder: string, name: string, text: string): string {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const firstLoad = (from: string, extension: 'ts' | 'js', folder: string, { user, threadId }: Place) => `
  import { openSqlite } from ${JSON.stringify(join(from, `store/sqlite/open.${extension}`))}
  const folder = ${JSON.stringify(folder)}
  const store = await openSqlite({ folder, file: folder + '/threadkeep.db', ephemeral: false })
  const page = await store.messages(${JSON.stringify(user)}, ${JSON.stringify(threadId)}, { limit: 20 })
  process.exit(page.messages.length === 20 ? 0 : 1)
`

/** What the published package holds, made as scripts/build.ts makes it. */
function buildInto(folder: string): string {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  spawnSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json'), '--outDir', folder])
  symlinkSync(join(root, 'node_modules'), join(folder, '..', 'node_modules'), 'junction')
  cpSync(join(root, 'src/store/migrations'), join(folder, 'store/migrations'), { recursive: true })
  const queue = join(folder, 'store/sqlite/commit-queue.js')
  writeFileSync(queue, readFileSync(queue, 'utf8').replace('./writer-thread.ts', './writer-thread.js'))
  return folder
}

function wholeProcess(file: string): number {
  const began = performance.now()
  const ended = spawnSync(process.execPath, [file], { encoding: 'utf8' })
  const took = performance.now() - began
  if (ended.status !== 0) throw new Error(`${file} ended with ${ended.status}: ${ended.stderr}`)
  return took
}

/** Each round's process less the median of those that do nothing. */
function lineOf(what: string, ours: readonly number[], nothing: readonly number[]): Line {
  const start = median(nothing)
  return {
    what,
    ours: `${median(ours).toFixed(1)} ms`,
    raw: `${start.toFixed(1)} ms`,
    judged: ours.map((ms) => ms - start),
    unit: 'ms',
    better: 'less',
  }
}

// A node of the house by itself: a process with a store and writers of its own, which writes when it is told to and says how long it took.

import { must } from '../src/core/assert.ts'
import { openPostgres } from '../src/store/postgres/open.ts'
import { keepIn, pairsOf } from './postgres-append.ts'
import { timed } from './rounds.ts'
import { inCrowd, type Place } from './world.ts'

export type NodeTold = { url: string; places: Place[] } | { writers: number; pairs: number } | 'close'
export type NodeSays = { ms: number } | 'ready'

const tell = (says: NodeSays) => process.send?.(says)

let store: Awaited<ReturnType<typeof openPostgres>> | undefined
let pairs: ReturnType<typeof pairsOf> | undefined

process.on('message', (told: NodeTold) => void obey(told))

async function obey(told: NodeTold): Promise<void> {
  if (told === 'close') {
    if (store) await store[Symbol.asyncDispose]()
    process.disconnect?.()
  } else if ('url' in told) {
    store = await openPostgres({ url: told.url })
    pairs = pairsOf(told.places)
    tell('ready')
  } else {
    const [jobs, keep] = [must(pairs, 'an open store')(told.pairs), keepIn(must(store, 'an open store'))]
    tell({ ms: await timed(() => inCrowd(told.writers, jobs, keep)) })
  }
}

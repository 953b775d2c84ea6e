// Hints between nodes, on against off: what they cost 64 writers, and when another node at which a thousand are quiet has a change.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { must } from '../src/core/assert.ts'
import { openPostgres, type PostgresStore } from '../src/store/postgres/open.ts'
import { createThread, fillHouse, keepIn, Measured, pairsOf } from './postgres-append.ts'
import type { ListenerSays, ListenerTold } from './postgres-notify-node.ts'
import { type BenchServer, openBenchServer } from './postgres-server.ts'
import { median, quantile, ratios, takeTurns } from './rounds.ts'
import type { Row } from './row.ts'
import type { Line } from './table.ts'
import { inCrowd, newId, pairFor, type Place } from './world.ts'

const writers = 64
const peopleOf = (what: string, count: number): Place[] =>
  Array.from({ length: count }, (_, n) => ({ user: `${what}-${n}@example.org`, threadId: newId() }))
const quiet = peopleOf('quiet', 1_000)
/** Of these each says something once a round, which takes some seconds: three are as good as nine. */
const watched = peopleOf('watched', 40)
const withinMs = 3_000

export const postgresNotify: Row = async ({ rounds, quick }) => {
  await using server = await openBenchServer()
  const places = await fillHouse(server, 'filled')
  await addPeople(server, 'filled')
  await server.copy('hinted', 'filled')
  await server.copy('silent', 'filled')
  await using hinted = await Street.open(server, 'hinted', true)
  await using silent = await Street.open(server, 'silent', false)
  const streets = [hinted, silent] as const
  const pairs = pairsOf(places)

  const appending = async (listening: readonly Place[], what: string): Promise<Line> => {
    const measured = streets.map((street) => new Measured(server, street.database, writers))
    const ways = streets.map((street, i) => {
      const way = must(measured[i], 'each is measured').way(() => pairs(quick ? 4_000 : 8_000), keepIn(street.store)) // prettier-ignore
      return () => street.whileListening(listening, way)
    })
    const [on = [], off = []] = await takeTurns(ways, rounds)
    const [ours, raw] = [must(measured[0], 'on').told(on), must(measured[1], 'off').told(off)]
    return { what, ours, raw, judged: ratios(on, off), unit: 'x', better: 'more' }
  }

  const hearing = async (isBusy: boolean, what: string): Promise<Line> => {
    const times = streets.map(() => [] as number[])
    const ways = streets.map((street, i) => async () => {
      const busy = new AbortController()
      const noise = isBusy ? makeNoise(street.store, pairs, busy.signal) : null
      const ms = await street.whileListening([...quiet, ...watched], () => street.delays())
      busy.abort()
      await noise
      times[i]?.push(...ms)
      return median(ms)
    })
    const [on = [], off = []] = await takeTurns(ways, Math.ceil(rounds / 3))
    const told = (ms: readonly number[] = []) => `${ms50(ms)} median, ${ms99(ms)} p99`
    return { what, ours: told(times[0]), raw: told(times[1]), judged: ratios(on, off), unit: 'x', better: 'less' } // prettier-ignore
  }

  return [
    await appending([], 'PostgreSQL: append a pair, 64 writers, NOTIFY on against off; nobody listens'),
    await appending(quiet, '- the same while 1,000 quiet people listen at another node'),
    await hearing(false, '- until a listener at another node has a change, the store being quiet'),
    await hearing(true, '- the same while 64 writers write'),
  ]
}

const ms50 = (ms: readonly number[]) => `${Math.round(median(ms))} ms`
const ms99 = (ms: readonly number[]) => `${Math.round(quantile(ms, 0.99))} ms`

async function addPeople(server: BenchServer, database: string): Promise<void> {
  await using store = await openPostgres({ url: server.url(database, 'threadkeep_app') })
  await inCrowd(256, [...quiet, ...watched], (place) => createThread(store, place))
}

async function makeNoise(
  store: PostgresStore,
  pairs: ReturnType<typeof pairsOf>,
  over: AbortSignal,
): Promise<void> {
  while (!over.aborted) await inCrowd(writers, pairs(1_000), keepIn(store))
}

/** Two nodes on one database: this process writes at the one, and at the other people listen. */
class Street {
  readonly database: string
  readonly store: PostgresStore
  readonly #listener: ChildProcess
  readonly #open: AsyncDisposable
  readonly #heard = new Map<string, (at: number) => void>()

  constructor(database: string, store: PostgresStore, listener: ChildProcess, open: AsyncDisposable) {
    this.database = database
    this.store = store
    this.#listener = listener
    this.#open = open
    listener.on('message', (says: ListenerSays) => {
      if (says !== 'done') this.#heard.get(says.user)?.(says.at)
    })
  }

  static async open(server: BenchServer, database: string, notifies: boolean): Promise<Street> {
    const url = server.url(database, 'threadkeep_app')
    const store = await openPostgres({ url, notifies, waitMs: 30_000 })
    const hints = store.hint?.begin(console.error)
    const listener = fork(new URL('./postgres-notify-node.ts', import.meta.url))
    const close = async () => {
      await hints?.[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
    }
    const street = new Street(database, store, listener, { [Symbol.asyncDispose]: close })
    await street.#ask({ url, upkeepUrl: server.url(database, 'threadkeep_upkeep'), notifies })
    return street
  }

  async whileListening<T>(people: readonly Place[], work: () => T | Promise<T>): Promise<T> {
    if (people.length === 0) return work()
    await this.#ask({ listen: people.map(({ user }) => user) })
    await pause(withinMs) // as quiet as they get
    const result = await work()
    await this.#ask('rest')
    return result
  }

  /** From when a commit was acknowledged here until it is there, for each of the watched, at a moment of its own. */
  delays(): Promise<number[]> {
    return Promise.all(
      watched.map(async (place) => {
        await pause(Math.random() * withinMs)
        const { promise, resolve } = Promise.withResolvers<number>()
        this.#heard.set(place.user, resolve)
        await keepIn(this.store)(pairFor(place))
        const kept = performance.timeOrigin + performance.now()
        return Math.max(0, (await promise) - kept)
      }),
    )
  }

  async #ask(told: ListenerTold): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const answered = (says: ListenerSays) => says === 'done' && resolve()
    this.#listener.on('message', answered)
    this.#listener.send(told)
    await promise
    this.#listener.off('message', answered)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.send('close' satisfies ListenerTold)
    await once(this.#listener, 'exit')
    await this.#open[Symbol.asyncDispose]()
  }
}

// Nodes hint at each other that something was committed: what is done at one is seen at the others at once, and no hint is needed for it.
import { Client } from 'pg'
import { describe, expect, it } from 'vitest'
import { must } from '../../src/core/assert.ts'
import { hang } from '../../src/model/scripted.ts'
import { Hint } from '../../src/store/postgres/hint.ts'
import { range } from '../contract/world.ts'
import { pause, until } from '../chat/talk.ts'
import type { Events } from '../http/events.ts'
import { said } from '../store/commits.ts'
import type { FreshDatabase } from './database.ts'
import { hear } from './heard.ts'
import { type Neighbour, neighbourhood, openNodes } from './neighbours.ts'
import { asSuper } from './super.ts'
import { usualPace } from '../../src/chat/pace.ts'

const quietMs = 2_500

describe('a change at another node', () => {
  it.each([
    ['with the upkeep login', undefined],
    ['and without', ''],
  ])('is told at once, also to somebody who was quiet: %s', async (_, storeUpkeep) => {
    await using two = await openNodes(2, { notify: 'on', ...(storeUpkeep === '' ? { storeUpkeep } : null) })
    await listening(two.street.database, 2)
    expect(medianOf(await seenAfter(two, [quietMs, 700, quietMs]))).toBeLessThan(300)
  })

  it('is seen as soon as ever where hints are off, and nobody listens or says one', async () => {
    const said: string[] = []
    using _ = hear(({ text }) => void said.push(text))
    await using two = await openNodes(2, { notify: 'off' })
    expect(Math.max(...(await seenAfter(two, [0, 700])))).toBeLessThan(2_000)
    expect(await hintsOf(two.street.database)).toEqual([])
    expect(said.filter((text) => /LISTEN|NOTIFY/i.test(text))).toEqual([])
  })
})

it('a stop asked at another node is heard without waiting for a look', async () => {
  const script = [['Roses', hang]]
  const pace = { ...usualPace, stopPollMs: 60_000 }
  await using two = await openNodes(2, { notify: 'on', script, pace })
  await listening(two.street.database, 2)
  const threadId = await two.a.as('ann').thread()
  const stream = await two.a.as('ann').stream(`/v1/threads/${threadId}/messages`, { text: 'Hello' })
  await stream.until('run.delta')
  expect((await two.b.as('ann').post(`/v1/threads/${threadId}/stop`)).status).toBeLessThan(300)
  expect((await stream.until('message.finished')).data).toMatchObject({ message: { status: 'stopped' } })
})

describe('killed in mid-stream', () => {
  it('every listener is back, and no change was lost, told twice or out of turn', async () => {
    await using two = await openNodes(2, { notify: 'on' })
    const { database } = two.street
    const first = await listening(database, 2)
    const stream = await two.b.as('ann').stream('/v1/changes/stream?since=0')
    const heard = take(stream, 61)
    const threadId = await two.a.as('ann').thread()
    for (const n of range(60)) {
      if (n % 20 === 10) await killHints(database)
      await two.a.as('ann').keep(threadId, `${n}`)
      await pause(20)
    }
    expect(await heard).toEqual(range(61).map((n) => n + 1))
    const last = await listening(database, 2)
    expect(last.filter((pid) => first.includes(pid))).toEqual([])
    expect(medianOf(await seenAfter(two, [700, 700, 700]))).toBeLessThan(300)
    for (const { logs } of two.nodes) {
      const told = logs.map(({ what }) => what.slice(0, 22))
      expect(new Set(told)).toEqual(new Set(['Hints of other nodes a']))
      expect(told.length % 2).toBe(0)
    }
  })

  it('and kept away, it is told once, and everything is found by looking', async () => {
    await using two = await openNodes(2, { notify: 'on' })
    const { database } = two.street
    await listening(database, 2)
    // What they have open stays open, and is enough.
    await Promise.all(two.nodes.flatMap((node) => range(12).map(() => node.as('ann').get('/v1/threads'))))
    await asSuper(database.superUrl, (client) =>
      client.query(`REVOKE CONNECT ON DATABASE ${database.name} FROM public, threadkeep_app`),
    )
    await killHints(database)
    const ms = await seenAfter(two, [0, 1_000])
    expect(Math.max(...ms)).toBeLessThan(2_000)
    expect(two.b.logs.filter(({ what }) => what.startsWith('Hints of'))).toHaveLength(1)
  })
})

describe('a flood', () => {
  it('of hints is a few looks, each of them one question for all', async () => {
    await using house = await floodedHouse({})
    const asked = await house.flood('upkeep changed among')
    console.log(`${asked} questions for a thousand hints in a second and a half, while 50 listen`)
    expect(asked).toBeGreaterThan(3)
    expect(asked).toBeLessThan(20)
  })

  it('is a bounded number of looks where each is for one', async () => {
    await using house = await floodedHouse({ storeUpkeep: '' })
    const asked = await house.flood('read changes')
    console.log(`${asked} questions without the upkeep login`)
    expect(asked).toBeGreaterThan(30)
    expect(asked).toBeLessThan(260)
  })

  it('of commits is a hint in 25 ms', async () => {
    const sent: string[] = []
    using _ = hear(({ name }) => void sent.push(name))
    await using street = await neighbourhood()
    const { keep } = await street.node({ notify: 'on' })
    await listening(street.database, 1)
    await keep.store.commit({ user: 'ann', at: 1, changes: [{ kind: 'thread.created', threadId: 't' }] })
    const began = performance.now()
    for (const n of range(150))
      await keep.store.commit({ user: 'ann', at: 1, changes: [said('t', 'Hello', { id: `m${n}` })] })
    const hints = sent.filter((name) => name === 'hint').length
    expect(hints).toBeGreaterThan(1)
    expect(hints).toBeLessThan(2 + (performance.now() - began) / 25)
  })
})

it('the connection of hints says nothing else, and no other says one: none is ever inside a transaction', async () => {
  const sent = new Map<Client, string[]>()
  using _ = hear(({ client, name, text }) => {
    sent.set(client, [...(sent.get(client) ?? []), name || text])
  })
  await using two = await openNodes(2, { notify: 'on' })
  await listening(two.street.database, 2)
  await seenAfter(two, [0, 100, 100])
  const hinting = [...sent.values()].filter((names) => names.some((name) => /LISTEN|hint/.test(name)))
  expect(hinting).toHaveLength(2)
  expect(new Set(hinting.flat())).toEqual(new Set(['LISTEN threadkeep', 'hint']))
  expect([...sent.values()].some((names) => names.includes('keep'))).toBe(true)
})

it('closing lets the connection go, and is not held up by it', async () => {
  await using street = await neighbourhood()
  const a = await street.node({ notify: 'on' })
  await listening(street.database, 1)
  await a.as('ann').thread()
  const began = performance.now()
  await a[Symbol.asyncDispose]()
  expect(performance.now() - began).toBeLessThan(2_000)
  expect(await hintsOf(street.database)).toEqual([])
})

it('a server that is not there is told once, and holds nobody up', async () => {
  const logs: object[] = []
  const hint = new Hint('postgres://nobody@127.0.0.1:1/nothing')
  {
    await using _ = hint.begin((line) => void logs.push(line))
    hint.send()
    await pause(1_500)
    hint.send()
  }
  expect(logs).toEqual([expect.objectContaining({ level: 'warn', fault: expect.stringMatching(/ECONNREFUSED/) as string })]) // prettier-ignore
})

/** How long each change at the first took to be seen at the second, after so long a silence. */
async function seenAfter({ a, b }: { a: Neighbour; b: Neighbour }, silences: number[]): Promise<number[]> {
  const threadId = await a.as('ann').thread()
  const stream = await b.as('ann').stream('/v1/changes/stream')
  const ms: number[] = []
  for (const silence of silences) {
    await pause(silence)
    const began = performance.now()
    await a.as('ann').keep(threadId, 'Hello')
    expect(await stream.next()).toMatchObject({ data: { kind: 'message.said' } })
    ms.push(Math.round(performance.now() - began))
  }
  await stream.leave()
  return ms
}

async function take(stream: Events, count: number): Promise<number[]> {
  const seqs: number[] = []
  while (seqs.length < count) seqs.push(Number(must((await stream.next())?.id, 'it goes on')))
  return seqs
}

const medianOf = (ms: readonly number[]): number =>
  must(ms.toSorted((a, b) => a - b)[Math.floor(ms.length / 2)], 'something was measured')

/** The processes of the server that serve connections of hints. */
async function hintsOf({ name, superUrl }: FreshDatabase): Promise<number[]> {
  const text = `SELECT pid FROM pg_stat_activity WHERE datname = $1 AND application_name = 'threadkeep hint' AND query <> ''`
  const { rows } = await asSuper(superUrl, (client) => client.query<{ pid: number }>(text, [name]))
  return rows.map(({ pid }) => pid)
}

/** So many listen. */
async function listening(database: FreshDatabase, count: number): Promise<number[]> {
  await until(async () => (await hintsOf(database)).length === count)
  return hintsOf(database)
}

async function killHints(database: FreshDatabase): Promise<void> {
  const pids = await hintsOf(database)
  await asSuper(database.superUrl, (client) =>
    client.query('SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) pid', [pids]),
  )
}

/** One node at which fifty people listen and say nothing, and somebody who hints without end. */
async function floodedHouse(more: { storeUpkeep?: string }) {
  const street = await neighbourhood()
  const node = await street.node({ notify: 'on', ...more })
  await listening(street.database, 1)
  const streams = await Promise.all(
    range(50).map((n) => node.as(`user${n}`).stream('/v1/changes/stream?since=0')),
  )
  const flood = async (question: string): Promise<number> => {
    let asked = 0
    using _ = hear(({ name }) => void (asked += name === question ? 1 : 0))
    await asSuper(street.database.superUrl, async (client) => {
      const until = performance.now() + 1_500
      while (performance.now() < until) {
        await client.query('NOTIFY threadkeep')
        await pause(1)
      }
    })
    return asked
  }
  const dispose = async () => {
    for (const stream of streams) await stream.leave()
    await street[Symbol.asyncDispose]()
  }
  return { flood, [Symbol.asyncDispose]: dispose }
}

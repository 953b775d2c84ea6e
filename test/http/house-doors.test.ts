// What the house says of itself: alive, ready, counted, documented, and honest about its own faults.
import { describe, expect, it, vi } from 'vitest'
import { ThreadkeepError } from '../../src/core/errors.ts'
import type { Store } from '../../src/core/store.ts'
import { everyRoute } from '../../src/http/every-route.ts'
import { type House, openHouse } from '../house.ts'
import { openApiDocument } from './answer-check.ts'
import { home } from './visitor.ts'

describe('the house', () => {
  it('is alive and ready, part by part', async () => {
    await using house = await openHouse()
    expect((await house.stranger.get('/healthz')).body).toMatchObject({
      version: expect.stringMatching(/^\d+\./),
      commit: null,
    })
    const { status, body } = await house.stranger.get('/readyz')
    expect([status, body]).toMatchObject([
      200,
      { ready: true, parts: { database: { ok: true }, model: { name: 'scripted' } } },
    ])
  })

  it.each([
    ['this machine', '127.0.0.1', {}, 200],
    ['this machine by IPv6', '::1', {}, 200],
    ['elsewhere', '10.0.0.7', {}, 403],
    ['elsewhere with the token', '10.0.0.7', { authorization: 'Bearer scrape' }, 200],
    ['elsewhere with another', '10.0.0.7', { authorization: 'Bearer guess' }, 403],
    ['elsewhere, through a proxy here', '127.0.0.1', { 'x-forwarded-for': '10.0.0.7' }, 403],
    ['nobody knows where', undefined, {}, 403],
  ])('counts for %s', async (_, remoteAddress, headers, status) => {
    await using house = await openHouse({ settings: { metricsToken: 'scrape' } })
    const request = new Request(`${home}/metrics`, { headers })
    const response = await house.fetch(request, { incoming: { socket: { remoteAddress } } })
    const counted = (await response.text()).includes('threadkeep_live_runs 0')
    expect([response.status, counted]).toEqual([status, status === 200])
  })

  it('knows no other door', async () => {
    await using house = await openHouse()
    for (const [method, path] of [
      ['GET', '/v1/nope'],
      ['DELETE', '/v1/me'],
      ['GET', '/'],
    ] as const)
      // prettier-ignore
      expect((await house.stranger.send(method, path)).body['error']).toMatchObject({ code: 'not_found' })
  })
})

it('is not ready while the database is away, and alive all the same', async () => {
  await using house = await openHouse({
    store: (store) => ({ ...store, user: () => Promise.reject(new Error('the disk is away')) }),
  })
  const { status, body } = await house.stranger.get('/readyz')
  expect([status, body]).toMatchObject([
    503,
    { ready: false, parts: { api: { ok: true }, database: { ok: false } } },
  ])
  expect((await house.stranger.get('/healthz')).status).toBe(200)
})

describe('persistence', () => {
  it('is when the store last kept something, and not well while the last write failed', async () => {
    const disk = failing()
    await using house = await openHouse({ store: disk.between })
    const persistence = async () => (await house.stranger.get('/readyz')).body['parts']?.['persistence']
    expect(await persistence()).toMatchObject({ lastWriteAt: null, failedBy: null })
    const [ann, before] = [await house.guest(), Date.now()]
    await ann.thread()
    const kept = await persistence()
    expect(Date.parse(String(kept?.['lastWriteAt']))).toBeGreaterThanOrEqual(before)
    disk.fault = new ThreadkeepError('storage_full', 'The disk is full.', 'Make room.')
    expect((await ann.post('/v1/threads')).status).toBe(507)
    expect(await persistence()).toEqual({ ...kept, ok: false, failedBy: 'storage_full' })
    disk.fault = null
    expect((await ann.patch('/v1/threads/none', { title: 'x' })).status).toBe(404)
    expect(await persistence()).toMatchObject({ failedBy: 'storage_full' })
    await ann.thread()
    expect(await persistence()).toMatchObject({ failedBy: null })
  })

  it('is well after a write where the store keeps what it is given', async () => {
    const durable = (store: Store): Store => ({ ...store, durability: 'disk' })
    const disk = failing()
    await using house = await openHouse({ store: (store) => durable(disk.between(store)) })
    const isWell = async () =>
      (await house.stranger.get('/readyz')).body['parts']?.['persistence']?.['ok'] as unknown
    const ann = await house.guest()
    expect(await isWell()).toBe(true)
    disk.fault = new TypeError('a fault of ours')
    await ann.post('/v1/threads')
    expect(await isWell()).toBe(false)
    disk.fault = null
    await ann.thread()
    expect(await isWell()).toBe(true)
  })
})

describe('the counts of what was sent', () => {
  it('say how much was not kept; a refusal is an answer', async () => {
    const disk = failing()
    await using house = await openHouse({ store: disk.between })
    const ann = await house.guest()
    const threadId = await ann.thread()
    const counted = (name: string) => countOf(house, name)
    expect([await counted('saves_total'), await counted('save_success_ratio')]).toEqual([0, 1])
    for (const text of ['one', 'two']) await ann.keep(threadId, text)
    await ann.keep('none', 'to nobody')
    disk.fault = new ThreadkeepError('unavailable', 'The disk is away.', 'Come back.')
    await ann.keep(threadId, 'lost')
    expect([await counted('saves_total'), await counted('saves_failed_total')]).toEqual([4, 1])
    expect([await counted('save_success_ratio'), await counted('fallback_ratio')]).toEqual([3 / 4, 0])
  })

  it('have the type that their name says', async () => {
    await using house = await openHouse()
    const text = await metricsOf(house)
    expect(text).toContain('# TYPE threadkeep_saves_total counter\n')
    expect(text).toContain('# TYPE threadkeep_live_runs gauge\n')
  })
})

describe('openapi.json', () => {
  it('has every door with its policy, and every name it uses', async () => {
    await using house = await openHouse()
    const { body } = await house.stranger.get('/openapi.json')
    const document = JSON.parse(JSON.stringify(body)) as typeof openApiDocument
    expect(document.openapi).toBe('3.1.0')
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path))
    expect(operations).toHaveLength(everyRoute.length)
    for (const operation of operations) expect(operation).toHaveProperty('x-policy.owns')
    const used = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, name = '']) => name)
    const known = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`)
    expect([...new Set(used)].filter((name) => !known.includes(name))).toEqual([])
  })

  it('has an operation id for each, and a parameter for each name in a path', () => {
    const ids = Object.values(openApiDocument.paths).flatMap((path) => Object.values(path).map((o) => Reflect.get(o, 'operationId'))) // prettier-ignore
    expect(new Set(ids).size).toBe(everyRoute.length)
    for (const [path, operations] of Object.entries(openApiDocument.paths))
      for (const operation of Object.values(operations)) {
        const parameters = Reflect.get(operation, 'parameters') as { name: string; in: string }[]
        const inPath = parameters
          .filter((parameter) => parameter.in === 'path')
          .map(({ name }) => `{${name}}`)
        expect(path.match(/\{\w+\}/g) ?? []).toEqual(inPath)
      }
  })
})

describe('a fault of ours', () => {
  it('is 500 with a request id, and its log has no words of people', async () => {
    const secret = 'what ann said'
    await using house = await openHouse({
      store: (store) => ({
        ...store,
        commit: async () => {
          throw new TypeError(`cannot keep ${secret}`)
        },
      }),
    })
    const ann = await house.guest()
    const { status, body } = await ann.post('/v1/threads', { title: secret })
    expect([status, String(body['error']?.['code'])]).toEqual([500, 'internal'])
    expect(house.logs).toMatchObject([
      { level: 'error', fault: 'TypeError', requestId: body['error']?.['requestId'] },
    ])
    expect(JSON.stringify([body, house.logs])).not.toContain(secret)
    expect(house.logs[0]?.['trace']).toContainEqual(expect.stringContaining('commit'))
  })

  it('says when to come back where that helps', async () => {
    await using house = await openHouse({
      store: (store) => ({
        ...store,
        commit: async () => {
          throw new ThreadkeepError('unavailable', 'The disk is away.', 'Come back.')
        },
      }),
    })
    const ann = await house.guest()
    const { status, headers } = await ann.post('/v1/threads')
    expect([status, headers.get('retry-after')]).toEqual([503, '2'])
    expect(house.logs).toEqual([])
  })
})

describe('a store that is away or full', () => {
  it('is told to the operator by the fault below it, seldom, and without its words', async () => {
    const disk = failing()
    await using house = await openHouse({ store: disk.between })
    const ann = await house.guest()
    const cause = Object.assign(new Error('refused: what ann said'), { code: 'ECONNREFUSED' })
    const clock = vi.spyOn(performance, 'now')
    const began = performance.now()
    disk.fault = new ThreadkeepError('unavailable', 'what ann said', 'Come back.', undefined, cause)
    for (const now of [began, began + 1_000, began + 9_999, began + 10_001]) {
      clock.mockReturnValue(now)
      expect((await ann.post('/v1/threads')).status).toBe(503)
    }
    clock.mockRestore()
    expect(house.logs).toMatchObject([
      { level: 'warn', door: 'POST /v1/threads', code: 'ECONNREFUSED' },
      { level: 'warn', code: 'ECONNREFUSED' },
    ])
    expect(house.logs).toHaveLength(2)
    expect(JSON.stringify(house.logs)).not.toContain('what ann said')
  })
})

describe('Threadkeep-Position', () => {
  it('of one write is reached by the next read, and one from the future is not', async () => {
    await using house = await openHouse()
    const ann = await house.guest()
    const position = String((await ann.post('/v1/threads')).body['receipt']?.['position'])
    const read = (position: string) => ann.get('/v1/threads', { 'threadkeep-position': position })
    const now = await read(position)
    expect([now.status, now.headers.get('threadkeep-position')]).toEqual([200, position])
    const future = await read(position.replace(/\d+$/, '999999999999999'))
    expect([future.status, future.headers.get('retry-after')]).toEqual([503, '2'])
    expect((await read('elsewhere-999999')).status).toBe(200)
    expect((await read('soon')).status).toBe(400)
  })
})

/** A store that writes nothing while it has a fault. */
function failing() {
  const disk = {
    fault: null as Error | null,
    between: (store: Store): Store => ({
      ...store,
      commit: (asked) => (disk.fault ? Promise.reject(disk.fault) : store.commit(asked)),
    }),
  }
  return disk
}

async function metricsOf({ fetch }: House): Promise<string> {
  const env = { incoming: { socket: { remoteAddress: '127.0.0.1' } } }
  return (await fetch(new Request(`${home}/metrics`), env)).text()
}

async function countOf(house: House, name: string): Promise<number> {
  return Number(new RegExp(`^threadkeep_${name} (.+)$`, 'm').exec(await metricsOf(house))?.[1])
}

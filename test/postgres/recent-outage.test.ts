// While the database is away what was read here before can be read, marked, by whoever was known; and nothing of it outlives the outage.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { pause } from '../chat/talk.ts'
import { Outage, gauge, replayed, spooled, receiptOf } from './spooling.ts'
import { migratedDatabase, openNode } from './whole-house.ts'

let outage: Outage
beforeAll(async () => void (outage = await Outage.prepare()))
afterAll(() => outage[Symbol.asyncDispose]())

it('shows what was read before, says that it is stale, and since when', async () => {
  await using node = await openNode(await migratedDatabase(outage.server.url))
  const ann = await node.guest()
  await ann.thread({ id: 't1' })
  await ann.thread({ id: 't2' })
  await ann.keep('t1', 'before')
  const page = '/v1/threads/t1/messages'
  const [fresh, before] = [await ann.get(page), Date.now()]
  await ann.get('/v1/threads/t1')
  expect([fresh.headers.get('threadkeep-stale'), fresh.body['stale']]).toEqual([null, undefined])

  await outage.begin()
  await pause(600)
  const stale = await ann.get(page)
  expect([stale.status, stale.body]).toEqual([200, { ...fresh.body, stale: true }])
  const since = Date.parse(stale.headers.get('threadkeep-stale') ?? '')
  expect([since >= before - 50, since <= Date.now() - 500]).toEqual([true, true])
  const thread = await ann.get('/v1/threads/t1')
  expect([thread.status, Date.parse(thread.headers.get('threadkeep-stale') ?? '') > 0]).toEqual([200, true])
  for (const path of ['/v1/threads/t2/messages', '/v1/threads', `${page}?limit=5`])
    expect([path, (await ann.get(path)).status]).toEqual([path, 503])
  expect((await ann.patch('/v1/threads/t1', { title: 'Later' })).status).toBe(503)
  expect(receiptOf(await ann.keep('t1', 'during'))).toEqual(spooled)
  expect((await ann.get(page)).body).toEqual({ ...fresh.body, stale: true })

  await outage.end()
  await replayed(node)
  const after = await ann.get(page)
  expect([after.status, after.headers.get('threadkeep-stale'), after.body['stale']]).toEqual([
    200,
    null,
    undefined,
  ])
  expect((await ann.messages('t1')).map(({ text }) => text)).toEqual(['before', 'during'])
  expect(await gauge(node, 'cache_threads')).toBeGreaterThan(0)
})

it('shows nothing older than the position that is named, and nothing to a stranger', async () => {
  await using node = await openNode(await migratedDatabase(outage.server.url))
  const [ann, bob] = [await node.guest(), await node.guest()]
  await ann.thread({ id: 't1' })
  const { headers } = await ann.keep('t1', 'before')
  await ann.get('/v1/threads/t1/messages')
  const position = headers.get('threadkeep-position') ?? ''
  const later = position.replace(/\d+$/, (number) => String(Number(number) + 1_000_000_000))
  await outage.begin()
  const at = async (named: string) =>
    (await ann.get('/v1/threads/t1/messages', { 'threadkeep-position': named })).status
  expect([await at(position), await at(later)]).toEqual([200, 503])
  expect((await bob.get('/v1/threads/t1/messages')).status).toBe(503)
  await outage.end()
})

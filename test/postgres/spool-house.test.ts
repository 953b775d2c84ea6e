// A house whose database is away keeps what people say, and brings it there when it is back: in order, once, and answered.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { gauge, Outage, quarantineOf, receiptOf, replayed, spooled, textsOf } from './spooling.ts'
import { migratedDatabase, openNode } from './whole-house.ts'
import { whoIsIt } from './who-is-it.ts'
import { Visitor } from '../http/visitor.ts'

let outage: Outage
beforeAll(async () => void (outage = await Outage.prepare()))
afterAll(() => outage[Symbol.asyncDispose]())

const database = () => migratedDatabase(outage.server.url)

it('keeps what is said in two threads, in order, and answers when the database is back', async () => {
  await using node = await openNode(await database())
  const ann = await node.guest()
  await ann.thread({ id: 't1' })
  await ann.keep('t1', 'before', { id: 'm0' })
  await outage.begin()
  for (const n of [1, 2, 3]) {
    expect(receiptOf(await ann.keep('t1', `one ${n}`, { id: `a${n}` }))).toEqual(spooled)
    expect(receiptOf(await ann.keep('t2', `two ${n}`, { id: `b${n}`, thread: { title: 'New' } }))).toEqual(
      spooled,
    )
  }
  const asked = await ann.ask('t1', 'Which roses?', { id: 'q1' })
  expect(receiptOf(asked)).toEqual(spooled)
  expect(asked.body).toMatchObject({ message: { id: 'q1', seq: null }, reply: null, run: null })
  expect(await gauge(node, 'spool_records')).toBe(7)
  expect(await gauge(node, 'fallback_ratio')).toBeCloseTo(7 / 8)
  expect((await ann.get('/v1/threads/t1')).status).toBe(503)
  expect((await ann.patch('/v1/threads/t1', { title: 'Later' })).status).toBe(503)

  await outage.end()
  await replayed(node)
  await expect.poll(() => textsOf(ann, 't1'), { timeout: 20_000 }).toEqual([
    'before', 'one 1', 'one 2', 'one 3', 'Which roses?', 'Roses grow by the wall.',
  ]) // prettier-ignore
  expect(await textsOf(ann, 't2')).toEqual(['two 1', 'two 2', 'two 3'])
  expect(await gauge(node, 'spool_replayed_total')).toBe(7)
  expect(await gauge(node, 'save_success_ratio')).toBe(1)
  expect(receiptOf(await ann.keep('t1', 'one 1', { id: 'a1' }))).toEqual([200, 'none', 'replayed', 2])
  expect(receiptOf(await ann.keep('t1', 'after', { id: 'z' }))).toEqual([201, 'none', 'kept', 7])
})

it('gives the same receipt for the same id while it waits, and 422 for other content', async () => {
  await using node = await openNode(await database())
  const ann = await node.guest()
  await ann.thread({ id: 't1' })
  await outage.begin()
  const first = await ann.keep('t1', 'hello', { id: 'm1' })
  const again = await ann.keep('t1', 'hello', { id: 'm1' })
  const other = await ann.keep('t1', 'good-bye', { id: 'm1' })
  const asking = await ann.ask('t1', 'hello', { id: 'm1' })
  await outage.end()
  expect(again.body['receipt']).toEqual({ ...first.body['receipt'], result: 'replayed' })
  expect([again.status, other.status, asking.status]).toEqual([200, 422, 200])
  await replayed(node)
  await expect
    .poll(() => textsOf(ann, 't1'), { timeout: 20_000 })
    .toEqual(['hello', 'Roses grow by the wall.'])
})

it('over events says that it is kept, and closes with a comment; by /v1/chat it says null', async () => {
  await using node = await openNode(await database())
  const ann = await node.guest()
  await ann.thread({ id: 't1' })
  await outage.begin()
  const accept = { accept: 'text/event-stream' }
  const response = await ann.fetch('POST', '/v1/threads/t1/messages', { id: 'm1', text: 'hello' }, accept)
  const [event, data, comment] = (await response.text()).split(/\n+/)
  const chat = await ann.post('/v1/chat', { id: 'm2', threadId: 't1', message: 'and you?' })
  await outage.end()
  expect([response.status, event]).toEqual([200, 'event: message.kept'])
  expect(JSON.parse(String(data).slice('data: '.length))).toMatchObject({
    message: { id: 'm1', text: 'hello', seq: null },
    receipt: { durability: 'spooled', seq: null },
    replyId: null,
    runId: null,
  })
  expect(comment).toMatch(/^: the store is away/)
  expect(chat.status).toBe(201)
  expect(chat.body).toMatchObject({ response: null, status: null, messageId: 'm2', runId: null })
  await replayed(node)
})

it('that hangs is away too: what is said waits for it, and is in it once', async () => {
  await using node = await openNode(await database(), { authenticate: whoIsIt })
  const ann = as(node, 'ann')
  await ann.thread({ id: 't1' })
  await outage.server.kill('SIGSTOP')
  const first = await ann.keep('t1', 'hello', { id: 'm1' })
  const began = performance.now()
  const second = await ann.ask('t1', 'still there?', { id: 'm2' })
  const tookMs = performance.now() - began
  await outage.server.kill('SIGCONT')
  expect([receiptOf(first), receiptOf(second)]).toEqual([spooled, spooled])
  expect(tookMs).toBeLessThan(15_000)
  await replayed(node)
  await expect
    .poll(() => textsOf(ann, 't1'), { timeout: 20_000 })
    .toEqual(['hello', 'still there?', 'Roses grow by the wall.'])
})

it('lets in whom it knew a moment before, and nobody else', async () => {
  await using node = await openNode(await database())
  const ann = await node.guest()
  await ann.thread({ id: 't1' })
  const ben = await node.guest() // made, and never looked up
  await outage.begin()
  expect(receiptOf(await ann.keep('t1', 'hello'))).toEqual(spooled)
  expect((await ben.keep('t1', 'hello')).status).toBe(503)
  expect((await node.guest().catch(() => null))?.token ?? '').not.toMatch(/^tk_guest_/)
  await outage.end()
  await replayed(node)
})

it('strict takes nothing, and still replays what another start of it took', async () => {
  const there = await database()
  const folder = outage.folder('strict')
  {
    await using node = await openNode(there, { folder, authenticate: whoIsIt })
    await as(node, 'ann').thread({ id: 't1' })
    await outage.begin()
    expect(receiptOf(await as(node, 'ann').keep('t1', 'meanwhile', { id: 'm1' }))).toEqual(spooled)
  }
  await outage.end()
  await using node = await openNode(there, { folder, authenticate: whoIsIt, spool: 'off' })
  await replayed(node)
  expect(await textsOf(as(node, 'ann'), 't1')).toEqual(['meanwhile'])
  await outage.begin()
  const { status, headers } = await as(node, 'ann').keep('t1', 'lost?', { id: 'm2' })
  await outage.end()
  expect([status, headers.get('retry-after')]).toEqual([503, '2'])
})

it('puts aside what the house refuses at last, with its words, and replays the rest', async () => {
  const there = await database()
  const folder = outage.folder('refused')
  await using node = await openNode(there, { folder, authenticate: whoIsIt })
  const ann = as(node, 'ann')
  await ann.thread({ id: 't1' })
  await ann.thread({ id: 't2' })
  await outage.begin()
  await ann.ask('t1', 'to a thread that goes', { id: 'm1' })
  await ann.keep('t2', 'to one that stays', { id: 'm2' })
  await node.keep.close() // so that the other node is first
  await outage.end()
  await using other = await openNode(there, { authenticate: whoIsIt })
  expect((await as(other, 'ann').del('/v1/threads/t1')).status).toBe(200)
  await using back = await openNode(there, { folder, authenticate: whoIsIt })
  await replayed(back)
  expect(await textsOf(as(back, 'ann'), 't2')).toEqual(['to one that stays'])
  expect(quarantineOf(folder)).toMatchObject([{ why: expect.stringMatching(/t1|bin|deleted/i) }])
  expect(JSON.stringify(quarantineOf(folder))).toContain('to a thread that goes')
  expect(back.logs.filter(({ what }) => what.startsWith('ALARM'))).toHaveLength(1)
  expect(JSON.stringify(back.logs)).not.toContain('to a thread that goes')
})

it('keeps once what was said with one id to two nodes, and beside each other what two said at once', async () => {
  const there = await database()
  await using one = await openNode(there, { authenticate: whoIsIt })
  await using two = await openNode(there, { authenticate: whoIsIt })
  await as(one, 'ann').thread({ id: 't1' })
  await as(one, 'ann').keep('t1', 'root', { id: 'm0' })
  await outage.begin()
  const expectedHead = 'm0'
  for (const node of [one, two])
    expect(receiptOf(await as(node, 'ann').ask('t1', 'both', { id: 'm1', expectedHead }))).toEqual(spooled)
  await as(one, 'ann').keep('t1', 'from one', { id: 'x1', expectedHead })
  await as(two, 'ann').keep('t1', 'from two', { id: 'x2', expectedHead })
  await outage.end()
  await Promise.all([replayed(one), replayed(two)])
  await expect
    .poll(async () => (await textsOf(as(one, 'ann'), 't1')).toSorted(), { timeout: 20_000 })
    .toEqual(['Roses grow by the wall.', 'both', 'from one', 'from two', 'root'])
})

const as = (
  { keep }: { keep: { fetch: (request: Request, env?: object) => Promise<Response> } },
  user: string,
) => new Visitor((request, env) => keep.fetch(request, env), user, user)

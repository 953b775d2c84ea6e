// What is done at one node is heard at the others: soon, in order, each change once, and by its owner alone.
import { expect, it } from 'vitest'
import { must } from '../../src/core/assert.ts'
import { pause } from '../chat/talk.ts'
import type { Events } from '../http/events.ts'
import { openNodes } from './neighbours.ts'

it('a change at another node is told soon, also after a quiet time', async () => {
  await using two = await openNodes(2)
  const threadId = await two.a.as('ann').thread()
  const stream = await two.b.as('ann').stream('/v1/changes/stream')
  const ms: number[] = []
  for (const quietMs of [0, 100, 5_000, 900]) {
    await pause(quietMs)
    const began = performance.now()
    await two.a.as('ann').keep(threadId, 'Hello')
    expect(await stream.next()).toMatchObject({ data: { kind: 'message.said', threadId } })
    ms.push(Math.round(performance.now() - began))
  }
  console.log(`changes seen at another node after ${ms.join(', ')} ms`)
  expect(Math.max(...ms)).toBeLessThan(2_000)
  await stream.leave()
})

it('what three nodes write at once each of them tells whole, in order and once', async () => {
  await using three = await openNodes(3)
  const threadId = await three.a.as('ann').thread()
  const streams = await Promise.all(
    three.nodes.map((node) => node.as('ann').stream('/v1/changes/stream?since=0')),
  )
  const heard = Promise.all(streams.map((stream) => take(stream, 61)))
  await Promise.all(
    three.nodes.map(async (node) => {
      for (let n = 0; n < 20; n++) await node.as('ann').keep(threadId, `${n}`)
    }),
  )
  for (const seqs of await heard) expect(seqs).toEqual(Array.from({ length: 61 }, (_, n) => n + 1))
})

it('one that was cut off goes on at another node after the last that it saw', async () => {
  await using two = await openNodes(2)
  const ann = two.a.as('ann')
  const threadId = await ann.thread()
  const stream = await ann.stream('/v1/changes/stream?since=0')
  const [last] = await take(stream, 1)
  await stream.leave()
  for (const text of ['a', 'b']) await ann.keep(threadId, text)
  const again = await two.b
    .as('ann')
    .stream('/v1/changes/stream', undefined, { 'last-event-id': String(last) })
  expect(await take(again, 2)).toEqual([2, 3])
  await again.leave()
})

it('a write at one node is there at the others at once, for whoever names its position', async () => {
  await using two = await openNodes(2)
  const [here, there] = [two.a.as('ann'), two.b.as('ann')]
  const threadId = await here.thread()
  const { headers } = await here.keep(threadId, 'Hello')
  const position = { 'threadkeep-position': must(headers.get('threadkeep-position'), 'a write has one') }
  const { status, body } = await there.get(`/v1/threads/${threadId}/messages`, position)
  expect([status, body['messages']?.['0']?.['text']]).toEqual([200, 'Hello'])
  const future = { 'threadkeep-position': position['threadkeep-position'].replace(/\d+$/, '9'.repeat(15)) }
  expect((await there.get(`/v1/threads/${threadId}/messages`, future)).status).toBe(503)
})

it('nobody hears what another did', async () => {
  await using two = await openNodes(2)
  const stream = await two.b.as('bob').stream('/v1/changes/stream?since=0')
  await two.a.as('ann').thread()
  await pause(1_000)
  await two.a.as('bob').thread({ title: 'Mine' })
  expect(await take(stream, 1)).toEqual([1])
  await stream.leave()
})

async function take(stream: Events, count: number): Promise<number[]> {
  const seqs: number[] = []
  while (seqs.length < count) seqs.push(Number(must((await stream.next())?.id, 'it goes on')))
  return seqs
}

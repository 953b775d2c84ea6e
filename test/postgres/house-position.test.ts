// What one node acknowledged is there for whoever asks another one next: the position of a receipt holds at any node.
import { expect, it } from 'vitest'
import { Visitor } from '../http/visitor.ts'
import { migratedDatabase, openNode } from './whole-house.ts'

it('of a write at one node is reached at once by a read at another', async () => {
  await using database = await migratedDatabase()
  await using first = await openNode(database)
  await using second = await openNode(database)
  const ann = await first.guest()
  const { body } = await ann.post('/v1/threads')
  const there = new Visitor((request) => second.keep.fetch(request), ann.user, ann.token)
  const position = String(body['receipt']?.['position'])
  const read = await there.get('/v1/threads', { 'threadkeep-position': position })
  expect([read.status, read.headers.get('retry-after')]).toEqual([200, null])
  const future = position.replace(/\d+$/, '999999999999999')
  expect((await there.get('/v1/threads', { 'threadkeep-position': future })).status).toBe(503)
})

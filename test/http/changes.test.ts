// What changed since somebody last looked: every change once, in order, and only their own.
import { describe, expect, it } from 'vitest'
import type { Store } from '../../src/core/store.ts'
import { openHouse } from '../house.ts'

const trimmed = (store: Store): Store => ({
  ...store,
  changes: async (user, since, limit) => (since < 1 ? null : store.changes(user, since, limit)),
})

describe('GET /v1/changes', () => {
  it('gives each change once, and where to go on', async () => {
    await using house = await openHouse()
    const ann = await house.guest()
    const threadId = await ann.thread()
    await ann.keep(threadId, 'Hello')
    await ann.patch(`/v1/threads/${threadId}`, { pinned: true })
    const first = await ann.get('/v1/changes?limit=2')
    const rest = await ann.get(`/v1/changes?since=${String(first.body['next'])}`)
    const kinds = [first, rest].flatMap(({ body }) => (body['changes'] as unknown as { kind: string }[]).map(({ kind }) => kind)) // prettier-ignore
    expect(kinds).toEqual(['thread.created', 'message.said', 'thread.changed'])
    expect((await ann.get(`/v1/changes?since=${String(rest.body['next'])}`)).body).toEqual({
      changes: [],
      next: 3,
      backedUpTo: null,
    })
  })

  it('shows nobody what another did', async () => {
    await using house = await openHouse()
    const [ann, bob] = [await house.guest(), await house.guest()]
    await ann.keep(await ann.thread(), 'Hello')
    expect((await bob.get('/v1/changes')).body['changes']).toEqual([])
  })

  it('further back than is held is 410', async () => {
    await using house = await openHouse({ store: trimmed })
    const ann = await house.guest()
    const { status, body } = await ann.get('/v1/changes?since=0')
    expect([status, String(body['error']?.['code'])]).toEqual([410, 'resync'])
    expect((await ann.get('/v1/changes/stream?since=0')).status).toBe(410)
    expect((await ann.get('/v1/changes?since=1')).status).toBe(200)
  })
})

describe('GET /v1/changes/stream', () => {
  it.each([
    ['as they come', true],
    ['soon, where nobody tells', false],
  ])('tells them %s', async (_, news) => {
    await using house = await openHouse({ news, settings: { changesPollMs: 40 } })
    const ann = await house.guest()
    await ann.thread()
    const stream = await ann.stream('/v1/changes/stream')
    const threadId = await ann.thread()
    expect(await stream.next()).toMatchObject({
      event: 'change',
      id: '2',
      data: { kind: 'thread.created', threadId },
    })
    await ann.keep(threadId, 'Hello')
    expect(await stream.next()).toMatchObject({ id: '3', data: { kind: 'message.said', messageSeq: 1 } })
    await stream.leave()
  })

  it('goes on after the last one that was seen', async () => {
    await using house = await openHouse()
    const ann = await house.guest()
    const threadId = await ann.thread()
    for (const text of ['a', 'b', 'c']) await ann.keep(threadId, text)
    const stream = await ann.stream('/v1/changes/stream', undefined, { 'last-event-id': '2' })
    expect([(await stream.next())?.id, (await stream.next())?.id]).toEqual(['3', '4'])
    await stream.leave()
    expect((await ann.get('/v1/changes/stream', { 'last-event-id': 'soon' })).status).toBe(400)
  })
})

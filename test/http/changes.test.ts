// What changed since somebody last looked: every change once, in order, and only their own.
import { describe, expect, it } from 'vitest'
import type { Store } from '../../src/core/store.ts'
import { heard } from '../../src/http/commit-news.ts'
import type { HintAsked } from '../../src/http/hinted-look.ts'
import { pause, until } from '../chat/talk.ts'
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
    await ann.thread()
    const { status, body } = await ann.get('/v1/changes?since=0')
    expect([status, String(body['error']?.['code'])]).toEqual([410, 'resync'])
    expect((await ann.get('/v1/changes/stream?since=0')).status).toBe(410)
    expect((await ann.get('/v1/changes?since=1')).status).toBe(200)
  })

  it('further on than this house ever came, as after it was put back, is 410', async () => {
    await using house = await openHouse()
    const [ann, bob] = [await house.guest(), await house.guest()]
    await ann.thread()
    for (const [visitor, far] of [
      [ann, 2],
      [ann, 100],
      [bob, 1],
    ] as const)
      for (const path of ['/v1/changes', '/v1/changes/stream']) {
        const { status, body } = await visitor.get(`${path}?since=${far}`)
        expect([status, String(body['error']?.['code'])]).toEqual([410, 'resync'])
      }
    expect((await ann.get('/v1/changes/stream', { 'last-event-id': '100' })).status).toBe(410)
    expect((await ann.get('/v1/changes?since=1')).body).toMatchObject({ changes: [], next: 1 })
    expect((await bob.get('/v1/changes?since=0')).body).toMatchObject({ changes: [], next: 0 })
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

it('a stream that saw more than there is ends, and its reader is told when coming back', async () => {
  let isPutBack = false
  const between = (store: Store): Store => ({
    ...store,
    user: async (user) => (isPutBack ? null : store.user(user)),
    changes: async (...asked) => (isPutBack ? [] : store.changes(...asked)),
  })
  await using house = await openHouse({ store: between, news: false, settings: { changesPollMs: 40 } })
  const ann = await house.guest()
  await ann.thread()
  const stream = await ann.stream('/v1/changes/stream?since=0')
  expect(await stream.next()).toMatchObject({ id: '1' })
  isPutBack = true
  expect(await stream.next()).toBeNull()
  expect((await ann.get('/v1/changes/stream', { 'last-event-id': '1' })).status).toBe(410)
})

describe('at a hint that something was committed elsewhere', () => {
  it.each([
    ['one question for all', true],
    ['a look for each', false],
  ])('whom it concerns is told, and nobody else: by %s', async (_, together) => {
    await using house = await listeningHouse({ together })
    await house.ann.thread()
    house.hinted()
    await until(() => house.told.length > 0)
    await pause(50)
    expect(house.told).toEqual([house.ann.user])
    expect(house.asked.together > 0).toBe(together)
  })

  it('a look for all spares everybody their own', async () => {
    await using house = await listeningHouse({ pollMs: 600 })
    await pause(1_500)
    expect(house.asked.alone).toBeGreaterThan(2)
    house.asked.alone = 0
    for (let n = 0; n < 24; n++) {
      house.hinted()
      await pause(50)
    }
    expect(house.asked.alone).toBe(0)
    expect(house.asked.together).toBeGreaterThan(1)
    expect(house.asked.together).toBeLessThan(20)
  })

  it('where it cannot be asked, that is told once, and everybody looks for themselves', async () => {
    const broken = () => Promise.reject(new Error('permission denied'))
    await using house = await listeningHouse({ pollMs: 100, upkeep: { changedAmong: broken } })
    await house.ann.thread()
    for (let n = 0; n < 5; n++) {
      house.hinted()
      await pause(60)
    }
    await until(() => house.told.length > 0)
    expect(house.told).toEqual([house.ann.user])
    expect(house.reports).toHaveLength(1)
  })

  it('whoever saw more than there is, because the house was put back, is told to look', async () => {
    const putBack: HintAsked['upkeep'] = {
      changedAmong: async (seen) => seen.slice(0, 1).map(({ user }) => ({ user, changeSeq: 0 })),
    }
    await using house = await listeningHouse({ upkeep: putBack })
    house.hinted()
    await until(() => house.told.length > 0)
    expect(house.told).toEqual([house.ann.user])
  })

  it('nothing is asked while nobody listens', async () => {
    await using house = await listeningHouse({ pollMs: 60_000 })
    await house.leave()
    house.hinted()
    expect(house.asked).toEqual({ together: 0, alone: 0 })
  })
})

type Listening = { together?: boolean; pollMs?: number; upkeep?: HintAsked['upkeep'] }

/** Two people listen, and nothing that is committed is heard but by a look. */
async function listeningHouse({ together = true, pollMs = 60_000, upkeep }: Listening) {
  const house = await openHouse()
  const [ann, bob] = [await house.guest(), await house.guest()]
  for (const visitor of [ann, bob]) await visitor.thread()
  const asked = { together: 0, alone: 0 }
  const counted: HintAsked['upkeep'] = {
    changedAmong: (seen) => {
      asked.together++
      return (upkeep ?? house.keep.upkeep).changedAmong(seen)
    },
  }
  const store: Store = {
    ...house.store,
    changes: (...which) => {
      asked.alone++
      return house.store.changes(...which)
    },
  }
  const reports: string[] = []
  const report = (what: string) => void reports.push(what)
  const hinting = { upkeep: together ? counted : null, report }
  const { news, hinted } = heard(store, hinting, { pollMs, pollMsMax: pollMs })
  const [told, left] = [[] as string[], new AbortController()]
  const waits = [ann, bob].map(async ({ user }) => {
    await news.next(user, 1, left.signal)
    if (!left.signal.aborted) told.push(user)
  })
  const leave = async () => {
    left.abort()
    await Promise.all(waits)
  }
  const dispose = async () => {
    await leave()
    await house[Symbol.asyncDispose]()
  }
  return { ann, told, asked, reports, hinted, leave, [Symbol.asyncDispose]: dispose }
}

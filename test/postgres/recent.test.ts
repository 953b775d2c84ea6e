// Recent threads in the memory of nodes that share a database: never older than half a second, never older than the position that a
// client names, and gone when nobody knows what happened meanwhile.
import { afterEach, describe, expect, it, vi } from 'vitest'
import { must } from '../../src/core/assert.ts'
import { Shelf } from '../../src/store/recent/shelf.ts'
import { pause, until } from '../chat/talk.ts'
import { isLong, shareOf } from '../long.ts'
import { seeds } from '../random.ts'
import { created, deleted, renamed, said } from '../store/commits.ts'
import { besides, everyKind, expectEveryKind } from '../store/every-kind.ts'
import { olderThanAllowed, slowly } from '../store/recent-ordeal.ts'
import { firstLook, keeping } from '../store/recent-world.ts'
import { openRecentNodes, reachedAt } from './recent-nodes.ts'

afterEach(() => vi.restoreAllMocks())

describe('what another node commits', () => {
  it('is seen at once by whoever names its position, in changes of every kind', async () => {
    expectEveryKind()
    await using two = await openRecentNodes(2)
    const keep = keeping(two.a.plain, 'ann')
    await keep(...besides)
    for (const change of everyKind) {
      for (const id of ['t', 'beside']) await firstLook(two.b.front, 'ann', id)
      const { receipt } = await keep(change)
      await reachedAt(two.b.front, 'ann', receipt.position)
      for (const id of ['t', 'beside'])
        for (const node of [two.a, two.b])
          expect([change.kind, await firstLook(node.front, 'ann', id)]).toEqual([
            change.kind,
            await firstLook(node.store, 'ann', id),
          ])
    }
  })

  it('is seen by everybody else after half a second, in changes of every kind', async () => {
    await using two = await openRecentNodes(2)
    await keeping(two.a.plain, 'ann')(...besides)
    const people = everyKind.map((_, i) => `ann ${i}`)
    await Promise.all(
      everyKind.map(async (_, i) => {
        const user = must(people[i], 'there is one')
        for (const change of [...besides, ...everyKind.slice(0, i)]) await keeping(two.a.plain, user)(change)
        for (const id of ['t', 'beside']) await firstLook(two.b.front, user, id)
        await keeping(two.a.plain, user)(must(everyKind[i], 'there is one'))
      }),
    )
    await pause(freshMs + 10)
    for (const user of people)
      for (const id of ['t', 'beside'])
        expect(await firstLook(two.b.front, user, id)).toEqual(await firstLook(two.b.store, user, id))
  })

  it('is out of memory within a second where it was deleted, however often it is asked for', async () => {
    await using two = await openRecentNodes(2)
    await keeping(two.a.plain, 'ann')(created('t'), said('t', 'secret', { id: 'm' }))
    const shows = async () => (await firstLook(two.b.front, 'ann', 't')).page?.json.includes('secret')
    expect(await shows()).toBe(true)
    await keeping(two.a.plain, 'ann')(deleted('t', 'm'))
    const began = performance.now()
    await until(async () => !(await shows()))
    expect(performance.now() - began).toBeLessThan(1_000)
    expect(two.b.recent.gauges()['cache_hits']).toBeGreaterThan(0)
  })
})

describe('what is in memory', () => {
  it('is served for as long as nobody changes it, with a look now and then and no read', async () => {
    await using two = await openRecentNodes(2)
    await keeping(two.a.plain, 'ann')(created('t'), said('t', 'hello'))
    await firstLook(two.b.front, 'ann', 't')
    for (let i = 0; i < 15; i++) {
      await pause(100)
      await firstLook(two.b.front, 'ann', 't')
    }
    expect(two.b.recent.gauges()).toMatchObject({ cache_hits: 30, cache_misses: 2 })
  })

  it('stays for the other threads of whoever writes here, and goes when another node wrote between', async () => {
    await using two = await openRecentNodes(2)
    const [here, there] = [keeping(two.b.plain, 'ann'), keeping(two.a.plain, 'ann')]
    for (const id of ['t', 'u']) await here(created(id))
    const hitsOn = async (id: string) => {
      const before = two.b.recent.gauges()['cache_hits'] ?? 0
      await two.b.front.thread('ann', id)
      return (two.b.recent.gauges()['cache_hits'] ?? 0) - before
    }
    for (const id of ['t', 'u']) await two.b.front.thread('ann', id)
    await here(renamed('t', 'One'))
    expect([await hitsOn('t'), await hitsOn('u')]).toEqual([0, 1])
    await there(renamed('u', 'Two'))
    await here(renamed('t', 'Three'))
    expect([await hitsOn('t'), await hitsOn('u')]).toEqual([0, 0])
    expect((await two.b.front.thread('ann', 'u'))?.title).toBe('Two')
  })

  it('goes when it cannot be looked, and the store is asked', async () => {
    await using two = await openRecentNodes(2)
    await keeping(two.a.plain, 'ann')(created('t'), said('t', 'hello'))
    await firstLook(two.b.front, 'ann', 't')
    vi.spyOn(two.b.store.upkeep, 'changedAmong').mockRejectedValue(new Error('the line was cut'))
    await pause(freshMs + 10)
    expect((await firstLook(two.b.front, 'ann', 't')).thread).toMatchObject({ id: 't' })
    expect(two.b.recent.gauges()).toMatchObject({ cache_hits: 0, cache_misses: 4 })
  })

  it('is not served where a look hangs, and nobody waits for it', async () => {
    await using two = await openRecentNodes(2)
    await keeping(two.a.plain, 'ann')(created('t'))
    await two.b.front.thread('ann', 't')
    vi.spyOn(two.b.store.upkeep, 'changedAmong').mockReturnValue(new Promise(() => {}))
    await keeping(two.a.plain, 'ann')(renamed('t', 'Another'))
    await pause(freshMs + 10)
    const began = performance.now()
    expect((await two.b.front.thread('ann', 't'))?.title).toBe('Another')
    expect(performance.now() - began).toBeLessThan(1_000)
  })

  it('is brought in at a start, those that were talked in last', async () => {
    await using two = await openRecentNodes(2)
    for (const [i, user] of ['ann', 'bob', 'eve'].entries())
      await two.a.plain.commit({ user, at: 1_000 + i, changes: [created('t'), said('t', 'hello')] })
    expect(await two.b.store.upkeep.recentThreads(2)).toEqual([
      { user: 'eve', thread: 't' },
      { user: 'bob', thread: 't' },
    ])
  })
})

describe('reads and commits on two nodes as they come', () => {
  it.each(seeds(shareOf([1, 2, 3, 4, 5], 1).length))(
    'never show what is older than allowed (seed %i)',
    async (seed) => {
      await using two = await openRecentNodes(2, (store) => slowly(store, jitter))
      const fronts = two.nodes.map(({ front }) => front)
      const asked = { seed, user: 'ann', othersMs: freshMs, named: 0.3, steps: isLong ? 2_400 : 600 }
      expect(await olderThanAllowed(fronts, asked)).toEqual([])
      for (const { recent } of two.nodes) expect(recent.gauges()['cache_hits']).toBeGreaterThan(20)
    },
  )

  it('do so where a read is kept although something happened meanwhile', async () => {
    vi.spyOn(Shelf.prototype, 'isAsOf').mockReturnValue(true)
    await using two = await openRecentNodes(2, (store) => slowly(store, jitter))
    const fronts = two.nodes.map(({ front }) => front)
    expect(await olderThanAllowed(fronts, { seed: 1, user: 'ann', othersMs: freshMs })).not.toEqual([])
  })
})

/** How old what another node did may be seen, at the most. */
const freshMs = 500
const jitter = () => Math.random() * 4

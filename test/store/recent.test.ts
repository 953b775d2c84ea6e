// What is kept in memory of recent threads says what the store says, goes when it must, and is shown to nobody else.
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { loadRecent } from '../../src/store/recent/loading.ts'
import { openRecent } from '../../src/store/recent/open.ts'
import { Shelf } from '../../src/store/recent/shelf.ts'
import type { SqliteStore } from '../../src/store/sqlite/open.ts'
import { shareOf } from '../long.ts'
import { seeds } from '../random.ts'
import { asked, binned, created, deleted, ended, progressed, said, userChanged } from './commits.ts'
import { besides, everyKind, expectEveryKind } from './every-kind.ts'
import { olderThanAllowed, slowly } from './recent-ordeal.ts'
import { firstLook, keeping, recentWorld, type RecentWorld, storeInFile } from './recent-world.ts'

let store: SqliteStore
beforeAll(async () => {
  store = await storeInFile()
})
afterAll(() => store[Symbol.asyncDispose]())
afterEach(() => vi.restoreAllMocks())

describe('what is asked for again', () => {
  it('is not asked of the store', async () => {
    using world = recentWorld(store)
    await world.keep(created('t'), said('t', 'hello'))
    const first = await firstLook(world.front, world.ann, 't')
    expect(await firstLook(world.front, world.ann, 't')).toEqual(first)
    expect(counted(world)).toEqual({ hits: 2, misses: 2 })
  })

  it('is asked of the store where it is not the first look', async () => {
    using world = recentWorld(store)
    await world.keep(created('t'), said('t', 'hello', { id: 'm' }))
    for (const more of [{ before: 2 }, { after: 0 }, { around: 'm' }, { branch: 'all' }, { personaId: 'p' }])
      for (const _ of [1, 2]) await world.front.messagesJson(world.ann, 't', { limit: 20, ...more })
    expect(counted(world)).toEqual({ hits: 0, misses: 0 })
  })

  it('is another page where another limit is named', async () => {
    using world = recentWorld(store)
    await world.keep(created('t'), said('t', 'one'), said('t', 'two'))
    for (const limit of [1, 2, 1, 2])
      expect(
        JSON.parse((await world.front.messagesJson(world.ann, 't', { limit }))?.json ?? ''),
      ).toHaveLength(limit)
    expect(counted(world)).toEqual({ hits: 2, misses: 2 })
  })

  it('is refused as ever where the limit is none', async () => {
    using world = recentWorld(store)
    await world.keep(created('t'))
    await expect(world.front.messagesJson(world.ann, 't', { limit: 0 })).rejects.toMatchObject({
      code: 'invalid',
    })
  })

  it('is nobody else’s, whatever they ask for', async () => {
    using world = recentWorld(store)
    await world.keep(created('t'), said('t', 'mine'))
    await firstLook(world.front, world.ann, 't')
    expect(await firstLook(world.front, world.bob, 't')).toEqual({ thread: null, page: null })
    await keeping(world.plain, world.bob)(created('t'), said('t', 'of bob'))
    expect((await firstLook(world.front, world.bob, 't')).page?.json).toContain('of bob')
    expect((await firstLook(world.front, world.ann, 't')).page?.json).toContain('mine')
  })
})

describe('what a commit changed', () => {
  it('is out of memory when its outcome is told, and other threads stay', async () => {
    using world = recentWorld(store)
    await world.keep(created('t'), said('t', 'secret', { id: 'm' }))
    await world.keep(created('u'))
    for (const id of ['t', 'u']) await firstLook(world.front, world.ann, id)
    await world.keep(deleted('t', 'm'))
    expect((await firstLook(world.front, world.ann, 't')).page?.json).not.toContain('secret')
    await firstLook(world.front, world.ann, 'u')
    expect(counted(world)).toEqual({ hits: 2, misses: 6 })
  })

  it('is out of memory for everything of the user where it names no thread', async () => {
    using world = recentWorld(store)
    await world.keep(created('t'))
    await firstLook(world.front, world.ann, 't')
    await world.keep(userChanged({ name: 'Ann' }))
    expect(world.recent.gauges()).toMatchObject({ cache_threads: 0, cache_bytes: 0 })
  })

  it('is out of memory where nobody knows what became of the commit', async () => {
    using world = recentWorld(store, {}, (engine) => ({
      ...engine,
      commit: async (commit) => {
        const outcome = await engine.commit(commit)
        if (commit.changes.some(({ kind }) => kind === 'message.deleted')) throw new Error('the line was cut')
        return outcome
      },
    }))
    await world.keep(created('t'), said('t', 'secret', { id: 'm' }))
    await firstLook(world.front, world.ann, 't')
    await expect(world.keep(deleted('t', 'm'))).rejects.toThrow('the line was cut')
    expect((await firstLook(world.front, world.ann, 't')).page?.json).not.toContain('secret')
  })

  it('is not kept by a read that began before it and ended after it', async () => {
    using world = recentWorld(store, {}, (engine) => slowly(engine, () => 20))
    await world.keep(created('t'), said('t', 'secret', { id: 'm' }))
    const before = firstLook(world.front, world.ann, 't')
    await world.keep(deleted('t', 'm'))
    await before
    expect((await firstLook(world.front, world.ann, 't')).page?.json).not.toContain('secret')
  })

  it('is seen after changes of every kind, in this thread and in the one beside it', async () => {
    expectEveryKind()
    using world = recentWorld(store)
    await world.keep(...besides)
    for (const change of everyKind) {
      for (const id of ['t', 'beside']) await firstLook(world.front, world.ann, id)
      await world.keep(change)
      for (const id of ['t', 'beside'])
        expect([change.kind, await firstLook(world.front, world.ann, id)]).toEqual([
          change.kind,
          await firstLook(world.store, world.ann, id),
        ])
    }
  })
})

describe('an answer that is being written', () => {
  it('is never kept, and its page is kept when it is over', async () => {
    using world = recentWorld(store)
    const question = asked('t', 'why?')
    await world.keep(created('t'), ...question)
    const run = { runId: question[1].runId, epoch: 1 }
    for (const ordinal of [0, 1]) {
      for (const _ of [1, 2])
        expect((await world.front.messagesJson(world.ann, 't', { limit: 20 }))?.pending).toBe(true)
      await world.keep(progressed(run, ordinal))
    }
    expect(world.recent.gauges()['cache_hits']).toBe(0)
    await world.keep(ended(run, 'because'))
    for (const _ of [1, 2])
      expect((await firstLook(world.front, world.ann, 't')).page?.json).toContain('because')
    expect(world.recent.gauges()['cache_hits']).toBe(2)
  })
})

describe('the memory', () => {
  it('never grows beyond its bytes, and lets go what was not asked for the longest', async () => {
    const bytesMax = 100_000
    using world = recentWorld(store, { bytesMax })
    const ids = Array.from({ length: 40 }, (_, i) => `t${i}`)
    for (const id of ids) await world.keep(created(id), said(id, 'x'.repeat(1_000)))
    for (const id of ids) {
      await firstLook(world.front, world.ann, 't0')
      await firstLook(world.front, world.ann, id)
      expect(world.recent.gauges()['cache_bytes']).toBeLessThanOrEqual(bytesMax)
    }
    const { hits } = counted(world)
    for (const id of ['t0', 't39', 't1']) await world.front.thread(world.ann, id)
    expect(counted(world).hits - hits).toBe(2)
  })

  it('keeps no page that is larger than its share', async () => {
    using world = recentWorld(store, { bytesMax: 100_000 })
    await world.keep(created('t'), said('t', 'x'.repeat(10_000)))
    for (const _ of [1, 2]) await world.front.messagesJson(world.ann, 't', { limit: 20 })
    expect(counted(world)).toEqual({ hits: 0, misses: 2 })
  })

  it('counts nothing for what it holds no longer', async () => {
    using world = recentWorld(store)
    await world.keep(created('t'), said('t', 'hello'))
    await firstLook(world.front, world.ann, 't')
    expect(world.recent.gauges()).toMatchObject({ cache_threads: 1 })
    await world.keep(binned('t'))
    expect(world.recent.gauges()).toMatchObject({ cache_threads: 0, cache_bytes: 0 })
  })
})

describe('at a start', () => {
  it('the threads that were talked in last are brought in, and none that is in the bin', async () => {
    await using alone = await storeInFile()
    using world = recentWorld(alone)
    for (const id of ['old', 'a', 'b', 'gone']) await world.keep(created(id), said(id, id))
    await world.keep(binned('gone'))
    expect(await load(world, 2)).toBe(2)
    for (const id of ['a', 'b']) await firstLook(world.front, world.ann, id)
    expect(counted(world)).toEqual({ hits: 4, misses: 0 })
    await firstLook(world.front, world.ann, 'old')
    expect(counted(world)).toEqual({ hits: 4, misses: 2 })
  })

  it('all there are, where there are fewer', async () => {
    await using alone = await storeInFile()
    using world = recentWorld(alone)
    await world.keep(created('t'), said('t', 'hello'))
    expect(await load(world, 100)).toBe(1)
  })

  it('none, where none is wanted', async () => {
    await using alone = await storeInFile()
    using world = recentWorld(alone)
    await world.keep(created('t'), said('t', 'hello'))
    expect(await load(world, 0)).toBe(0)
  })

  it('none is kept where others write and nobody can see what', async () => {
    await using alone = await storeInFile()
    using world = recentWorld(alone)
    const shared = { upkeep: world.store.upkeep, isShared: true, hasUpkeep: false }
    await using recent = openRecent(shared, { cacheMb: 32, cacheThreads: 100 })
    expect([recent.before(world.store), await recent.load(world.store, () => {}), recent.gauges()]).toEqual([world.store, 0, {}]) // prettier-ignore
  })
})

it('the store says who stands elsewhere than was seen of them, also behind it or nowhere', async () => {
  using world = recentWorld(store)
  const { receipt } = await world.keep(created('t'))
  const changed = (changeSeq: number) => store.upkeep.changedAmong([{ user: world.ann, changeSeq }])
  expect(await changed(receipt.changeSeq)).toEqual([])
  for (const other of [receipt.changeSeq - 1, receipt.changeSeq + 9])
    expect(await changed(other)).toEqual([{ user: world.ann, changeSeq: receipt.changeSeq }])
  expect(await store.upkeep.changedAmong([{ user: 'gone', changeSeq: 3 }])).toEqual([{ user: 'gone', changeSeq: 0 }]) // prettier-ignore
})

describe('reads and commits as they come', () => {
  it.each(seeds(shareOf([1, 2, 3, 4, 5, 6, 7, 8], 3).length))(
    'never show what is older than allowed (seed %i)',
    async (seed) => {
      using world = recentWorld(store, {}, (engine) => slowly(engine, jitter))
      expect(await olderThanAllowed([world.front], { seed, user: world.ann })).toEqual([])
      expect(counted(world).hits).toBeGreaterThan(20)
    },
  )

  it('do so where a read is kept although something happened meanwhile', async () => {
    vi.spyOn(Shelf.prototype, 'isAsOf').mockReturnValue(true)
    using world = recentWorld(store, {}, (engine) => slowly(engine, jitter))
    expect(await olderThanAllowed([world.front], { seed: 1, user: world.ann })).not.toEqual([])
  })
})

const jitter = () => Math.random() * 4

const load = ({ recent, plain, store: engine }: RecentWorld, count: number): Promise<number> =>
  loadRecent(recent, plain, {
    newest: () => engine.upkeep.recentThreads(count),
    over: new AbortController().signal,
  })

function counted({ recent }: Pick<RecentWorld, 'recent'>) {
  const { cache_hits: hits = 0, cache_misses: misses = 0 } = recent.gauges()
  return { hits, misses }
}

// Threads: found, named, put away and listed, newest activity first; and got or created by many at once as one.
import { describe, expect, it } from 'vitest'
import { must } from '../../src/core/assert.ts'
import type { Change } from '../../src/core/change.ts'
import type { Outcome } from '../../src/core/receipt.ts'
import type { ThreadCursor } from '../../src/core/store.ts'
import type { Thread, ThreadState } from '../../src/core/thread.ts'
import {
  binned,
  created,
  ended,
  json,
  renamed,
  said,
  threadChanged,
  threadRestored,
  userChanged,
} from '../store/commits.ts'
import { conflict, countBy, type Engine, missing, type Person, range, refused, worldsOn } from './world.ts'

export function threadsContract(engine: Engine): void {
  const openWorld = worldsOn(engine)

  describe('a new thread', () => {
    it('is empty', async () => {
      await using world = await openWorld()
      const at = world.now
      await world.ann.keep(created('new'))
      expect(await world.ann.thread('new')).toEqual({
        userId: world.ann.id,
        id: 'new',
        title: null,
        titledBy: null,
        defaultPersonaId: null,
        headId: null,
        externalKey: null,
        context: null,
        metadata: null,
        messageCount: 0,
        lastSeq: 0,
        forkCount: 0,
        chain: '0'.repeat(32),
        changeSeq: 2,
        createdAt: at,
        updatedAt: at,
        archivedAt: null,
        pinnedAt: null,
        binnedAt: null,
        keepUntil: null,
      })
    })

    it('has what it was given', async () => {
      await using world = await openWorld()
      const given = { title: 'New', defaultPersonaId: 'dominant', externalKey: 'key' }
      await world.ann.keep(created('new', { ...given, context: json({ a: [1] }), metadata: json('m') }))
      expect(await world.ann.thread('new')).toMatchObject({ ...given, context: { a: [1] }, metadata: 'm' })
      expect(await world.ann.threadByKey('key')).toEqual(await world.ann.thread('new'))
    })

    it('may not have the outside key of another', async () => {
      await using world = await openWorld()
      await world.ann.keep(created('old', { externalKey: 'key' }))
      expect(await world.ann.commit(created('new', { externalKey: 'key' }))).toEqual(refused('invalid'))
      expect(await world.ann.thread('new')).toBeNull()
      expect(await world.ann.threadByKey('key')).toMatchObject({ id: 'old' })
    })
  })

  describe('a thread that is not there', () => {
    it('is null in every read', async () => {
      await using world = await openWorld()
      expect(await world.ann.thread('nowhere')).toBeNull()
      expect(await world.ann.threadByKey('nowhere')).toBeNull()
      expect(await world.ann.page('nowhere', { limit: 1 })).toBeNull()
      expect(await world.ann.jsonPage('nowhere', { limit: 1 })).toBeNull()
      expect(await world.ann.message('nowhere', 'm')).toBeNull()
    })

    it('may not be changed, and does not come into being by it', async () => {
      await using world = await openWorld()
      const changes = [
        renamed('nowhere', 'x'),
        threadChanged('nowhere', { pinned: true }),
        binned('nowhere'),
        threadRestored('nowhere'),
        said('nowhere', 'x'),
      ]
      for (const change of changes)
        expect(await world.ann.commit(change)).toEqual(missing('thread', 'nowhere'))
      expect(await world.ann.thread('nowhere')).toBeNull()
    })
  })

  describe('a title', () => {
    it('of a model gives way to the user’s', async () => {
      await using world = await openWorld()
      await world.ann.keep(renamed('t', 'A guess', 'model'))
      await world.ann.keep(renamed('t', 'A better guess', 'model'))
      await world.ann.keep(renamed('t', 'My words'))
      expect(await world.ann.thread('t')).toMatchObject({ title: 'My words', titledBy: 'user' })
    })

    it('of the user may not be taken away by a model', async () => {
      await using world = await openWorld()
      await world.ann.keep(renamed('t', 'My words'))
      expect(await world.ann.commit(renamed('t', 'A guess', 'model'))).toEqual(refused('invalid'))
      expect(await world.ann.thread('t')).toMatchObject({ title: 'My words', titledBy: 'user' })
    })
  })

  describe('a change of a thread', () => {
    it('leaves alone what it does not name, and null takes away', async () => {
      await using world = await openWorld()
      await world.ann.keep(threadChanged('t', { context: json({ a: 1 }), defaultPersonaId: 'p' }))
      await world.ann.keep(threadChanged('t', { metadata: json([2]) }))
      expect(await world.ann.thread('t')).toMatchObject({
        context: { a: 1 },
        metadata: [2],
        defaultPersonaId: 'p',
      })
      await world.ann.keep(threadChanged('t', { context: null, defaultPersonaId: null }))
      expect(await world.ann.thread('t')).toMatchObject({
        context: null,
        metadata: [2],
        defaultPersonaId: null,
      })
    })

    it('archives and pins, and undoes it', async () => {
      await using world = await openWorld()
      const at = world.now
      await world.ann.keep(threadChanged('t', { archived: true, pinned: true }))
      expect(await world.ann.thread('t')).toMatchObject({ archivedAt: at, pinnedAt: at })
      await world.ann.keep(threadChanged('t', { archived: false, pinned: false }))
      expect(await world.ann.thread('t')).toMatchObject({ archivedAt: null, pinnedAt: null })
    })

    it('is no activity: only what is said and answered is', async () => {
      await using world = await openWorld()
      const run = await world.ann.ask('t', 'why?')
      const { updatedAt } = must(await world.ann.thread('t'), 't is there')
      await world.ann.keep(renamed('t', 'New'), threadChanged('t', { pinned: true, metadata: json(1) }))
      expect((await world.ann.thread('t'))?.updatedAt).toBe(updatedAt)
      await world.ann.keep(ended(run, 'because'))
      expect((await world.ann.thread('t'))?.updatedAt).toBe(world.now - 1)
    })
  })

  describe('the list', () => {
    it('has the newest activity first', async () => {
      await using world = await openWorld()
      for (const id of ['a', 'b', 'c']) await world.ann.keep(created(id))
      expect(await listed(world.ann)).toEqual(['c', 'b', 'a', 't'])
      await world.ann.keep(said('a', 'x'))
      await world.ann.keep(said('t', 'x'))
      expect(await listed(world.ann)).toEqual(['t', 'a', 'c', 'b'])
    })

    it('shows each thread as it is read alone, and whose it is', async () => {
      await using world = await openWorld()
      await world.ann.keep(said('t', 'x'), renamed('t', 'T'))
      const page = await world.ann.threads({ limit: 10 })
      expect(page).toEqual({ userId: world.ann.id, threads: [await world.ann.thread('t')], next: null })
    })

    it.each<[ThreadState | 'left out', string[]]>([
      ['active', ['t', 'kept', 'back']],
      ['archived', ['away']],
      ['binned', ['gone', 'both']],
      ['all', ['t', 'kept', 'back', 'away', 'gone', 'both']],
      ['left out', ['t', 'kept', 'back']],
    ])('of the state %s', async (state, ids) => {
      await using world = await openWorld()
      for (const id of ['kept', 'away', 'gone', 'both', 'back']) await world.ann.keep(created(id))
      await world.ann.keep(threadChanged('away', { archived: true }))
      await world.ann.keep(binned('gone'))
      await world.ann.keep(threadChanged('both', { archived: true }))
      for (const change of [binned('both'), binned('back'), threadRestored('back')])
        await world.ann.keep(change)
      const page = await world.ann.threads(state === 'left out' ? { limit: 10 } : { limit: 10, state })
      expect(page.threads.map(({ id }) => id).toSorted()).toEqual(ids.toSorted())
    })

    it('of a user who has nothing is empty', async () => {
      await using world = await openWorld()
      expect(await world.bob.threads({ limit: 10 })).toEqual({
        userId: world.bob.id,
        threads: [],
        next: null,
      })
    })
  })

  describe('the pages of a list of 300', () => {
    it.each([1, 7, 100, 200])('have every thread once, %i at a time, newest first', async (limit) => {
      await using world = await openWorld()
      const size = limit === 1 ? 40 : 300
      await many(world.ann, size)
      const threads = await pagesOf(world.ann, limit)
      expect(new Set(threads.map(({ id }) => id)).size).toBe(size)
      expect(threads).toHaveLength(size)
      const times = threads.map(({ updatedAt }) => updatedAt)
      expect(times).toEqual(times.toSorted((a, b) => b - a))
    })

    it('have every thread once, whatever state it is in', async () => {
      await using world = await openWorld()
      await many(world.ann, 100)
      await Promise.all(range(100).map((i) => world.ann.commit(...putAway(`thread ${i}`, i % 4))))
      const threads = await pagesOf(world.ann, 9, undefined, 'all')
      expect(new Set(threads.map(({ id }) => id)).size).toBe(101)
      expect(threads).toHaveLength(101)
      const times = threads.map(({ updatedAt }) => updatedAt)
      expect(times).toEqual(times.toSorted((a, b) => b - a))
    })

    it.each([0, 201, -1, 1.5, Number.NaN])('may not have %d threads', async (limit) => {
      await using world = await openWorld()
      await expect(world.ann.threads({ limit })).rejects.toMatchObject({ code: 'invalid' })
    })

    it('end with a full page as with any other', async () => {
      await using world = await openWorld()
      await many(world.ann, 20)
      const first = await world.ann.threads({ limit: 10 })
      const second = await world.ann.threads({ limit: 10, after: must(first.next, 'there are 20') })
      expect([first.threads.length, second.threads.length, second.next]).toEqual([10, 10, null])
    })

    it('lose no thread that stays, while others move to the front', async () => {
      await using world = await openWorld()
      await many(world.ann, 60)
      const before = await pagesOf(world.ann, 60)
      const [cursor, mover] = [must(before[19], '60 are there'), must(before[45], '60 are there')]
      const first = await world.ann.threads({ limit: 20 })
      await world.ann.keep(said(mover.id, 'to the front'))
      await world.ann.keep(said(cursor.id, 'the cursor itself'))
      const rest = await pagesOf(world.ann, 20, must(first.next, 'there are 60'))
      const ids = before.map(({ id }) => id)
      expect(rest.map(({ id }) => id)).toEqual(ids.slice(20).filter((id) => id !== mover.id))
    })
  })

  describe('get or create', () => {
    it('by outside key, by 50 at once, is one thread in which all are heard', async () => {
      await using world = await openWorld()
      const outcomes = await Promise.all(range(50).map((i) => arrive(world.ann, i, 'keyed')))
      expect(new Set(threadsOf(outcomes)).size).toBe(1)
      const thread = must(await world.ann.threadByKey('key'), 'somebody made it')
      expect(threadsOf(outcomes)[0]).toBe(thread.id)
      expect((await world.ann.all(thread.id)).map(({ seq }) => seq)).toEqual(range(50).map((i) => i + 1))
      expect(await listed(world.ann)).toHaveLength(2)
    })

    it('of the main thread, by 50 at once who come first of all, is one user and one thread', async () => {
      await using world = await openWorld()
      const outcomes = await Promise.all(range(50).map((i) => arrive(world.bob, i, 'main')))
      expect(new Set(threadsOf(outcomes)).size).toBe(1)
      const { mainThreadId } = must(await world.bob.user(), 'he came into being')
      expect(mainThreadId).toBe(threadsOf(outcomes)[0])
      expect(await listed(world.bob)).toEqual([mainThreadId])
      expect(await world.bob.all(mainThreadId ?? '')).toHaveLength(50)
    })

    it('by id, by 50 at once, is one thread', async () => {
      await using world = await openWorld()
      const one = created('new', { unless: 'there', title: 'New' })
      const outcomes = await Promise.all(range(50).map((i) => world.ann.commit(one, said('new', `${i}`))))
      expect(countBy(outcomes, ({ result }) => result)).toEqual({ kept: 50 })
      expect(await world.ann.all('new')).toHaveLength(50)
    })

    it('alone is kept when it creates, and replayed when it finds', async () => {
      await using world = await openWorld()
      for (const unless of ['keyed', 'main', 'there'] as const) {
        const given = unless === 'keyed' ? { unless, externalKey: 'key' } : { unless }
        const first = await world.ann.keep(created(`${unless} 1`, given))
        const again = await world.ann.commit(created(unless === 'there' ? 'there 1' : `${unless} 2`, given))
        expect(first).toMatchObject({ threadId: `${unless} 1`, receipt: { id: `${unless} 1` } })
        expect(again).toMatchObject({
          result: 'replayed',
          threadId: `${unless} 1`,
          receipt: { id: `${unless} 1` },
        })
        expect(await world.ann.thread(`${unless} 2`)).toBeNull()
      }
    })

    it('takes what it finds as it is', async () => {
      await using world = await openWorld()
      await world.ann.keep(created('old', { externalKey: 'key', title: 'Old' }))
      const asked = created('new', { unless: 'keyed', externalKey: 'key', title: 'New' })
      const { threadId, receipt } = await world.ann.keep(asked, said('new', 'hello', { id: 'm' }))
      expect([threadId, receipt.id, receipt.seq]).toEqual(['old', 'm', 1])
      expect(await world.ann.thread('old')).toMatchObject({ title: 'Old', lastSeq: 1 })
      expect(await world.ann.thread('new')).toBeNull()
    })

    it('sent twice finds its own message, wherever it went', async () => {
      await using world = await openWorld()
      await world.ann.keep(created('old', { externalKey: 'key' }))
      const send = [
        created('new', { unless: 'keyed', externalKey: 'key' }),
        said('new', 'hello', { id: 'm' }),
      ]
      const { receipt } = await world.ann.keep(...send)
      const again = await world.ann.commit(...send)
      expect(again).toMatchObject({ result: 'replayed', threadId: 'old', receipt: { seq: receipt.seq } })
    })

    it('by key makes a new one when the old one is in the bin', async () => {
      await using world = await openWorld()
      await world.ann.keep(created('old', { externalKey: 'key' }))
      await world.ann.keep(binned('old'))
      const { threadId } = await world.ann.keep(created('new', { unless: 'keyed', externalKey: 'key' }))
      expect(threadId).toBe('new')
    })

    it('of the main thread makes a new one when the old one is in the bin', async () => {
      await using world = await openWorld()
      await world.ann.keep(created('old', { unless: 'main' }))
      await world.ann.keep(binned('old'))
      await world.ann.keep(created('new', { unless: 'main' }), said('new', 'hello'))
      await world.ann.keep(threadRestored('old'))
      expect((await world.ann.user())?.mainThreadId).toBe('new')
    })

    it('by key may not be under an id that is used already for another', async () => {
      await using world = await openWorld()
      const outcome = await world.ann.commit(created('t', { unless: 'keyed', externalKey: 'key' }))
      expect(outcome).toEqual(conflict('thread', 't'))
      expect(await world.ann.threadByKey('key')).toBeNull()
    })

    it('by key may not be without a key', async () => {
      await using world = await openWorld()
      expect(await world.ann.commit(created('new', { unless: 'keyed' }))).toEqual(refused('invalid'))
    })

    it('is each user’s own', async () => {
      await using world = await openWorld()
      for (const person of [world.ann, world.bob]) {
        const { threadId } = await person.keep(
          created(`of ${person.id}`, { unless: 'keyed', externalKey: 'key' }),
        )
        expect(threadId).toBe(`of ${person.id}`)
        await person.keep(created(`main of ${person.id}`, { unless: 'main' }))
        expect((await person.user())?.mainThreadId).toBe(`main of ${person.id}`)
      }
    })
  })

  describe('a user', () => {
    it('comes into being with the first commit', async () => {
      await using world = await openWorld()
      expect(await world.bob.user()).toBeNull()
      const at = world.now
      await world.bob.keep(created('t'))
      expect(await world.bob.user()).toEqual({
        id: world.bob.id,
        name: null,
        language: null,
        defaultPersonaId: null,
        personaPrompt: null,
        mainThreadId: null,
        changeSeq: 1,
        createdAt: at,
      })
    })

    it('is changed in what is named, and null takes away', async () => {
      await using world = await openWorld()
      const personaPrompt = json({ text: 'Be kind.' })
      await world.ann.keep(userChanged({ name: 'Ann', language: 'pt-BR', personaPrompt }))
      await world.ann.keep(userChanged({ defaultPersonaId: 'dominant', language: null }))
      const changed = { name: 'Ann', language: null, defaultPersonaId: 'dominant', personaPrompt }
      expect(await world.ann.user()).toMatchObject(changed)
    })
  })
}

async function listed(person: Person): Promise<string[]> {
  return (await person.threads({ limit: 200 })).threads.map(({ id }) => id)
}

/** So many threads, several of them active in the same millisecond. */
async function many(person: Person, count: number): Promise<void> {
  await person.keep(binned('t'))
  await Promise.all(range(count).map((i) => person.commitAt(1000 + (i % 17), created(`thread ${i}`))))
}

/** Nothing much, archived, in the bin, or both. */
function putAway(id: string, how: number): Change[] {
  const archived = threadChanged(id, { archived: true })
  return [[threadChanged(id, { pinned: true })], [archived], [binned(id)], [archived, binned(id)]][how] ?? []
}

async function pagesOf(
  person: Person,
  limit: number,
  after?: ThreadCursor,
  state: ThreadState = 'active',
): Promise<Thread[]> {
  const threads: Thread[] = []
  for (let cursor = after ?? null, pages = 0; ; pages++) {
    const page = await person.threads(cursor ? { limit, state, after: cursor } : { limit, state })
    expect(page.threads.length).toBeLessThanOrEqual(limit)
    expect(pages).toBeLessThan(100)
    threads.push(...page.threads)
    cursor = page.next
    if (!cursor) return threads
  }
}

/** One of many who each propose a thread of their own and say a word in it. */
function arrive(person: Person, i: number, unless: 'keyed' | 'main'): Promise<Outcome> {
  const proposed = created(`proposed ${i}`, unless === 'keyed' ? { unless, externalKey: 'key' } : { unless })
  return person.commit(proposed, said(`proposed ${i}`, `hello from ${i}`))
}

const threadsOf = (outcomes: readonly Outcome[]): (string | null)[] =>
  outcomes.map((outcome) => (outcome.result === 'kept' ? outcome.threadId : outcome.result))

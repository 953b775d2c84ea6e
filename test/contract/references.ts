// What other systems call a thread: one name for each provider, found both ways, and gone with the thread.
import { describe, expect, it } from 'vitest'
import { must } from '../../src/core/assert.ts'
import { binned, created, fresh, refPut, refRemoved, said, threadRestored } from '../store/commits.ts'
import { type Engine, missing, openAlone, type Person, refused, type World, worldsOn } from './world.ts'

export function referencesContract(engine: Engine): void {
  const openWorld = worldsOn(engine)

  describe('a reference', () => {
    it('is found both ways', async () => {
      await using world = await openWorld()
      await world.ann.keep(refPut('t', 'openai', 'thread_abc'))
      expect(await byRef(world, world.ann, 'openai', 'thread_abc')).toEqual(await world.ann.thread('t'))
      expect(await refs(world, world.ann, 't')).toEqual([{ provider: 'openai', externalId: 'thread_abc' }])
    })

    it('may be made with its thread', async () => {
      await using world = await openWorld()
      await world.ann.keep(created('new'), refPut('new', 'openai', 'thread_new'), said('new', 'hello'))
      expect(await byRef(world, world.ann, 'openai', 'thread_new')).toMatchObject({ id: 'new', lastSeq: 1 })
    })

    it('is there once for each provider, and the last one holds', async () => {
      await using world = await openWorld()
      for (const id of ['first', 'second']) await world.ann.keep(refPut('t', 'openai', id))
      await world.ann.keep(refPut('t', 'azure', 'first'))
      expect(await refs(world, world.ann, 't')).toEqual([
        { provider: 'azure', externalId: 'first' },
        { provider: 'openai', externalId: 'second' },
      ])
      expect(await byRef(world, world.ann, 'openai', 'first')).toBeNull()
    })

    it('means one thread: put on another, it leaves the one before', async () => {
      await using world = await openWorld()
      await world.ann.keep(created('other'))
      await world.ann.keep(refPut('other', 'openai', 'of the other'))
      for (const threadId of ['t', 'other']) await world.ann.keep(refPut(threadId, 'openai', 'x'))
      expect(await byRef(world, world.ann, 'openai', 'x')).toMatchObject({ id: 'other' })
      expect(await refs(world, world.ann, 't')).toEqual([])
      expect(await byRef(world, world.ann, 'openai', 'of the other')).toBeNull()
    })

    it('is put and removed as often as one likes', async () => {
      await using world = await openWorld()
      const changes = [
        refPut('t', 'a', 'x'),
        refPut('t', 'a', 'x'),
        refRemoved('t', 'a'),
        refRemoved('t', 'a'),
      ]
      for (const change of changes) await world.ann.keep(change)
      expect(await refs(world, world.ann, 't')).toEqual([])
      expect(await byRef(world, world.ann, 'a', 'x')).toBeNull()
    })

    it('moves the thread in the order of changes, and not in the list', async () => {
      await using world = await openWorld()
      const before = must(await world.ann.thread('t'), 'ann has it')
      await world.ann.keep(refPut('t', 'openai', 'x'))
      expect(await world.ann.thread('t')).toEqual({ ...before, changeSeq: before.changeSeq + 1 })
      await world.ann.keep(refRemoved('t', 'openai'))
      const kinds = (await world.ann.changes(before.changeSeq, 9))?.map(({ kind, threadId }) => [
        kind,
        threadId,
      ])
      expect(kinds).toEqual([
        ['ref.put', 't'],
        ['ref.removed', 't'],
      ])
    })

    it('is compared byte for byte', async () => {
      await using world = await openWorld()
      const alike = ['thread_a', 'THREAD_A', 'thread_a ', 'thread_ä', 'thread_a\u0308']
      for (const id of alike) await world.ann.keep(created(`of ${id}`), refPut(`of ${id}`, 'p', id))
      for (const id of alike) expect(await byRef(world, world.ann, 'p', id)).toMatchObject({ id: `of ${id}` })
    })

    it.each([
      ['no provider', refPut('t', '', 'x'), 'invalid'],
      ['null for a provider', refPut('t', null as unknown as string, 'x'), 'invalid'],
      ['no id', refPut('t', 'openai', ''), 'invalid'],
      ['half a character', refPut('t', 'openai', '\ud800'), 'invalid'],
      ['a name that is too long', refPut('t', 'openai', 'x'.repeat(256)), 'too_large'],
      ['the name by which PAM finds its own', refPut('t', 'pam', 'x'), 'invalid'],
      ['the same, taken away', refRemoved('t', 'pam'), 'invalid'],
    ] as const)('may not have %s', async (_, change, code) => {
      await using world = await openWorld()
      expect(await world.ann.commit(change)).toEqual(refused(code))
      expect(await refs(world, world.ann, 't')).toEqual([])
    })

    it('that nothing could be called is nowhere', async () => {
      await using world = await openWorld()
      await world.ann.keep(refPut('t', 'p', '\ufffd'))
      expect(await byRef(world, world.ann, 'p', '\ud800')).toBeNull()
      expect(await refs(world, world.ann, '\ud800')).toEqual([])
    })

    it('is still there when the store is opened again', async () => {
      await using world = await openAlone(engine)
      await world.ann.keep(refPut('t', 'openai', 'x'))
      await world.reopen()
      expect(await byRef(world, world.ann, 'openai', 'x')).toMatchObject({ id: 't' })
    })

    it('leaves nothing behind when what comes after it in the commit is refused', async () => {
      await using world = await openWorld()
      const outcome = await world.ann.commit(
        refPut('t', 'openai', 'x'),
        said('t', 'x', { parentId: 'nowhere' }),
      )
      expect(outcome).toEqual(missing('message', 'nowhere'))
      expect(await refs(world, world.ann, 't')).toEqual([])
    })
  })

  describe('a reference of somebody else', () => {
    it('is one that is not there', async () => {
      await using world = await openWorld()
      await world.ann.keep(refPut('t', 'openai', 'x'))
      expect(await byRef(world, world.bob, 'openai', 'x')).toBeNull()
      expect(await refs(world, world.bob, 't')).toEqual([])
      for (const change of [refPut('t', 'openai', 'x'), refRemoved('t', 'openai')])
        expect(await world.bob.commit(change)).toEqual(missing('thread', 't'))
      expect(await byRef(world, world.ann, 'openai', 'x')).toMatchObject({ id: 't' })
    })

    it('may have the same name', async () => {
      await using world = await openWorld()
      await world.bob.keep(created('of bob'))
      await world.ann.keep(refPut('t', 'openai', 'x'))
      await world.bob.keep(refPut('of bob', 'openai', 'x'))
      expect(await byRef(world, world.ann, 'openai', 'x')).toMatchObject({ id: 't' })
      expect(await byRef(world, world.bob, 'openai', 'x')).toMatchObject({ id: 'of bob' })
    })
  })

  describe('the references of a thread in the bin', () => {
    it('are not to be read or changed, and come back with it', async () => {
      await using world = await openWorld()
      await world.ann.keep(refPut('t', 'openai', 'x'))
      await world.ann.keep(binned('t'))
      expect([await byRef(world, world.ann, 'openai', 'x'), await refs(world, world.ann, 't')]).toEqual([
        null,
        [],
      ])
      expect(await world.ann.commit(refRemoved('t', 'openai'))).toEqual(refused('deleted'))
      await world.ann.keep(threadRestored('t'))
      expect(await byRef(world, world.ann, 'openai', 'x')).toMatchObject({ id: 't' })
    })

    it('may be taken meanwhile', async () => {
      await using world = await openWorld()
      await world.ann.keep(refPut('t', 'openai', 'x'))
      await world.ann.keep(binned('t'))
      await world.ann.keep(created('new'), refPut('new', 'openai', 'x'))
      await world.ann.keep(threadRestored('t'))
      expect(await byRef(world, world.ann, 'openai', 'x')).toMatchObject({ id: 'new' })
    })

    it('are gone when it is forgotten, also when it comes again', async () => {
      await using world = await openWorld()
      const id = fresh('thread')
      await world.ann.keep(created(id), refPut(id, 'openai', 'x'))
      await world.ann.keep({ kind: 'thread.forgotten', threadId: id })
      expect(await byRef(world, world.ann, 'openai', 'x')).toBeNull()
      await world.ann.keep(created(id))
      expect(await refs(world, world.ann, id)).toEqual([])
    })
  })
}

const byRef = (world: World, person: Person, provider: string, externalId: string) =>
  world.store.threadByRef(person.id, provider, externalId)

const refs = (world: World, person: Person, threadId: string) => world.store.refs(person.id, threadId)

// Where somebody is in a thread: how far they have read never goes back, of drafts the last one holds, and both are gone with the thread.
import { describe, expect, it } from 'vitest'
import { must } from '../../src/core/assert.ts'
import type { PlacePut } from '../../src/core/change.ts'
import { binned, created, fresh, placePut, refPut, said, threadRestored } from '../store/commits.ts'
import {
  type Engine,
  missing,
  openAlone,
  type Person,
  range,
  refused,
  type World,
  worldsOn,
} from './world.ts'

const nowhere = { readSeq: 0, draft: null, draftAt: null }

export function placesContract(engine: Engine): void {
  const openWorld = worldsOn(engine)
  const openTalk = async (): Promise<World> => {
    const world = await openWorld()
    await world.ann.keep(...range(5).map((i) => said('t', `words ${i}`)))
    return world
  }

  describe('a place', () => {
    it('is at nothing in a thread in which nobody has been', async () => {
      await using world = await openTalk()
      expect(await placeIn(world, world.ann, 't')).toEqual(nowhere)
    })

    it('has how far somebody has read, and what they have begun to write', async () => {
      await using world = await openTalk()
      const at = world.now
      await world.ann.keep(placePut('t', { readSeq: 3, draft: 'Änd “the” 🫖\n\n ' }))
      expect(await placeIn(world, world.ann, 't')).toEqual({
        readSeq: 3,
        draft: 'Änd “the” 🫖\n\n ',
        draftAt: at,
      })
    })

    it('may be said in the commit that makes its thread, and of each half alone', async () => {
      await using world = await openWorld()
      await world.ann.keep(created('new'), said('new', 'one'), placePut('new', { readSeq: 1 }))
      await world.ann.keep(placePut('new', { draft: 'two' }))
      await world.ann.keep(placePut('new', { readSeq: 1, draft: 'three' }))
      expect(await placeIn(world, world.ann, 'new')).toMatchObject({ readSeq: 1, draft: 'three' })
    })

    it('is read on and never back, also by many at once', async () => {
      await using world = await openTalk()
      const outcomes = await Promise.all(
        [2, 4, 1, 3].map((readSeq) => world.ann.commit(placePut('t', { readSeq }))),
      )
      expect(outcomes.map(({ result }) => result)).toEqual(['kept', 'kept', 'replayed', 'replayed'])
      expect(await placeIn(world, world.ann, 't')).toMatchObject({ readSeq: 4 })
    })

    it('is not read beyond what is there', async () => {
      await using world = await openTalk()
      await world.ann.keep(placePut('t', { readSeq: 1_000_000_000_000 }))
      expect(await placeIn(world, world.ann, 't')).toMatchObject({ readSeq: 5 })
      await world.ann.keep(said('t', 'one more'))
      expect(await placeIn(world, world.ann, 't')).toMatchObject({ readSeq: 5 })
    })

    it('has the last draft, and its reading stays', async () => {
      await using world = await openTalk()
      for (const draft of ['a', 'b', 'c']) await world.ann.keep(placePut('t', { readSeq: 2, draft }))
      expect(await placeIn(world, world.ann, 't')).toMatchObject({ readSeq: 2, draft: 'c' })
    })

    it.each([null, ''])('has no draft after %j, and its reading stays', async (draft) => {
      await using world = await openTalk()
      await world.ann.keep(placePut('t', { readSeq: 2, draft: 'words' }))
      await world.ann.keep(placePut('t', { draft }))
      expect(await placeIn(world, world.ann, 't')).toEqual({ ...nowhere, readSeq: 2 })
    })

    it('is a change among the others, and moves the thread in no list', async () => {
      await using world = await openTalk()
      const before = must(await world.ann.thread('t'), 'ann has it')
      const { receipt } = await world.ann.keep(placePut('t', { readSeq: 1, draft: 'x' }))
      const change = { changeSeq: receipt.changeSeq, kind: 'place.put', threadId: 't', messageSeq: null }
      expect(await world.ann.changes(before.changeSeq, 9)).toEqual([change])
      expect(await world.ann.user()).toMatchObject({ changeSeq: before.changeSeq + 1 })
      expect(await world.ann.thread('t')).toEqual({ ...before, changeSeq: before.changeSeq + 1 })
    })

    it('that is as it was is no change', async () => {
      await using world = await openTalk()
      const { receipt } = await world.ann.keep(placePut('t', { readSeq: 2, draft: 'x' }))
      const before = await world.ann.user()
      for (const same of [{ readSeq: 2 }, { readSeq: 1 }, { draft: 'x' }, { readSeq: 0, draft: 'x' }])
        expect(await world.ann.commit(placePut('t', same))).toMatchObject({
          result: 'replayed',
          receipt: { changeSeq: receipt.changeSeq },
        })
      expect(await world.ann.user()).toEqual(before)
    })

    it('of nowhere is no change either', async () => {
      await using world = await openTalk()
      const before = must(await world.ann.user(), 'ann is there')
      for (const nothing of [{ readSeq: 0 }, { draft: null }, { draft: '' }])
        expect(await world.ann.commit(placePut('t', nothing))).toMatchObject({
          result: 'replayed',
          receipt: { changeSeq: before.changeSeq },
        })
      expect(await world.ann.user()).toEqual(before)
    })

    it('that is as it was does not keep what is said beside it from being said', async () => {
      await using world = await openTalk()
      await world.ann.keep(placePut('t', { draft: null, readSeq: 5 }))
      await world.ann.keep(placePut('t', { draft: null }), said('t', 'sent', { id: 'sent' }))
      expect(await world.ann.message('t', 'sent')).toMatchObject({ text: 'sent' })
    })

    it.each<[string, Omit<PlacePut, 'kind' | 'threadId'>, 'invalid' | 'too_large']>([
      ['nothing to say', {}, 'invalid'],
      ['half of a message', { readSeq: 0.5 }, 'invalid'],
      ['less than nothing', { readSeq: -1 }, 'invalid'],
      ['NUL in its draft', { draft: 'a\0b' }, 'invalid'],
      ['half a character in its draft', { draft: '\ud800' }, 'invalid'],
      ['a draft of too many bytes', { draft: 'ä'.repeat(32 * 1024) + 'a' }, 'too_large'],
    ])('may not have %s', async (_, place, code) => {
      await using world = await openTalk()
      expect(await world.ann.commit(placePut('t', place))).toEqual(refused(code))
      expect(await placeIn(world, world.ann, 't')).toEqual(nowhere)
    })

    it('may have a draft of 64 KiB', async () => {
      await using world = await openTalk()
      const draft = 'ä'.repeat(32 * 1024)
      await world.ann.keep(placePut('t', { draft }))
      expect(await placeIn(world, world.ann, 't')).toMatchObject({ draft })
    })

    it('is still there when the store is opened again', async () => {
      await using world = await openAlone(engine)
      await world.ann.keep(said('t', 'one'), placePut('t', { readSeq: 1, draft: 'x' }))
      await world.reopen()
      expect(await placeIn(world, world.ann, 't')).toMatchObject({ readSeq: 1, draft: 'x' })
    })

    it('stays as it was when what comes after it in the commit is refused', async () => {
      await using world = await openTalk()
      const outcome = await world.ann.commit(
        placePut('t', { readSeq: 2, draft: 'x' }),
        said('t', 'x', { parentId: 'nowhere' }),
      )
      expect(outcome).toEqual(missing('message', 'nowhere'))
      expect(await placeIn(world, world.ann, 't')).toEqual(nowhere)
    })
  })

  describe('a place of somebody else', () => {
    it('is one that is not there', async () => {
      await using world = await openTalk()
      await world.ann.keep(placePut('t', { readSeq: 2, draft: 'x' }))
      expect(await placeIn(world, world.bob, 't')).toBeNull()
      expect(await placeIn(world, world.ann, 'nowhere')).toBeNull()
      expect(await placeIn(world, world.ann, '\ud800')).toBeNull()
      expect(await world.bob.commit(placePut('t', { draft: 'of bob' }))).toEqual(missing('thread', 't'))
      expect(await placeIn(world, world.ann, 't')).toMatchObject({ draft: 'x' })
    })
  })

  describe('the place in a thread in the bin', () => {
    it('is not to be read or put, and comes back with it', async () => {
      await using world = await openTalk()
      await world.ann.keep(placePut('t', { readSeq: 2, draft: 'x' }))
      await world.ann.keep(binned('t'))
      expect(await placeIn(world, world.ann, 't')).toBeNull()
      expect(await world.ann.commit(placePut('t', { draft: 'y' }))).toEqual(refused('deleted'))
      await world.ann.keep(threadRestored('t'))
      expect(await placeIn(world, world.ann, 't')).toMatchObject({ readSeq: 2, draft: 'x' })
    })

    it('is gone when it is forgotten, also when it comes again', async () => {
      await using world = await openWorld()
      const id = fresh('thread')
      await world.ann.keep(created(id), said(id, 'one'), placePut(id, { readSeq: 1, draft: 'x' }))
      await world.ann.keep({ kind: 'thread.forgotten', threadId: id })
      expect(await placeIn(world, world.ann, id)).toBeNull()
      await world.ann.keep(created(id), said(id, 'one'))
      expect(await placeIn(world, world.ann, id)).toEqual(nowhere)
      expect(await recordsOf(world.ann)).not.toContainEqual(expect.objectContaining({ type: 'place' }))
    })
  })

  describe('everything that one owns', () => {
    it('has the places and the references of threads, of those in the bin too', async () => {
      await using world = await openTalk()
      const at = world.now
      await world.ann.keep(placePut('t', { readSeq: 2, draft: 'x' }))
      for (const provider of ['openai', 'azure']) await world.ann.keep(refPut('t', provider, 'thread_abc'))
      await world.ann.keep(binned('t'))
      await world.ann.keep(created('beside'))
      expect(await recordsOf(world.ann)).toEqual([
        { type: 'ref', ref: { threadId: 't', provider: 'azure', externalId: 'thread_abc' } },
        { type: 'ref', ref: { threadId: 't', provider: 'openai', externalId: 'thread_abc' } },
        { type: 'place', place: { threadId: 't', readSeq: 2, draft: 'x', draftAt: at } },
      ])
    })
  })
}

const placeIn = (world: World, person: Person, threadId: string) => world.store.place(person.id, threadId)

const recordsOf = async (person: Person) =>
  (await person.everything()).filter(({ type }) => type === 'ref' || type === 'place')

// C13: what was deleted leaves every read and keeps its place; what is in the bin can come back as it was.
import { describe, expect, it } from 'vitest'
import type { Part } from '../../src/core/part.ts'
import {
  asked,
  binned,
  created,
  deleted,
  ended,
  json,
  progressed,
  renamed,
  restored,
  said,
  saidParts,
  started,
  threadRestored,
} from '../store/commits.ts'
import { type Engine, messagesFrom, missing, openAlone, type Person, refused, worldsOn } from './world.ts'

const secret = 'XYZZY'
const secretive = {
  id: 'm',
  tag: secret,
  intent: secret,
  entities: json([secret]),
  sources: json([{ snippet: secret }]),
  metadata: json({ [secret]: 1 }),
}
const parts: Part[] = [
  { type: 'text', text: secret },
  { type: 'image', url: secret },
]

export function deletionContract(engine: Engine): void {
  const openWorld = worldsOn(engine)

  describe('a deleted message', () => {
    it('says so in every read, without its words', async () => {
      await using world = await openWorld()
      await world.ann.keep(saidParts('t', parts, secretive))
      await world.ann.keep(deleted('t', 'm'))
      const bare = { id: 'm', seq: 1, status: 'deleted', text: '' }
      for (const message of await everyReadOf(world.ann, 'm')) {
        expect(message).toMatchObject(bare)
        expect(message).not.toHaveProperty('parts')
      }
    })

    it.each(['words', 'parts'])('leaves no trace of its %s and of what was noted on it', async (kind) => {
      await using world = await openWorld()
      await world.ann.keep(kind === 'words' ? said('t', secret, secretive) : saidParts('t', parts, secretive))
      expect(await everyWord(world.ann)).toContain(secret)
      await world.ann.keep(deleted('t', 'm'))
      expect(await everyWord(world.ann)).not.toContain(secret)
    })

    it('leaves none of an answer and of what it stood on', async () => {
      await using world = await openWorld()
      const run = await world.ann.ask('t', 'why?')
      await world.ann.keep(ended(run, secret, { sources: json([secret]), metadata: json([secret]) }))
      await world.ann.keep(deleted('t', run.replyId))
      expect(await everyWord(world.ann)).not.toContain(secret)
    })

    it('leaves none of an answer in the log of its run', async () => {
      await using world = await openWorld()
      const run = await world.ann.ask('t', 'why?')
      await world.ann.keep(progressed(run, 0, secret))
      await world.ann.keep(ended(run, secret))
      expect(JSON.stringify(await world.ann.runEvents(run.runId))).toContain(secret)
      await world.ann.keep(deleted('t', run.replyId))
      expect(JSON.stringify(await world.ann.runEvents(run.runId))).not.toContain(secret)
    })

    it('keeps its place: its parent, its children, and those beside it', async () => {
      await using world = await openWorld()
      await world.ann.keep(...['a', 'm', 'c'].map((id) => said('t', id, { id })))
      await world.ann.keep(said('t', 'beside', { id: 'beside', parentId: 'a' }))
      await world.ann.keep(deleted('t', 'm'))
      const messages = await world.ann.all('t')
      expect(messages.map(({ id, parentId }) => [id, parentId])).toEqual([
        ['a', null],
        ['m', 'a'],
        ['c', 'm'],
        ['beside', 'a'],
      ])
      expect(messages[1]?.siblings).toEqual({ index: 0, count: 2, ids: ['m', 'beside'] })
      const branch = await world.ann.page('t', { branch: 'c', limit: 10 })
      expect(branch?.messages.map(({ id }) => id)).toEqual(['a', 'm', 'c'])
    })

    it('may be answered and gone on from', async () => {
      await using world = await openWorld()
      await world.ann.keep(said('t', 'a', { id: 'm' }))
      await world.ann.keep(deleted('t', 'm'))
      await world.ann.keep(said('t', 'next', { id: 'next' }))
      expect((await world.ann.message('t', 'next'))?.parentId).toBe('m')
    })

    it('leaves the others as they were', async () => {
      await using world = await openWorld()
      await world.ann.keep(
        said('t', 'a', { id: 'a' }),
        said('t', 'b', { id: 'b' }),
        said('t', 'c', { id: 'c' }),
      )
      const [a, , c] = await world.ann.all('t')
      await world.ann.keep(deleted('t', 'b'))
      const after = await world.ann.all('t')
      expect([after[0], after[2]]).toEqual([a, c])
    })

    it('deleted again is replayed', async () => {
      await using world = await openWorld()
      await world.ann.keep(said('t', 'x', { id: 'm' }))
      await world.ann.keep(deleted('t', 'm'))
      const before = await world.ann.everything()
      const again = await world.ann.commit(deleted('t', 'm'))
      expect(again).toMatchObject({ result: 'replayed', receipt: { id: 'm', seq: 1 } })
      expect(await world.ann.everything()).toEqual(before)
    })

    it('may not be one that was never said, or is another thread’s', async () => {
      await using world = await openWorld()
      await world.ann.keep(created('u'))
      await world.ann.keep(said('u', 'x', { id: 'elsewhere' }))
      for (const id of ['nowhere', 'elsewhere']) {
        expect(await world.ann.commit(deleted('t', id))).toEqual(missing('message', id))
        expect(await world.ann.commit(restored('t', id))).toEqual(missing('message', id))
      }
      expect(await world.ann.message('u', 'elsewhere')).toMatchObject({ text: 'x' })
    })

    it('may not be one that is still being said', async () => {
      await using world = await openWorld()
      const run = await world.ann.ask('t', 'why?')
      expect(await world.ann.commit(deleted('t', run.replyId))).toEqual(refused('invalid'))
      await world.ann.keep(ended(run, 'because'))
      await world.ann.keep(deleted('t', run.replyId))
    })

    it('stays deleted when the store is opened again', async () => {
      await using world = await openAlone(engine)
      await world.ann.keep(said('t', secret, { id: 'm' }))
      await world.ann.keep(deleted('t', 'm'))
      await world.reopen()
      expect(await everyWord(world.ann)).not.toContain(secret)
    })
  })

  describe('a restored message', () => {
    it.each(['words', 'parts'])('is what it was, with its %s', async (kind) => {
      await using world = await openWorld()
      await world.ann.keep(kind === 'words' ? said('t', secret, secretive) : saidParts('t', parts, secretive))
      const before = await everyReadOf(world.ann, 'm')
      await world.ann.keep(deleted('t', 'm'))
      await world.ann.keep(restored('t', 'm'))
      expect(await everyReadOf(world.ann, 'm')).toEqual(before)
    })

    it.each(['complete', 'stopped', 'failed', 'interrupted'] as const)(
      'is %s again if it was',
      async (status) => {
        await using world = await openWorld()
        const run = await world.ann.ask('t', 'why?')
        await world.ann.keep(ended(run, 'because', { status, usage: json({ tokens: 1 }) }))
        const before = await world.ann.message('t', run.replyId)
        await world.ann.keep(deleted('t', run.replyId))
        await world.ann.keep(restored('t', run.replyId))
        expect(await world.ann.message('t', run.replyId)).toEqual(before)
      },
    )

    it('can be deleted once more', async () => {
      await using world = await openWorld()
      await world.ann.keep(said('t', secret, { id: 'm' }))
      for (const change of [deleted('t', 'm'), restored('t', 'm'), deleted('t', 'm')])
        await world.ann.keep(change)
      expect(await everyWord(world.ann)).not.toContain(secret)
      await world.ann.keep(restored('t', 'm'))
      expect((await world.ann.message('t', 'm'))?.text).toBe(secret)
    })

    it('is the same for who sends it once more', async () => {
      await using world = await openWorld()
      const message = said('t', secret, secretive)
      for (const change of [message, deleted('t', 'm'), restored('t', 'm')]) await world.ann.keep(change)
      expect(await world.ann.commit(message)).toMatchObject({ result: 'replayed' })
    })
  })

  describe('a thread in the bin', () => {
    it('is no more to be read, but for the fact that it is there', async () => {
      await using world = await openWorld()
      await world.ann.keep(said('t', secret, { id: 'm' }))
      const at = world.now
      await world.ann.keep(binned('t'))
      expect(await world.ann.page('t', { limit: 10 })).toBeNull()
      expect(await world.ann.jsonPage('t', { limit: 10 })).toBeNull()
      expect(await world.ann.message('t', 'm')).toBeNull()
      expect(await world.ann.thread('t')).toMatchObject({ id: 't', binnedAt: at })
    })

    it.each([
      ['said into', [said('t', 'x')]],
      ['asked in', asked('t', 'x')],
      ['said into, made if need be', [created('t', { unless: 'there' }), said('t', 'x')]],
      ['answered in', [started('t', 'm')]],
    ])('may not be %s', async (_, changes) => {
      await using world = await openWorld()
      await world.ann.keep(said('t', 'x', { id: 'm' }))
      await world.ann.keep(binned('t'))
      expect(await world.ann.commit(...changes)).toEqual(refused('deleted'))
      await world.ann.keep(threadRestored('t'))
      expect(await world.ann.all('t')).toHaveLength(1)
    })

    it('is no more to be read by the log of a run', async () => {
      await using world = await openWorld()
      const run = await world.ann.ask('t', 'why?')
      await world.ann.keep(progressed(run, 0, secret))
      await world.ann.keep(binned('t'))
      expect(JSON.stringify(await world.ann.runEvents(run.runId))).not.toContain(secret)
    })

    it('comes back as it was', async () => {
      await using world = await openWorld()
      await world.ann.keep(said('t', 'a', { id: 'a' }), said('t', 'b', { id: 'b' }), renamed('t', 'Mine'))
      await world.ann.keep(deleted('t', 'a'))
      const [thread, messages] = [await world.ann.thread('t'), await world.ann.all('t')]
      await world.ann.keep(binned('t'))
      await world.ann.keep(threadRestored('t'))
      expect(await world.ann.all('t')).toEqual(messages)
      expect(await world.ann.thread('t')).toEqual({ ...thread, changeSeq: (thread?.changeSeq ?? 0) + 2 })
    })

    it('may not be one that is not there', async () => {
      await using world = await openWorld()
      expect(await world.ann.commit(binned('nowhere'))).toEqual(missing('thread', 'nowhere'))
      expect(await world.ann.commit(threadRestored('nowhere'))).toEqual(missing('thread', 'nowhere'))
    })

    it('leaves its outside key free, and comes back without it when it was taken', async () => {
      await using world = await openWorld()
      await world.ann.keep(created('old', { externalKey: 'key' }))
      await world.ann.keep(binned('old'))
      expect(await world.ann.threadByKey('key')).toBeNull()
      await world.ann.keep(created('new', { externalKey: 'key' }))
      await world.ann.keep(threadRestored('old'))
      expect(await world.ann.thread('old')).toMatchObject({ externalKey: null, binnedAt: null })
      expect(await world.ann.threadByKey('key')).toMatchObject({ id: 'new' })
    })

    it('comes back with its outside key when nobody took it', async () => {
      await using world = await openWorld()
      await world.ann.keep(created('old', { externalKey: 'key' }))
      await world.ann.keep(binned('old'))
      await world.ann.keep(threadRestored('old'))
      expect(await world.ann.threadByKey('key')).toMatchObject({ id: 'old', externalKey: 'key' })
    })
  })
}

/** One message, by every way there is to read it. */
async function everyReadOf(person: Person, messageId: string) {
  const asked = { branch: 'all', limit: 200 }
  const everything = await person.everything()
  const found = [
    await person.message('t', messageId),
    ...((await person.page('t', asked))?.messages ?? []),
    ...((await person.page('t', { around: messageId, limit: 1 }))?.messages ?? []),
    ...messagesFrom(await person.json('t', asked)),
    ...everything.map((record) => (record.type === 'message' ? record.message : null)),
  ].filter((message) => message?.id === messageId)
  expect(found).toHaveLength(5)
  return found
}

/** Everything that a person can read, as one text. */
async function everyWord(person: Person): Promise<string> {
  const everything = await person.everything()
  const runs = everything.flatMap((record) => (record.type === 'run' ? [record.run.id] : []))
  const logs = await Promise.all(runs.map((run) => person.runEvents(run)))
  return [
    JSON.stringify(everything),
    JSON.stringify(logs),
    await person.json('t', { branch: 'all', limit: 200 }),
  ].join()
}

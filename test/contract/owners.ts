// Law 3: the owner is the first word. What is another's is what is not there, in every read and in every write.
import { describe, expect, it } from 'vitest'
import { must } from '../../src/core/assert.ts'
import type { Change } from '../../src/core/change.ts'
import type { Thing } from '../../src/core/receipt.ts'
import type { OwnedRecord } from '../../src/core/store.ts'
import {
  asked,
  binned,
  composed,
  created,
  deleted,
  ended,
  headMoved,
  json,
  placePut,
  progressed,
  renamed,
  restored,
  said,
  started,
  stopAsked,
  threadChanged,
  threadRestored,
  userChanged,
} from '../store/commits.ts'
import { type Engine, missing, type Person, range, type World, worldsOn } from './world.ts'

type Ids = { threadId: string; messageId: string; runId: string }
const anns: Ids = { threadId: 'thread of ann', messageId: 'message of ann', runId: 'run of ann' }
const nobodys: Ids = { threadId: 'thread of nobody', messageId: 'message of nobody', runId: 'run of nobody' }

export function ownersContract(engine: Engine): void {
  const openWorld = worldsOn(engine)

  const writes: [string, Thing, (ids: Ids) => Change][] = [
    ['say', 'thread', ({ threadId }) => said(threadId, 'x')],
    ['rename', 'thread', ({ threadId }) => renamed(threadId, 'Mine')],
    ['change', 'thread', ({ threadId }) => threadChanged(threadId, { archived: true })],
    ['bin', 'thread', ({ threadId }) => binned(threadId)],
    ['bring back', 'thread', ({ threadId }) => threadRestored(threadId)],
    ['move the head of', 'thread', ({ threadId, messageId }) => headMoved(threadId, messageId)],
    ['delete from', 'thread', ({ threadId, messageId }) => deleted(threadId, messageId)],
    ['restore into', 'thread', ({ threadId, messageId }) => restored(threadId, messageId)],
    ['start in', 'thread', ({ threadId, messageId }) => started(threadId, messageId)],
    ['read on in', 'thread', ({ threadId }) => placePut(threadId, { readSeq: 1, draft: 'Mine' })],
    ['say after', 'message', ({ messageId }) => said('t', 'x', { parentId: messageId })],
    ['say beside', 'message', ({ messageId }) => said('t', 'x', { expectedHead: messageId })],
    ['go to', 'message', ({ messageId }) => headMoved('t', messageId)],
    ['delete', 'message', ({ messageId }) => deleted('t', messageId)],
    ['restore', 'message', ({ messageId }) => restored('t', messageId)],
    ['answer', 'message', ({ messageId }) => started('t', messageId)],
    ['compose', 'run', ({ runId }) => composed({ runId, epoch: 1 }, {})],
    ['log', 'run', ({ runId }) => progressed({ runId, epoch: 1 }, 0)],
    ['stop', 'run', ({ runId }) => stopAsked({ runId })],
    ['end', 'run', ({ runId }) => ended({ runId, epoch: 1 }, 'x')],
  ]

  describe('a stranger’s thing and a thing that is not', () => {
    it.each(writes)('are the same to who would %s a %s', async (_, what, write) => {
      await using world = await settle(await openWorld())
      const before = [await world.ann.everything(), await world.bob.everything()]
      for (const ids of [anns, nobodys]) {
        expect(await world.bob.commit(write(ids))).toEqual(missing(what, ids[`${what as 'run'}Id`]))
      }
      expect([await world.ann.everything(), await world.bob.everything()]).toEqual(before)
    })

    it('are the same in every read', async () => {
      await using world = await settle(await openWorld())
      for (const person of [world.bob, world.newcomer('nobody')]) {
        const [strange, absent] = [await readAll(person, anns), await readAll(person, nobodys)]
        expect(strange).toEqual(absent)
        expect(strange).toEqual([null, null, null, null, null, null, []])
      }
      const own = await readAll(world.ann, anns)
      expect(own.filter((read) => read === null)).toHaveLength(1)
    })

    it('are the same by an outside key', async () => {
      await using world = await settle(await openWorld())
      expect(await world.bob.threadByKey('key of ann')).toBeNull()
      expect(await world.ann.threadByKey('key of ann')).toMatchObject({ id: anns.threadId })
    })

    it('are the same as the place where a list goes on', async () => {
      await using world = await settle(await openWorld())
      const { updatedAt } = must(await world.ann.thread(anns.threadId), 'ann has it')
      const after = [anns, nobodys].map(({ threadId }) => ({ updatedAt, id: threadId }))
      const [strange, absent] = await Promise.all(
        after.map((after) => world.bob.threads({ limit: 9, after })),
      )
      expect(strange).toEqual(absent)
    })
  })

  describe('a user who is not there', () => {
    it('has nothing, and does not come into being by being asked for', async () => {
      await using world = await settle(await openWorld())
      const nobody = world.newcomer('nobody')
      expect(await nobody.threads({ limit: 9 })).toEqual({ userId: nobody.id, threads: [], next: null })
      expect(await nobody.everything()).toEqual([])
      expect(await nobody.changes(0, 9)).toEqual([])
      expect(await nobody.user()).toBeNull()
    })
  })

  describe('the same ids in two users’ hands', () => {
    it('are two threads, two messages and two runs, side by side', async () => {
      await using world = await openWorld()
      await world.bob.keep(created('t'))
      for (const person of [world.ann, world.bob]) {
        await person.keep(said('t', `words of ${person.id}`, { id: 'm' }))
        await person.keep(started('t', 'm', { runId: 'r', replyId: 'reply' }))
      }
      const { run } = await world.ann.keep(started('t', 'm', { attempt: 'another' }))
      await world.ann.keep(ended(must(run, 'it was started'), 'to ann alone'))
      expect((await world.bob.all('t')).map(({ text }) => text)).toEqual([`words of ${world.bob.id}`, ''])
      expect(await world.bob.run('r')).toMatchObject({ userId: world.bob.id, status: 'running' })
      await world.bob.keep(deleted('t', 'm'), binned('t'))
      expect(await world.ann.message('t', 'm')).toMatchObject({
        text: `words of ${world.ann.id}`,
        status: 'complete',
      })
    })

    it('may be the same outside key and the same log', async () => {
      await using world = await openWorld()
      for (const person of [world.ann, world.bob]) {
        await person.keep(created('keyed', { externalKey: 'key' }))
        const { run } = await person.keep(...withRun('keyed', 'r'))
        await person.keep(progressed(must(run, 'it was started'), 0, `of ${person.id}`))
      }
      for (const person of [world.ann, world.bob]) {
        expect(await person.threadByKey('key')).toMatchObject({ userId: person.id })
        const log = await person.runEvents('r')
        expect(log).toMatchObject([{ events: expect.stringContaining(`of ${person.id}`) }])
      }
    })

    it('written at the same time by 10 users go each to their own', async () => {
      await using world = await openWorld()
      const people = range(10).map(() => world.newcomer('user'))
      const send = (person: Person) =>
        person.commit(created('x', { unless: 'main' }), said('x', person.id, { id: 'm' }))
      const outcomes = await Promise.all([...people, ...people].map(send))
      expect(outcomes.map(({ result }) => result).toSorted()).toEqual([
        ...range(10).map(() => 'kept'),
        ...range(10).map(() => 'replayed'),
      ])
      for (const person of people)
        expect((await person.all('x')).map(({ text }) => text)).toEqual([person.id])
    })
  })

  describe('everything that one owns', () => {
    it('is there, each thing as it is read alone, in reading order', async () => {
      await using world = await settle(await openWorld())
      const { user, threads, messages, runs } = sorted(await world.ann.everything())
      expect(user).toEqual([await world.ann.user()])
      for (const thread of threads) expect(thread).toEqual(await world.ann.thread(thread.id))
      for (const { id } of threads) {
        expect(messages.filter(({ threadId }) => threadId === id)).toEqual(await world.ann.all(id))
      }
      expect(runs).toEqual([await world.ann.run(anns.runId)])
      expect(threads.map(({ id }) => id).toSorted()).toEqual(['t', anns.threadId])
    })

    it('begins with the user, and shows no message before its thread', async () => {
      await using world = await settle(await openWorld())
      const seen = new Set<string>()
      const everything = await world.ann.everything()
      expect(everything[0]?.type).toBe('user')
      for (const record of everything) {
        if (record.type === 'thread') seen.add(record.thread.id)
        const threadId = threadOf(record)
        expect(threadId === null || seen.has(threadId)).toBe(true)
      }
    })

    it('is all, also when it is much', async () => {
      await using world = await openWorld()
      await Promise.all(range(5).map((i) => world.ann.keep(created(`thread ${i}`))))
      const sends = range(5).map((i) => range(450).map(() => said(`thread ${i}`, 'x')))
      await Promise.all(sends.map((changes) => world.ann.keep(...changes)))
      const { threads, messages } = sorted(await world.ann.everything())
      expect([threads.length, messages.length, new Set(messages.map(({ id }) => id)).size]).toEqual([
        6, 2250, 2250,
      ])
    })

    it('is one’s own, and nobody else’s', async () => {
      await using world = await settle(await openWorld())
      expect(JSON.stringify(await world.bob.everything())).not.toContain('of ann')
      expect(JSON.stringify(await world.ann.everything())).not.toContain('of bob')
      for (const { user, threads, runs } of [sorted(await world.ann.everything())]) {
        const owners = [
          ...user.map(({ id }) => id),
          ...threads.map(({ userId }) => userId),
          ...runs.map(({ userId }) => userId),
        ]
        expect(new Set(owners)).toEqual(new Set([world.ann.id]))
      }
    })

    it('has every thread, also one that moves to the front of the list meanwhile', async () => {
      await using world = await openWorld()
      await world.ann.keep(said('t', 'the oldest', { id: 'oldest' }))
      await Promise.all(
        range(250).map((i) => world.ann.commitAt(world.now + 1000 + i, created(`thread ${i}`))),
      )
      const records: OwnedRecord[] = []
      for await (const record of world.store.everything(world.ann.id)) {
        if (records.push(record) === 2) await world.ann.commitAt(world.now + 5000, said('t', 'the newest'))
      }
      const { threads, messages } = sorted(records)
      expect(new Set(threads.map(({ id }) => id)).size).toBe(251)
      expect(messages.map(({ id }) => id)).toContain('oldest')
    })

    it('is not stopped by what happens meanwhile', async () => {
      await using world = await settle(await openWorld())
      const records: OwnedRecord[] = []
      for await (const record of world.store.everything(world.ann.id)) {
        records.push(record)
        if (records.length < 4) await world.ann.keep(said('t', 'meanwhile'))
      }
      const { messages } = sorted(records)
      expect(messages.map(({ id }) => id)).toContain(anns.messageId)
    })
  })
}

/** Ann and bob, each with a thread `t`, and ann with things of her own besides. */
async function settle(world: World): Promise<World> {
  await world.bob.keep(created('t', { title: 'of bob' }))
  await world.bob.keep(said('t', 'words of bob'))
  await world.ann.keep(userChanged({ name: 'Ann, of ann', personaPrompt: json('of ann') }))
  await world.ann.keep(created(anns.threadId, { externalKey: 'key of ann', title: 'of ann' }))
  const question = said(anns.threadId, 'words of ann', { id: anns.messageId })
  const run = started(anns.threadId, anns.messageId, { runId: anns.runId, replyId: 'reply of ann' })
  await world.ann.keep(question, run)
  return world
}

const withRun = (threadId: string, runId: string): Change[] => {
  const [question, run] = asked(threadId, 'why?', { id: 'q' })
  return [question, { ...run, runId, replyId: 'reply' }]
}

/** The log of a run comes last: it is a list, empty for who may not read it. */
function readAll(person: Person, { threadId, messageId, runId }: Ids): Promise<unknown[]> {
  return Promise.all([
    person.thread(threadId),
    person.page(threadId, { limit: 9 }),
    person.jsonPage(threadId, { limit: 9 }),
    person.message(threadId, messageId),
    person.message('t', messageId),
    person.run(runId),
    person.runEvents(runId),
  ])
}

function threadOf(record: OwnedRecord): string | null {
  if (record.type === 'message') return record.message.threadId
  return record.type === 'run' ? record.run.threadId : null
}

function sorted(everything: readonly OwnedRecord[]) {
  return {
    user: everything.flatMap((record) => (record.type === 'user' ? [record.user] : [])),
    threads: everything.flatMap((record) => (record.type === 'thread' ? [record.thread] : [])),
    messages: everything.flatMap((record) => (record.type === 'message' ? [record.message] : [])),
    runs: everything.flatMap((record) => (record.type === 'run' ? [record.run] : [])),
  }
}

// C4: inside a thread seq is unique and without a gap, whoever wrote when; and who saw n has seen everything below n.
import { setImmediate as turnOfTheLoop } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { must } from '../../src/core/assert.ts'
import type { Message } from '../../src/core/message.ts'
import type { Outcome } from '../../src/core/receipt.ts'
import { created, deleted, progressed, renamed, said, userChanged } from '../store/commits.ts'
import { type Engine, type Person, range, receiptsOf, worldsOn } from './world.ts'

export function orderContract(engine: Engine): void {
  const openWorld = worldsOn(engine)

  describe('64 writers in one thread', () => {
    it('get 64 different places, and none is lost', async () => {
      await using world = await openWorld()
      await Promise.all(range(64).map((writer) => write(world.ann, 't', writer, 8)))
      const messages = await world.ann.all('t')
      expect(messages.map(({ seq }) => seq)).toEqual(range(512).map((i) => i + 1))
      expect(new Set(messages.map(({ id }) => id)).size).toBe(512)
      expect(await world.ann.thread('t')).toMatchObject({ messageCount: 512, lastSeq: 512 })
      for (const writer of range(64)) expect(wordsOf(messages, writer)).toEqual(range(8).map(String))
    })

    it('are told the place where their message is then read', async () => {
      await using world = await openWorld()
      const outcomes = await Promise.all(
        range(64).map((i) => world.ann.commit(said('t', '', { id: `m${i}` }))),
      )
      const told = receiptsOf(outcomes)
      const read = new Map((await world.ann.all('t')).map(({ id, seq }) => [id, seq]))
      expect(told.map(({ id }) => read.get(id))).toEqual(told.map(({ seq }) => seq))
    })

    it('follow each other in one line', async () => {
      await using world = await openWorld()
      await Promise.all(range(64).map((i) => world.ann.commit(said('t', `${i}`))))
      const messages = await world.ann.all('t')
      const before = [null, ...messages.map(({ id }) => id)].slice(0, -1)
      expect(messages.map(({ parentId }) => parentId)).toEqual(before)
    })
  })

  describe('a reader', () => {
    it('that saw n has seen everything below n, while 32 write', async () => {
      await using world = await openWorld()
      const seen: number[] = []
      await whileWriting(world.ann, 32, async () => {
        const page = await world.ann.page('t', { branch: 'all', after: seen.at(-1) ?? 0, limit: 200 })
        seen.push(...must(page, 't is there').messages.map(({ seq }) => seq))
        expect(seen).toEqual(seen.map((_, i) => i + 1))
      })
      expect(seen).toHaveLength(320)
    })

    it('finds in the newest page no hole, while 32 write', async () => {
      await using world = await openWorld()
      await whileWriting(world.ann, 32, async () => {
        const { messages } = must(await world.ann.page('t', { limit: 50 }), 't is there')
        const first = messages[0]?.seq ?? 0
        expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, i) => first + i))
      })
    })

    it('that saw the thread at n can read n', async () => {
      await using world = await openWorld()
      const read: [told: number, found: number | undefined][] = []
      await whileWriting(world.ann, 32, async () => {
        const { lastSeq, headId } = must(await world.ann.thread('t'), 't is there')
        if (headId) read.push([lastSeq, (await world.ann.message('t', headId))?.seq])
      })
      expect(read.map(([told]) => told)).toEqual(read.map(([, found]) => found))
      expect(read.at(-1)).toEqual([320, 320])
    })
  })

  describe('users who write at the same time', () => {
    it('have each their own numbers, without a gap', async () => {
      await using world = await openWorld()
      const people = range(8).map(() => world.newcomer('user'))
      await Promise.all(people.map((person) => busy(person)))
      for (const person of people) {
        for (const thread of ['a', 'b']) {
          const seqs = (await person.all(thread)).map(({ seq }) => seq)
          expect(seqs).toEqual(range(40).map((i) => i + 1))
        }
        expect((await person.user())?.changeSeq).toBe(82)
        expect(await changeSeqs(person)).toEqual(range(82).map((i) => i + 1))
      }
    })
  })

  describe('the order of changes', () => {
    it('has one row for each commit that was kept, and none for the others', async () => {
      await using world = await openWorld()
      await world.ann.keep(said('t', 'one', { id: 'm' }), said('t', 'two'))
      await world.ann.commit(said('t', 'one', { id: 'm' }))
      await world.ann.commit(said('t', 'lost', { parentId: 'nowhere' }))
      await world.ann.keep(renamed('t', 'T'))
      await world.ann.keep(deleted('t', 'm'))
      await world.ann.keep(userChanged({ name: 'Ann' }))
      const rows = must(await world.ann.changes(0, 100), 'nothing was trimmed yet')
      expect(rows.map(({ changeSeq, kind, threadId }) => [changeSeq, kind, threadId])).toEqual([
        [1, 'thread.created', 't'],
        [2, 'message.said', 't'],
        [3, 'thread.renamed', 't'],
        [4, 'message.deleted', 't'],
        [5, 'user.changed', null],
      ])
    })

    it('tells where in the thread a message is', async () => {
      await using world = await openWorld()
      await world.ann.keep(said('t', 'one'))
      await world.ann.keep(said('t', 'two', { id: 'two' }))
      await world.ann.keep(deleted('t', 'two'))
      const rows = await world.ann.changes(1, 100)
      expect(rows?.map(({ messageSeq }) => messageSeq)).toEqual([1, 2, 2])
    })

    it('is read on from where one was, a piece at a time', async () => {
      await using world = await openWorld()
      for (const i of range(10)) await world.ann.keep(said('t', `${i}`))
      const piece = await world.ann.changes(4, 3)
      expect(piece?.map(({ changeSeq }) => changeSeq)).toEqual([5, 6, 7])
      expect(await world.ann.changes(11, 3)).toEqual([])
    })

    it('is not moved by the progress of a run', async () => {
      await using world = await openWorld()
      const run = await world.ann.ask('t', 'why?')
      const before = (await world.ann.user())?.changeSeq
      await world.ann.keep(progressed(run, 0))
      await world.ann.keep(progressed(run, 1), progressed(run, 2))
      expect((await world.ann.user())?.changeSeq).toBe(before)
      expect(await changeSeqs(world.ann)).toEqual(range(before ?? 0).map((i) => i + 1))
    })
  })

  describe('clocks', () => {
    it('decide nothing: what came later stands later, whatever its time', async () => {
      await using world = await openWorld()
      const times = [5000, 1000, 9000, 1, 9000]
      for (const at of times) await world.ann.commitAt(at, said('t', `${at}`))
      const messages = await world.ann.all('t')
      expect(messages.map(({ seq, createdAt }) => [seq, createdAt])).toEqual(
        times.map((at, i) => [i + 1, at]),
      )
    })

    it('never take a thread back in its list', async () => {
      await using world = await openWorld()
      await world.ann.commitAt(world.now + 5000, said('t', 'ahead'))
      const { updatedAt } = must(await world.ann.thread('t'), 'the thread is there')
      await world.ann.commitAt(1, said('t', 'behind'))
      expect(updatedAt).toBe(world.now + 5000)
      expect((await world.ann.thread('t'))?.updatedAt).toBe(updatedAt)
    })
  })
}

/** One writer, who waits for each answer; the words are its own count. */
async function write(person: Person, threadId: string, writer: number, times: number): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const i of range(times)) {
    const outcome = await person.commit(said(threadId, `${i}`, { tag: `writer ${writer}` }))
    expect(outcome.result).toBe('kept')
    outcomes.push(outcome)
  }
  return outcomes
}

const wordsOf = (messages: readonly Message[], writer: number): string[] =>
  messages.filter(({ tag }) => tag === `writer ${writer}`).map(({ text }) => text)

/** Looks again and again while so many write ten messages each, and once more when they have done. */
async function whileWriting(person: Person, writers: number, look: () => Promise<void>): Promise<void> {
  const state = { writing: true }
  const all = Promise.all(range(writers).map((writer) => write(person, 't', writer, 10)))
  const done = all.finally(() => (state.writing = false))
  while (state.writing) {
    await look()
    await turnOfTheLoop() // a read that is there at once would let no acknowledgement in
  }
  await done
  await look()
}

/** Two threads, four writers in each. */
async function busy(person: Person): Promise<void> {
  await Promise.all(['a', 'b'].map((thread) => person.keep(created(thread))))
  const writers = range(8).map((writer) => write(person, writer % 2 ? 'a' : 'b', writer, 10))
  await Promise.all(writers)
}

async function changeSeqs(person: Person): Promise<number[]> {
  const rows = must(await person.changes(0, 200), 'nothing was trimmed yet')
  return rows.map(({ changeSeq }) => changeSeq)
}

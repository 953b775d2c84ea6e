// A page is what a naive reader would have picked out of the whole tree, as objects and as JSON alike.
import { describe, expect, it } from 'vitest'
import { must } from '../../src/core/assert.ts'
import type { MessagePage, MessagesAsked } from '../../src/core/store.ts'
import { type Random, randomFrom, seeds } from '../random.ts'
import { deleted, ended, headMoved, json, said, saidParts } from '../store/commits.ts'
import { NaiveTree } from './naive-tree.ts'
import { type Engine, messagesFrom, type Person, range, worldsOn } from './world.ts'

const personas = [null, null, 'dominant', 'flirtatious']
const idOf = (seq: number): string => `m${seq}`

export function pagesContract(engine: Engine): void {
  const openWorld = worldsOn(engine)

  describe('a page of a line of ten', () => {
    it.each<[string, MessagesAsked, number[], [before: boolean, after: boolean]]>([
      ['the newest', { limit: 3 }, [8, 9, 10], [true, false]],
      ['all there is', { limit: 200 }, range(10).map((i) => i + 1), [false, false]],
      ['exactly all', { limit: 10 }, range(10).map((i) => i + 1), [false, false]],
      ['before one', { limit: 3, before: 8 }, [5, 6, 7], [true, true]],
      ['before one, at the beginning', { limit: 3, before: 3 }, [1, 2], [false, true]],
      ['after one', { limit: 3, after: 4 }, [5, 6, 7], [true, true]],
      ['after one, at the end', { limit: 3, after: 8 }, [9, 10], [true, false]],
      ['after 0', { limit: 2, after: 0 }, [1, 2], [false, true]],
      ['around one', { limit: 5, around: 'm5' }, [3, 4, 5, 6, 7], [true, true]],
      ['one alone', { limit: 1, around: 'm5' }, [5], [true, true]],
      ['before far beyond', { limit: 2, before: 999 }, [9, 10], [true, false]],
    ])('%s: %j', async (_, asked, seqs, [before, after]) => {
      await using world = await openWorld()
      await world.ann.keep(...range(10).map((i) => said('t', `${i}`, { id: idOf(i + 1) })))
      const page = must(await world.ann.page('t', asked), 't is there')
      expect(page.messages.map(({ seq }) => seq)).toEqual(seqs)
      expect(page).toMatchObject({ userId: world.ann.id, headId: 'm10', hasMore: { before, after } })
    })

    it.each<[string, MessagesAsked, 'before' | 'after']>([
      ['before the first', { limit: 5, before: 1 }, 'before'],
      ['after the last', { limit: 5, after: 10 }, 'after'],
      ['far after the last', { limit: 5, after: 999 }, 'after'],
    ])('%s is empty, and nothing more is there: %j', async (_, asked, direction) => {
      await using world = await openWorld()
      await world.ann.keep(...range(10).map((i) => said('t', `${i}`, { id: idOf(i + 1) })))
      const page = must(await world.ann.page('t', asked), 't is there')
      expect([page.messages, page.hasMore[direction]]).toEqual([[], false])
    })

    it('around a message that is not there is none', async () => {
      await using world = await openWorld()
      await world.ann.keep(said('t', 'x', { id: 'm' }))
      expect(await world.ann.page('t', { limit: 5, around: 'nowhere' })).toBeNull()
      expect(await world.ann.page('t', { limit: 5, branch: 'nowhere' })).toBeNull()
      expect(await world.ann.jsonPage('t', { limit: 5, around: 'nowhere' })).toBeNull()
      expect(await world.ann.jsonPage('t', { limit: 5, branch: 'nowhere' })).toBeNull()
    })
  })

  it('a page of an empty thread is empty', async () => {
    await using world = await openWorld()
    const empty = {
      userId: world.ann.id,
      headId: null,
      hasMore: { before: false, after: false },
      pending: false,
    }
    expect(await world.ann.page('t', { limit: 5 })).toEqual({ ...empty, messages: [] })
    expect(await world.ann.jsonPage('t', { limit: 5 })).toEqual({ ...empty, json: '[]' })
    expect(await world.ann.page('t', { limit: 5, branch: 'all' })).toEqual({ ...empty, messages: [] })
  })

  it.each([0, 201, -1, 1.5, Number.NaN])('a page may not have %d messages', async (limit) => {
    await using world = await openWorld()
    await expect(world.ann.page('t', { limit })).rejects.toMatchObject({ code: 'invalid' })
    await expect(world.ann.jsonPage('t', { limit })).rejects.toMatchObject({ code: 'invalid' })
  })

  it('a page says whether something on it is still being said', async () => {
    await using world = await openWorld()
    const run = await world.ann.ask('t', 'why?')
    const page = async (before = 99) => (await world.ann.page('t', { limit: 9, before }))?.pending
    expect([await page(), await page(2)]).toEqual([true, false])
    await world.ann.keep(ended(run, 'because'))
    expect(await page()).toBe(false)
  })

  it('a page around a message that is off the head’s path has it all the same', async () => {
    await using world = await openWorld()
    await world.ann.keep(...['a', 'b', 'c'].map((id) => said('t', id, { id })))
    await world.ann.keep(said('t', 'b2', { id: 'b2', parentId: 'a' }))
    const page = await world.ann.page('t', { limit: 3, around: 'b' })
    expect(page?.messages.map(({ id }) => id)).toEqual(['a', 'b', 'c'])
  })

  it('the pages of a line, forth and back, have every message once', async () => {
    await using world = await openWorld()
    await world.ann.keep(...range(53).map((i) => said('t', `${i}`)))
    const seqs = range(53).map((i) => i + 1)
    expect(await walk(world.ann, 'after')).toEqual(seqs)
    expect(await walk(world.ann, 'before')).toEqual(seqs)
  })

  describe('a thread of 300 messages with forks', () => {
    it.each(seeds(4))('is paged as a naive reader pages it (seed %i)', async (seed) => {
      await using world = await openWorld()
      const random = randomFrom(seed)
      const naive = await plant(world.ann, random, 300)
      for (let i = 0; i < 40; i++) {
        const asked = naive.anyAsk()
        const page = must(await world.ann.page('t', asked), 't is there')
        const { headId, hasMore, messages } = page
        const found = {
          headId,
          seqs: messages.map(({ seq }) => seq),
          hasMore: messages.length > 0 && hasMore,
        }
        expect(found, `seed ${seed}, ${JSON.stringify(asked)}`).toEqual(naive.page(asked))
      }
    })

    it.each(seeds(3))('has around a message its neighbours on both sides (seed %i)', async (seed) => {
      await using world = await openWorld()
      const random = randomFrom(seed)
      const naive = await plant(world.ann, random, 300)
      for (let i = 0; i < 25; i++) {
        const seq = 1 + random.int(300)
        const asked = {
          limit: 1 + random.int(40),
          around: idOf(seq),
          branch: random.pick(['all', idOf(seq)]),
        }
        const page = must(await world.ann.page('t', asked), 't is there')
        const fault = middleFault(page, seq, asked.limit, naive.selection(asked))
        expect(fault, `seed ${seed}, ${JSON.stringify(asked)}`).toBeNull()
      }
    })

    it.each(seeds(2))('is the same as objects and as JSON (seed %i)', async (seed) => {
      await using world = await openWorld()
      const random = randomFrom(seed)
      const naive = await plant(world.ann, random, 300)
      for (let i = 0; i < 40; i++) {
        const seq = 1 + random.int(300)
        const asked = random.chance(0.3) ? { limit: 9, around: idOf(seq), branch: 'all' } : naive.anyAsk()
        const page = must(await world.ann.page('t', asked), 't is there')
        const { json, ...facts } = must(await world.ann.jsonPage('t', asked), 't is there')
        expect({ ...facts, messages: messagesFrom(json) }, `seed ${seed}, ${JSON.stringify(asked)}`).toEqual(
          page,
        )
      }
    })

    it.each(seeds(2))('shows each message as it is read alone (seed %i)', async (seed) => {
      await using world = await openWorld()
      const random = randomFrom(seed)
      await plant(world.ann, random, 300)
      for (const message of random.shuffle(await world.ann.all('t')).slice(0, 40)) {
        expect(await world.ann.message('t', message.id), `seed ${seed}`).toEqual(message)
      }
    })
  })

  describe('the JSON of a page', () => {
    it('has the fields of the API, times in ISO 8601 with milliseconds, and parts where there are parts', async () => {
      await using world = await openWorld()
      const at = Date.UTC(2026, 1, 3, 4, 5, 6, 7)
      await world.ann.commitAt(
        at,
        said('t', 'hello', { id: 'm', confidence: 0.29, metadata: json({ b: 1, a: [] }) }),
      )
      await world.ann.commitAt(at, saidParts('t', [{ type: 'image', url: 'u' }], { id: 'image' }))
      const [message, image] = JSON.parse(await world.ann.json('t', { limit: 2 })) as object[]
      expect(message).toEqual({
        id: 'm',
        threadId: 't',
        seq: 1,
        parentId: null,
        role: 'user',
        status: 'complete',
        text: 'hello',
        personaId: null,
        personaVersion: null,
        sessionId: null,
        runId: null,
        provider: null,
        model: null,
        siblings: { index: 0, count: 1, ids: ['m'] },
        usage: null,
        tag: null,
        intent: null,
        confidence: 0.29,
        entities: null,
        sources: null,
        metadata: { b: 1, a: [] },
        origin: null,
        marks: {},
        createdAt: '2026-02-03T04:05:06.007Z',
        finishedAt: expect.toSatisfy(isTimeOrNull),
      })
      expect(image).toMatchObject({ id: 'image', parts: [{ type: 'image', url: 'u' }] })
    })
  })
}

const isTimeOrNull = (value: unknown): boolean => value === null || value === '2026-02-03T04:05:06.007Z'

/** The whole thread from one end to the other, seven at a time. */
async function walk(person: Person, direction: 'before' | 'after'): Promise<number[]> {
  const seqs: number[] = []
  for (let edge = direction === 'after' ? 0 : 1000; ;) {
    const page = must(await person.page('t', { limit: 7, [direction]: edge }), 't is there')
    const read = page.messages.map(({ seq }) => seq)
    seqs.splice(direction === 'after' ? seqs.length : 0, 0, ...read)
    if (!page.hasMore[direction]) return seqs
    edge = (direction === 'after' ? read.at(-1) : read[0]) ?? 0
  }
}

/** How a page fails to have this message in the middle of all that was meant; null when it does not fail. */
function middleFault(
  { messages, hasMore }: MessagePage,
  seq: number,
  limit: number,
  meant: number[],
): string | null {
  const seqs = messages.map((message) => message.seq)
  const from = meant.indexOf(seqs[0] ?? 0)
  if (!seqs.includes(seq) || seqs.join() !== meant.slice(from, from + seqs.length).join())
    return 'it has a hole'
  if (seqs.length > limit) return 'it is too long'
  const [before, after] = [seqs.indexOf(seq), seqs.length - 1 - seqs.indexOf(seq)]
  const [thereBefore, thereAfter] = [meant.indexOf(seq), meant.length - 1 - meant.indexOf(seq)]
  const least = Math.floor((limit - 1) / 2)
  if (before < Math.min(thereBefore, least)) return `only ${before} before it, and ${thereBefore} are there`
  if (after < Math.min(thereAfter, least)) return `only ${after} after it, and ${thereAfter} are there`
  const isRight = hasMore.before === before < thereBefore && hasMore.after === after < thereAfter
  return isRight ? null : 'hasMore is wrong'
}

/** A random tree, said into thread t in a few commits, with its naive twin. */
async function plant(person: Person, random: Random, size: number): Promise<NaiveReader> {
  const naive = new NaiveReader(random)
  const changes = range(size).map((i) => {
    const { parent, personaId } = naive.grow()
    const notes = random.chance(0.2)
      ? { tag: 'a', sources: json([{ id: i }]), confidence: random.next() }
      : {}
    const place = { id: idOf(i + 1), parentId: parent === 0 ? null : idOf(parent), ...notes }
    const speaker = personaId ? ({ role: 'assistant', personaId, model: 'm', provider: 'p' } as const) : {}
    if (random.chance(0.1)) return saidParts('t', [{ type: 'image', url: `${i}` }], { ...place, ...speaker })
    return said('t', `words ${i}`, { ...place, ...speaker })
  })
  await person.keep(...changes.slice(0, 200))
  await person.keep(...changes.slice(200))
  await person.keep(deleted('t', idOf(1 + random.int(size))))
  const seq = 1 + random.int(size)
  await person.keep(headMoved('t', idOf(seq)))
  naive.moveHead(seq)
  return naive
}

class NaiveReader {
  readonly #random: Random
  readonly #tree = new NaiveTree()
  readonly #personas: (string | null)[] = []
  readonly #branching: number
  head = 0

  constructor(random: Random) {
    this.#random = random
    this.#branching = random.pick([0.03, 0.15, 0.5])
  }

  grow(): { parent: number; personaId: string | null } {
    const departs = this.#random.chance(this.#branching)
    const parent = departs ? this.#random.int(this.#tree.lastSeq + 1) : this.#tree.lastSeq
    const personaId = this.#random.pick(personas)
    this.head = this.#tree.add(parent)
    this.#personas.push(personaId)
    return { parent, personaId }
  }

  moveHead(seq: number): void {
    this.head = this.#tree.newestBelow(seq)
  }

  anyAsk(): MessagesAsked {
    const { pick, int, chance } = this.#random
    const seq = () => int(this.#tree.lastSeq + 2)
    const where = pick<Partial<MessagesAsked>>([
      {},
      { before: seq() },
      { after: seq() },
      { after: seq(), before: seq() },
    ])
    const branch = pick<Partial<MessagesAsked>>([
      {},
      { branch: 'all' },
      { branch: idOf(1 + int(this.#tree.lastSeq)) },
    ])
    const persona = chance(0.25) ? { personaId: pick(['dominant', 'flirtatious', 'nobody']) } : {}
    return { limit: 1 + int(pick([5, 50, 200])), ...where, ...branch, ...persona }
  }

  /** Every message that is meant, before the page is cut out. */
  selection({ branch, personaId }: Partial<MessagesAsked>): number[] {
    const leaf = branch && branch !== 'all' ? this.#tree.newestBelow(Number(branch.slice(1))) : this.head
    const seqs = branch === 'all' ? this.#tree.seqs : this.#tree.pathTo(leaf)
    return personaId === undefined ? seqs : seqs.filter((seq) => this.#personas[seq - 1] === personaId)
  }

  /** An empty page is not asked what more there is. */
  page(asked: MessagesAsked): { headId: string; seqs: number[]; hasMore: false | MessagePage['hasMore'] } {
    const meant = this.selection(asked)
    const seqs = cut(meant, asked)
    const hasMore = { before: seqs[0] !== meant[0], after: seqs.at(-1) !== meant.at(-1) }
    return { headId: idOf(this.head), seqs, hasMore: seqs.length > 0 && hasMore }
  }
}

function cut(seqs: number[], { limit, before, after }: MessagesAsked): number[] {
  const between = seqs.filter((seq) => seq > (after ?? 0) && seq < (before ?? Infinity))
  return after === undefined ? between.slice(-limit) : between.slice(0, limit)
}

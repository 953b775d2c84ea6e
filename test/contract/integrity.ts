// C11: what is read adds up to the chain that the store keeps, however it came there.
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { checksumText, linkText, xorInto } from '../../src/core/checksum.ts'
import type { Message } from '../../src/core/message.ts'
import { utf8Bytes } from '../../src/core/text.ts'
import { randomFrom, seeds } from '../random.ts'
import {
  binned,
  deleted,
  ended,
  headMoved,
  json,
  renamed,
  restored,
  said,
  saidParts,
  threadRestored,
} from '../store/commits.ts'
import { type Engine, openAlone, type Person, range, worldsOn } from './world.ts'

export function integrityContract(engine: Engine): void {
  const openWorld = worldsOn(engine)

  describe('the chain of a thread', () => {
    it('is zero while nothing is said', async () => {
      await using world = await openWorld()
      expect((await world.ann.thread('t'))?.chain).toBe('0'.repeat(32))
    })

    it('is the link of the one message that was said', async () => {
      await using world = await openWorld()
      await world.ann.keep(said('t', 'é', { id: 'm' }))
      const checksum = hash('4:user2:é').toString('hex')
      expect((await world.ann.thread('t'))?.chain).toBe(hash(`1:11:m32:${checksum}`).toString('hex'))
    })

    it.each<[string, (person: Person) => Promise<unknown>]>([
      ['said one after the other', async (ann) => ann.keep(said('t', 'a'), said('t', 'b'), said('t', ''))],
      ['said in parallel', async (ann) => Promise.all(range(100).map((i) => ann.keep(said('t', `${i}`))))],
      ['parts', async (ann) => ann.keep(saidParts('t', [{ type: 'x', b: 1, a: ['é', { c: null }] }]))],
      ['forks', async (ann) => ann.keep(said('t', 'a'), said('t', 'b', { parentId: null }))],
      ['a question still open', async (ann) => ann.ask('t', 'why?')],
      ['a question that was answered', async (ann) => ann.keep(ended(await ann.ask('t', 'why?'), 'because'))],
      [
        'an answer that failed',
        async (ann) => ann.keep(ended(await ann.ask('t', 'why?'), 'bec', { status: 'failed' })),
      ],
      ['a title and a head', moveHead],
      ['a visit to the bin', visitBin],
      ['a replay', replay],
      [
        'a commit that failed',
        async (ann) => Promise.all([failed(ann), ann.keep(said('t', 'kept')), failed(ann)]),
      ],
    ])('is what the messages add up to: %s', async (_, live) => {
      await using world = await openWorld()
      await live(world.ann)
      const messages = await world.ann.all('t')
      expect((await world.ann.thread('t'))?.chain).toBe(chainOf(messages))
      expect(messages.length).toBeGreaterThan(0)
    })

    it.each(seeds(3))('adds up in whatever order answers end, and some never (seed %i)', async (seed) => {
      await using world = await openWorld()
      const random = randomFrom(seed)
      const runs = await Promise.all(range(20).map((i) => world.ann.ask('t', `why ${i}?`)))
      const done = random.shuffle(runs).slice(0, 15)
      await Promise.all(done.map((run, i) => world.ann.keep(ended(run, `because ${i}`))))
      const messages = await world.ann.all('t')
      expect(messages.filter(({ status }) => status === 'pending')).toHaveLength(5)
      expect((await world.ann.thread('t'))?.chain, `seed ${seed}`).toBe(chainOf(messages))
    })

    it.each(seeds(3))(
      'is again what it was when all that was deleted is restored (seed %i)',
      async (seed) => {
        await using world = await openWorld()
        const random = randomFrom(seed)
        const ids = range(15).map((i) => `m${i}`)
        await world.ann.keep(...ids.map((id) => said('t', `words of ${id}`, { id })))
        const whole = (await world.ann.thread('t'))?.chain
        const gone = random.shuffle(ids).slice(0, 8)
        for (const id of gone) await world.ann.keep(deleted('t', id))
        await Promise.all(random.shuffle(gone).map((id) => world.ann.keep(restored('t', id))))
        expect((await world.ann.thread('t'))?.chain).toBe(whole)
        expect(chainOf(await world.ann.all('t'))).toBe(whole)
      },
    )

    it('is what the rest adds up to, once something is deleted', async () => {
      await using world = await openWorld()
      await world.ann.keep(...['a', 'b', 'c'].map((id) => said('t', `words of ${id}`, { id })))
      await world.ann.keep(deleted('t', 'b'))
      expect((await world.ann.thread('t'))?.chain).toBe(chainOf(await world.ann.all('t')))
    })

    it('is the same after the store was opened again, and goes on', async () => {
      await using world = await openAlone(engine)
      await world.ann.keep(said('t', 'before'))
      const before = (await world.ann.thread('t'))?.chain
      await world.reopen()
      expect((await world.ann.thread('t'))?.chain).toBe(before)
      await world.ann.keep(said('t', 'after'))
      expect((await world.ann.thread('t'))?.chain).toBe(chainOf(await world.ann.all('t')))
    })

    it('would tell of one changed word, one lost message and two that changed places', async () => {
      await using world = await openWorld()
      await world.ann.keep(said('t', 'one'), said('t', 'two'), said('t', 'three'))
      const messages = await world.ann.all('t')
      const changed = messages.map((message, i) => (i === 1 ? { ...message, text: 'Two' } : message))
      const swapped = messages.map((message, i) => ({ ...message, seq: messages[2 - i]?.seq ?? 0 }))
      const chain = (await world.ann.thread('t'))?.chain
      expect(chainOf(messages)).toBe(chain)
      for (const wrong of [changed, messages.slice(1), swapped]) expect(chainOf(wrong)).not.toBe(chain)
    })

    it('is each thread’s own', async () => {
      await using world = await openWorld()
      await world.bob.keep({ kind: 'thread.created', threadId: 't' }, said('t', 'of bob'))
      await world.ann.keep(said('t', 'of ann', { metadata: json({ unhashed: true }) }))
      for (const person of [world.ann, world.bob]) {
        expect((await person.thread('t'))?.chain).toBe(chainOf(await person.all('t')))
      }
    })
  })
}

async function visitBin(person: Person): Promise<void> {
  for (const change of [said('t', 'a'), binned('t'), threadRestored('t'), said('t', 'b')])
    await person.keep(change)
}

async function moveHead(person: Person): Promise<void> {
  for (const change of [said('t', 'a', { id: 'a' }), renamed('t', 'T'), headMoved('t', 'a')])
    await person.keep(change)
}

async function replay(person: Person): Promise<void> {
  const twice = said('t', 'a')
  await Promise.all(range(5).map(() => person.commit(twice)))
}

const failed = (person: Person) =>
  person.commit(said('t', 'lost'), said('t', 'lost', { parentId: 'nowhere' }))

/** The chain as a reader can make it who has nothing but what was read. */
function chainOf(messages: readonly Message[]): string {
  const chain = new Uint8Array(16)
  for (const message of messages) {
    if (message.status === 'pending' || message.status === 'deleted') continue
    const parts = message.parts === undefined ? null : JSON.stringify(message.parts)
    const checksum = hash(checksumText(message.role, { text: message.text, parts }, utf8Bytes)).toString(
      'hex',
    )
    xorInto(chain, hash(linkText(message.seq, message.id, checksum, utf8Bytes)))
  }
  return Buffer.from(chain).toString('hex')
}

const hash = (text: string): Buffer => createHash('sha256').update(text).digest().subarray(0, 16)

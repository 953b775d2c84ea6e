// C14: what was accepted comes back byte for byte, as objects and as JSON; what cannot is refused before it is kept.
import { describe, expect, it } from 'vitest'
import { must } from '../../src/core/assert.ts'
import type { Change } from '../../src/core/change.ts'
import type { CanonicalJson } from '../../src/core/json.ts'
import { type Random, randomFrom, seeds } from '../random.ts'
import {
  type BesidesWords,
  created,
  deleted,
  json,
  progressed,
  renamed,
  restored,
  said,
  saidParts,
  threadChanged,
  userChanged,
} from '../store/commits.ts'
import { type Engine, messagesFrom, openAlone, type Person, range, refused, worldsOn } from './world.ts'

const controls = range(31)
  .map((i) => String.fromCharCode(i + 1))
  .join('')

const words: [string, string][] = [
  ['nothing', ''],
  ['spaces', '  \t  '],
  ['one form of é', 'caf\u00e9'],
  ['another form of é', 'cafe\u0301'],
  ['a Hangul syllable in pieces', '\u1112\u1161\u11ab'],
  ['a compatibility character', '\ufb01 \u212b \u2126'],
  ['emoji that are joined', '👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽'],
  ['the last character of all', '\u{10ffff}'],
  ['right to left, with its marks', 'שלום \u202bעולם\u202c \u200f\u2067abc\u2069'],
  ['line and paragraph separators', 'a\u2028b\u2029c'],
  ['line ends of every kind', 'a\r\nb\nc\rd\u0085e'],
  ['every control character', `${controls}\u007f\u0080\u009f`],
  ['a byte order mark', '\ufeffabc\ufeff'],
  ['characters that are none', '\ufffe\uffff\ufdd0\ufffd'],
  ['private use', '\ue000\u{f0000}'],
  ['a lot of accents', `a${'\u0301'.repeat(500)}`],
  ['quotes and slashes', `'"\\/\`--;/*%_?$1{}[]`],
  ['what looks like an escape', '\\u0000 \\ud800 \\n \\x00'],
  ['what looks like JSON', '{"a":[null]}'],
  ['what looks like a number', '007'],
  ['null in words', 'null'],
  ['markup', '<script>alert(1)</script>&amp;<!--'],
]

/** All different, and all the same to somebody who folds case, accents, width, or space. */
const alike =
  "a|A|\u00e1|a\u0301|\u00c1|\uff41|\u0430|a | a|a\t|a\u00a0|a\u200b|aa|ss|\u00df|\u1e9e|i|I|\u0131|\u0130|1|01|1.0|1e0|%|_|*|'|\ufeffa|😀".split(
    '|',
  )

export function textContract(engine: Engine): void {
  const openWorld = worldsOn(engine)

  describe('words come back byte for byte', () => {
    it.each(words)('%s', async (_, text) => {
      await using world = await openWorld()
      await world.ann.keep(
        said('t', text, { id: 'm', tag: text.slice(0, 60), metadata: json({ [text]: text }) }),
      )
      await world.ann.keep(
        saidParts(
          't',
          [
            { type: 'x', y: text },
            { type: 'text', text },
          ],
          { id: 'parts' },
        ),
      )
      await world.ann.keep(renamed('t', text.slice(0, 150)))
      for (const [message, parts] of [await pageOf(world.ann), await jsonPageOf(world.ann)]) {
        expect(message).toMatchObject({ text, tag: text.slice(0, 60), metadata: { [text]: text } })
        expect(parts).toMatchObject({
          text,
          parts: [
            { type: 'x', y: text },
            { type: 'text', text },
          ],
        })
      }
      expect((await world.ann.thread('t'))?.title).toBe(text.slice(0, 150))
    })

    it.each(seeds(5))('a hundred random ones (seed %i)', async (seed) => {
      await using world = await openWorld()
      const random = randomFrom(seed)
      const texts = range(100).map(() => anyText(random))
      await world.ann.keep(...texts.map((text) => said('t', text)))
      expect(
        (await pageOf(world.ann)).map(({ text }) => text),
        `seed ${seed}`,
      ).toEqual(texts)
      expect(
        (await jsonPageOf(world.ann)).map(({ text }) => text),
        `seed ${seed}`,
      ).toEqual(texts)
    })

    it('also out of the bin, with all that was noted on them', async () => {
      await using world = await openWorld()
      const [text, odd] = [
        words.map(([, text]) => text).join('|'),
        json({ __proto__x: [controls, 1e-7, {}], '': null }),
      ]
      const parts = [{ type: 'x', y: text }]
      await world.ann.keep(
        said('t', text, { id: 'm', tag: controls, intent: '', entities: odd, sources: odd, metadata: odd }),
      )
      await world.ann.keep(saidParts('t', parts, { id: 'parts' }))
      const before = await world.ann.json('t', asked)
      await world.ann.keep(deleted('t', 'm'), deleted('t', 'parts'))
      await world.ann.keep(restored('t', 'm'), restored('t', 'parts'))
      expect(await world.ann.json('t', asked)).toBe(before)
    })

    it('also after the store was opened again', async () => {
      await using world = await openAlone(engine)
      await world.ann.keep(...words.map(([, text]) => said('t', text)))
      await world.reopen()
      expect((await pageOf(world.ann)).map(({ text }) => text)).toEqual(words.map(([, text]) => text))
    })

    it.each(['a', 'é', '€', '😀'])('1 MiB of %s', async (character) => {
      await using world = await openWorld()
      const text = character.repeat(2 ** 20 / Buffer.byteLength(character))
      await world.ann.keep(said('t', text, { id: 'm' }))
      expect((await world.ann.message('t', 'm'))?.text === text).toBe(true)
      expect((await jsonPageOf(world.ann))[0]?.text === text).toBe(true)
    })

    it('1 MiB, and not one byte more', async () => {
      await using world = await openWorld()
      expect(await world.ann.commit(said('t', `${'a'.repeat(2 ** 20 - 1)}é`))).toEqual(refused('too_large'))
      expect(await world.ann.all('t')).toEqual([])
    })
  })

  describe('words that cannot be kept', () => {
    const unkeepable = ['\0', 'a\0b', '\ud800', 'a\udc00', '\udc00\ud800']
    const places: [string, (text: string) => Change][] = [
      ['text', (text) => said('t', text)],
      ['a text part', (text) => saidParts('t', [{ type: 'text', text }])],
      ['a part', (text) => saidParts('t', [{ type: 'x', y: text }])],
      ['an id', (text) => said('t', 'x', { id: text })],
      ['a tag', (text) => said('t', 'x', { tag: text })],
      ['a title', (text) => renamed('t', text)],
      ['a key', (text) => created('new', { externalKey: text })],
      ['a name', (text) => userChanged({ name: text })],
      ['metadata', (text) => said('t', 'x', { metadata: `["${text}"]` as CanonicalJson })],
    ]

    it.each(places)('may not be in %s', async (_, change) => {
      await using world = await openWorld()
      const before = await world.ann.everything()
      for (const text of unkeepable) expect(await world.ann.commit(change(text))).toEqual(refused('invalid'))
      expect(await world.ann.everything()).toEqual(before)
    })

    it('may not be a user, and ask for nobody', async () => {
      await using world = await openWorld()
      for (const text of unkeepable) {
        expect(await world.person(text).commit(created('t'))).toEqual(refused('invalid'))
      }
      expect(await world.person('an\0n').user()).toBeNull()
    })
  })

  describe('ids that look alike', () => {
    it('are different messages', async () => {
      await using world = await openWorld()
      await world.ann.keep(...alike.map((id) => said('t', `words of ${id}`, { id })))
      for (const id of alike)
        expect(await world.ann.message('t', id)).toMatchObject({ id, text: `words of ${id}` })
      expect(new Set((await jsonPageOf(world.ann)).map(({ id }) => id))).toEqual(new Set(alike))
    })

    it('are different threads', async () => {
      await using world = await openWorld()
      for (const id of alike) await world.ann.keep(created(id, { title: `title of ${id}` }))
      for (const id of alike)
        expect(await world.ann.thread(id)).toMatchObject({ id, title: `title of ${id}` })
    })

    it('are different outside keys', async () => {
      await using world = await openWorld()
      for (const key of alike) await world.ann.keep(created(`of ${key}`, { externalKey: key }))
      for (const key of alike) expect(await world.ann.threadByKey(key)).toMatchObject({ id: `of ${key}` })
    })

    it('are different users', async () => {
      await using world = await openWorld()
      for (const id of alike) await world.person(id).keep(created('t', { title: `thread of ${id}` }))
      for (const id of alike) {
        const { threads } = await world.person(id).threads({ limit: 200 })
        expect(threads).toMatchObject([{ userId: id, title: `thread of ${id}` }])
      }
    })

    it('are different personas', async () => {
      await using world = await openWorld()
      const speak = (personaId: string) =>
        said('t', 'x', { role: 'assistant', personaId, personaVersion: personaId })
      await world.ann.keep(...alike.map(speak))
      for (const personaId of alike) {
        const page = await world.ann.page('t', { personaId, limit: 200 })
        expect(page?.messages).toMatchObject([{ personaId, personaVersion: personaId }])
      }
    })

    it('are listed each once, one at a time, all active in one moment', async () => {
      await using world = await openWorld()
      for (const id of alike) await world.ann.commitAt(world.now + 1000, created(id))
      const listed: string[] = []
      let page = await world.ann.threads({ limit: 1 })
      for (
        ;
        page.next && listed.length < 100;
        page = await world.ann.threads({ limit: 1, after: page.next })
      ) {
        listed.push(...page.threads.map(({ id }) => id))
      }
      expect(listed.toSorted()).toEqual(alike.toSorted())
    })
  })

  describe('nothing and empty', () => {
    it('are two things, on a message', async () => {
      await using world = await openWorld()
      const empty = { tag: '', intent: '', origin: '' }
      const nothing = { tag: null, intent: null, origin: null }
      await world.ann.keep(
        said('t', '', { id: 'empty', ...empty }),
        said('t', '', { id: 'nothing', ...nothing }),
      )
      expect(await pageOf(world.ann)).toMatchObject([empty, nothing])
      expect(await jsonPageOf(world.ann)).toMatchObject([empty, nothing])
    })

    it('are two things, on a thread and a user', async () => {
      await using world = await openWorld()
      await world.ann.keep(renamed('t', ''), userChanged({ name: '', language: null }))
      expect(await world.ann.thread('t')).toMatchObject({ title: '' })
      expect(await world.ann.user()).toMatchObject({ name: '', language: null })
    })

    it('are two things in JSON: null that was given is no other null', async () => {
      await using world = await openWorld()
      await world.ann.keep(threadChanged('t', { metadata: json(''), context: json([]) }))
      expect(await world.ann.thread('t')).toMatchObject({ metadata: '', context: [] })
    })
  })

  describe('JSON that was given comes back as its text', () => {
    const texts = [
      '{"b":1,"a":2,"10":3,"9":4}',
      '{"a":1,"A":2,"á":3,"":4," ":5}',
      '{"__proto__":{"polluted":true},"constructor":1,"toString":null}',
      '{"a":{"a":{"a":[[[]]]}},"$":"$.a","a.b":1,"[0]":2}',
      '[9007199254740993,-9007199254740993,123456789012345678901234567890]',
      '[0.1,1.10,1e400,-0,1E5,0.30000000000000004]',
      '["\\u2028","\\u0000","\\ud83d\\ude00","\\/"]',
      '{"a":1,"a":2}',
      'null',
      '""',
      '0',
      'false',
    ] as CanonicalJson[]

    it.each(texts)('in the JSON of a page: %s', async (text) => {
      await using world = await openWorld()
      await world.ann.keep(said('t', 'x', { metadata: text, sources: text, entities: text, usage: text }))
      const page = await world.ann.json('t', { limit: 1 })
      for (const field of ['metadata', 'sources', 'entities', 'usage'])
        expect(page).toContain(`"${field}":${text}`)
    })

    it.each(texts)('in the log of a run, and where a user is spoken to: %s', async (text) => {
      await using world = await openWorld()
      const run = await world.ann.ask('t', 'why?')
      await world.ann.keep({ ...progressed(run, 0), events: text })
      expect(await world.ann.runEvents(run.runId)).toMatchObject([{ events: text }])
      await world.ann.keep(userChanged({ personaPrompt: text }))
      expect((await world.ann.user())?.personaPrompt).toBe(text)
    })

    it('in the parts of a message, whatever their keys are', async () => {
      await using world = await openWorld()
      const parts = [{ type: 'x', b: 1, a: { '': [null, { z: 1, A: 2, a: 3 }] } }]
      await world.ann.keep(saidParts('t', parts))
      expect(await world.ann.json('t', { limit: 1 })).toContain(`"parts":${JSON.stringify(parts)}`)
      expect(JSON.stringify((await pageOf(world.ann))[0]?.parts)).toBe(JSON.stringify(parts))
    })

    it('as values that are the same, on a thread', async () => {
      await using world = await openWorld()
      const value = { b: [Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER, 0.1], a: { é: '\u2028' } }
      await world.ann.keep(threadChanged('t', { metadata: json(value), context: json(value) }))
      const thread = await world.ann.thread('t')
      expect(JSON.stringify([thread?.metadata, thread?.context])).toBe(JSON.stringify([value, value]))
    })
  })

  describe('times', () => {
    it.each([0, 1, 999, 1000, 86_399_999, 951_782_400_001, 1_700_000_000_123, 253_402_300_799_999])(
      'come back to the millisecond: %i',
      async (at) => {
        await using world = await openWorld()
        await world.ann.commitAt(at, said('t', 'x', { id: 'm' }))
        expect((await world.ann.message('t', 'm'))?.createdAt).toBe(at)
        expect(await world.ann.json('t', { limit: 1 })).toContain(
          `"createdAt":"${new Date(at).toISOString()}"`,
        )
      },
    )

    it.each(seeds(3))('come back to the millisecond, a hundred random ones (seed %i)', async (seed) => {
      await using world = await openWorld()
      const { int } = randomFrom(seed)
      const times = range(100).map(() => int(2 ** 41))
      await Promise.all(times.map((at) => world.ann.commitAt(at, said('t', 'x'))))
      expect(
        (await jsonPageOf(world.ann)).map(({ createdAt }) => createdAt),
        `seed ${seed}`,
      ).toEqual(times)
    })

    it.each([253_402_300_800_000, 8_640_000_000_000_000, 8_640_000_000_000_001, 2 ** 53 - 1])(
      'so far off come back too, or are refused: %i',
      async (at) => {
        await using world = await openWorld()
        const { result } = await world.ann.commitAt(at, said('t', 'x'))
        const read = await jsonPageOf(world.ann)
        expect(read.map(({ createdAt }) => createdAt)).toEqual(result === 'refused' ? [] : [at])
      },
    )

    it.each([-1, 0.5, Number.NaN, 2 ** 53])('may not be %d', async (at) => {
      await using world = await openWorld()
      expect(await world.ann.commitAt(at, said('t', 'x'))).toEqual(refused('invalid'))
    })
  })

  describe('who spoke', () => {
    it.each<[string, BesidesWords]>([
      ['a model and its provider', { model: 'm', provider: 'p' }],
      ['a model alone', { model: 'm', provider: null }],
      ['a provider alone', { model: null, provider: 'p' }],
      ['an empty model', { model: '', provider: '' }],
      ['nobody', { model: null, provider: null, personaId: null, personaVersion: null }],
      ['a persona alone', { personaId: 'p', personaVersion: null }],
      ['a version alone', { personaId: null, personaVersion: 'v' }],
    ])('comes back, if it was accepted: %s', async (_, speaker) => {
      await using world = await openWorld()
      const { result } = await world.ann.commit(said('t', 'x', { role: 'assistant', ...speaker }))
      const read = [...(await pageOf(world.ann)), ...(await jsonPageOf(world.ann))]
      expect(['kept', 'refused']).toContain(result)
      expect(read).toMatchObject(result === 'kept' ? [speaker, speaker] : [])
    })
  })

  describe('a confidence', () => {
    it('comes back in hundredths, each of them', async () => {
      await using world = await openWorld()
      const hundredths = range(101).map((i) => i / 100)
      await world.ann.keep(...hundredths.map((confidence) => said('t', 'x', { confidence })))
      for (const messages of [await pageOf(world.ann), await jsonPageOf(world.ann)]) {
        expect(messages.map(({ confidence }) => confidence)).toEqual(hundredths)
      }
    })
  })
}

const asked = { branch: 'all', limit: 200 }

async function pageOf(person: Person) {
  return must(await person.page('t', asked), 't is there').messages
}

async function jsonPageOf(person: Person) {
  return messagesFrom(await person.json('t', asked))
}

/** Any characters but the two that cannot be kept. */
function anyText(random: Random): string {
  const character = (): string => {
    const code = random.pick([
      1 + random.int(0x7f),
      1 + random.int(0xd7ff),
      0xe000 + random.int(0x2000),
      0x10000 + random.int(0x100000),
    ])
    return String.fromCodePoint(code)
  }
  return range(random.int(80)).map(character).join('')
}

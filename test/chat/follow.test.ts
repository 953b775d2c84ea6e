// Whoever follows a run hears all of it from any place on, once and in order, and its end; leaving stops nothing.
import { describe, expect, it } from 'vitest'
import { type Followed, follow } from '../../src/chat/follow.ts'
import type { Said } from '../../src/chat/say.ts'
import { must } from '../../src/core/assert.ts'
import { type RunPosition, positionFrom } from '../../src/core/run-log.ts'
import { utf8Bytes } from '../../src/core/text.ts'
import { atGate, end, hang, type Play, says } from '../../src/model/scripted.ts'
import { ann, namesOf, openTalk, pause, type Talk, until, wordsIn } from './talk.ts'

const words = ['Roses ', 'žluté ', '🌹🌹 ', 'नमस्ते', ' grow.']
const whole = words.join('')
const halting: Play = [...words.flatMap((word) => [atGate, word]), atGate, end()]
const everyPosition = Array.from(whole)
  .map((_, n) => Array.from(whole).slice(0, n).join(''))
  .concat(whole)

describe('from every position', () => {
  it('after the end, the rest is the same to the byte', async () => {
    await using talk = await openTalk([says(...words)])
    const said = await talk.say('Which roses?')
    await talk.allOver()
    for (const head of everyPosition) {
      const events = await talk.heard(said, positionAfter(head))
      expect(head + wordsIn(events)).toBe(whole)
      expect(namesOf(events).slice(-2)).toEqual(['run.ended', 'message.finished'])
    }
  })

  it('while it is being said, at every moment of it, so too', async () => {
    await using talk = await openTalk([halting])
    const said = await talk.say('Which roses?')
    const following: Promise<[string, Followed[]]>[] = []
    for (const [n] of words.entries()) {
      await talk.model.gate.reached()
      const soFar = words.slice(0, n).join('')
      for (const head of everyPosition.filter((head) => soFar.startsWith(head)))
        following.push(talk.heard(said, positionAfter(head)).then((events) => [head, events]))
      await pause(3)
      talk.model.gate.next()
    }
    talk.model.gate.open()
    const all = await Promise.all(following)
    expect(all.length).toBeGreaterThan(50)
    expect(new Set(all.map(([head, events]) => head + wordsIn(events)))).toEqual(new Set([whole]))
  })

  it('each position that it tells leads to the same rest', async () => {
    const call = { type: 'tool-call', callId: 'c', name: 'n', input: { days: 2 } }
    await using talk = await openTalk([[{ type: 'reasoning', text: 'Hm, ž.' }, 'I ', { type: 'part', part: call }, 'so 🌹', '.', end()]]) // prettier-ignore
    const said = await talk.say('Which roses?')
    const events = await talk.heard(said)
    expect(texts(events)).toHaveLength(14)
    for (const [n, position] of events.map(positionOf).entries())
      expect(texts(await talk.heard(said, position))).toEqual(texts(events.slice(position ? n + 1 : 0)))
  })

  it('ahead of it, or of another epoch, is told how far to go back', async () => {
    await using talk = await openTalk([says(...words)])
    const said = await talk.say('Which roses?')
    await talk.allOver()
    const bytes = utf8Bytes(whole)
    expect(await talk.heard(said, { epoch: 1, bytes: 999, pieces: 0 })).toMatchObject([{ type: 'run.rewound', to: { epoch: 1, bytes } }, { type: 'run.ended' }, {}]) // prettier-ignore
    const other = await talk.heard(said, { epoch: 7, bytes, pieces: 0 })
    expect([other[0], wordsIn(other)]).toMatchObject([
      { type: 'run.rewound', to: { epoch: 1, bytes: 0 } },
      whole,
    ])
  })

  it('of a log that is no longer kept, the message stands for it', async () => {
    await using talk = await openTalk([says(...words)])
    const said = await talk.say('Which roses?')
    await talk.allOver()
    await talk.upkeep.dropRunLogs(Date.now() + 1_000)
    await until(async () => (await talk.store.runEvents(ann, runIn(said), -1)).length === 0)
    for (const after of [null, positionFrom('1.7.0'), positionFrom('1.999.9')]) {
      const events = await talk.heard(said, after)
      expect(namesOf(events).slice(-3)).toEqual(['run.snapshot', 'run.ended', 'message.finished'])
      expect(events.at(-3)).toMatchObject({ message: { text: whole } })
    }
  })
})

describe('who leaves', () => {
  it('stops nothing', async () => {
    await using talk = await openTalk([['By ', atGate, 'the wall.', end()]])
    const said = await talk.say('Which roses?')
    const tab = new AbortController()
    const left = following(talk, said, () => tab.abort(), tab.signal)
    await left
    talk.model.gate.open()
    await talk.allOver()
    expect(await talk.reply(said)).toMatchObject({ text: 'By the wall.', status: 'complete' })
  })

  it('hears no more, and the others do', async () => {
    await using talk = await openTalk([['By ', atGate, 'the wall.', end()]])
    const said = await talk.say('Which roses?')
    const [tab, heard] = [new AbortController(), [] as Followed[]]
    const stays = talk.heard(said)
    await talk.model.gate.reached()
    const left = following(talk, said, (event) => void heard.push(event), tab.signal)
    await until(() => heard.length === 2)
    tab.abort()
    await left
    talk.model.gate.open()
    expect([wordsIn(await stays), wordsIn(heard)]).toEqual(['By the wall.', 'By '])
  })

  it('before it began is not kept waiting', async () => {
    await using talk = await openTalk([['By ', hang]])
    const said = await talk.say('Which roses?')
    await following(talk, said, () => {}, AbortSignal.abort())
    expect(said.live?.isStopped).toBe(false)
  }, 2_000)
})

describe('many who follow', () => {
  it('hear the same, and what comes within 40 ms comes together', async () => {
    await using talk = await openTalk([[atGate, ...Array<string>(2_000).fill('word '), end()]])
    const said = await talk.say('Which roses?')
    const all = Promise.all(Array.from({ length: 20 }, () => talk.heard(said)))
    await talk.model.gate.reached()
    talk.model.gate.open()
    const heard = await all
    expect(new Set(heard.map(wordsIn))).toEqual(new Set(['word '.repeat(2_000)]))
    expect(Math.max(...heard.map(({ length }) => length))).toBeLessThan(100)
  })

  it('do not wait for one who is slow', async () => {
    await using talk = await openTalk([[atGate, ...words, end()]])
    const said = await talk.say('Which roses?')
    const slow = following(talk, said, () => spin(30))
    const quick = talk.heard(said)
    await talk.model.gate.reached()
    talk.model.gate.open()
    expect(wordsIn(await quick)).toBe(whole)
    await slow
  })

  it('do not suffer from one that breaks, and neither does the run', async () => {
    await using talk = await openTalk([['By ', atGate, 'the wall.', end()]])
    const said = await talk.say('Which roses?')
    await talk.model.gate.reached()
    const quick = talk.heard(said)
    const broken = following(talk, said, ({ type }) => { if (type === 'run.delta') throw new Error('I broke.') }) // prettier-ignore
    await expect(broken).rejects.toThrow('I broke.')
    talk.model.gate.open()
    expect([wordsIn(await quick), (await talk.reply(said)).status]).toEqual(['By the wall.', 'complete'])
  })

  it('hear the first word at once', async () => {
    await using talk = await openTalk([[atGate, 'By ', hang]])
    const said = await talk.say('Which roses?')
    const heard: Followed[] = []
    const tab = new AbortController()
    const left = following(talk, said, (event) => void heard.push(event), tab.signal)
    await talk.model.gate.reached()
    talk.model.gate.open()
    await pause(20)
    expect(wordsIn(heard)).toBe('By ')
    tab.abort()
    await left
  })
})

it('a run of somebody else is not found', async () => {
  await using talk = await openTalk([says('By the wall.')])
  const said = await talk.say('Which roses?')
  const asked = follow(talk.chat, 'bob', runIn(said), null, () => {}, new AbortController().signal)
  await expect(asked).rejects.toMatchObject({ code: 'not_found' })
})

const runIn = ({ kept }: Said): string => must(kept.run, 'it is answered').runId
const positionOf = (event: Followed) =>
  event.type === 'run.delta' || event.type === 'run.part' ? event.position : null
const positionAfter = (head: string): RunPosition => ({ epoch: 1, bytes: utf8Bytes(head), pieces: 0 })

const following = (
  talk: Talk,
  said: Said,
  deliver: (event: Followed) => void,
  signal = new AbortController().signal,
) => follow(talk.chat, ann, runIn(said), null, deliver, signal)

/** What was told, without how it was cut. */
const texts = (events: readonly Followed[]): string[] =>
  events.flatMap((event) => {
    if (event.type === 'run.delta')
      return Array.from(event.text).map((letter) => `${event.part} ${event.kind} ${letter}`)
    return event.type === 'run.part' ? [JSON.stringify(event.value)] : []
  })

function spin(ms: number): void {
  for (const began = performance.now(); performance.now() - began < ms;);
}

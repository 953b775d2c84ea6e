// A stream that was cut is never an answer: at each byte of each protocol it is the whole text with its end, or an error.
import { describe, expect, it } from 'vitest'
import { calling, type FakeAnswer, thinking } from '../fake-provider/answer.ts'
import { openFakeProvider } from '../fake-provider/fake-provider.ts'
import { framesOf } from '../fake-provider/misbehaviour.ts'
import {
  asked,
  hear,
  type Heard,
  outcome,
  type ProtocolName,
  protocolNames,
  protocols,
  voice,
} from './voices.ts'

const short: FakeAnswer = { ...thinking, reasoning: ['Hm.'], text: ['Zoë', ' 👋🏽!'] }

describe.each(protocolNames)('%s, cut', (name) => {
  it('at each byte', async () => {
    const whole = await wholeFrom(name, 'close', 1)
    expect(whole).toBeGreaterThan(0)
    console.log(`${name}: ${streamBytes(name, short)} bytes, whole from byte ${whole} on`)
  })

  it('with its socket, at some bytes', async () => {
    expect(await wholeFrom(name, 'destroy', 7)).toBeGreaterThan(0)
  })

  it('never hands over half a tool call', async () => {
    const places = range(streamBytes(name, calling), -1, -4)
    const parts = (await cutAtEach(name, calling, 'close', places)).flatMap(({ heard }) => heard.parts)
    expect(parts.length).toBeGreaterThan(0)
    for (const part of parts) expect(part).toMatchObject({ input: { city: 'Pune', days: 2 } })
  })
})

/** Whole once, whole from there on: an end is not a matter of luck. */
async function wholeFrom(name: ProtocolName, how: 'close' | 'destroy', step: number): Promise<number> {
  const cuts = await cutAtEach(name, short, how, range(streamBytes(name, short), -1, -step))
  expect(cuts.filter(({ heard }) => !isHonest(heard, 'Zoë 👋🏽!'))).toEqual([])
  const from = Math.min(...cuts.filter(({ heard }) => heard.error === null).map(({ at }) => at))
  expect(cuts.filter(({ at, heard }) => (heard.error === null) !== at >= from)).toEqual([])
  return from
}

function isHonest(heard: Heard, words: string): boolean {
  if (heard.error === null) return heard.text === words && outcome(heard) === 'end stop'
  return outcome(heard) === 'cut' && words.startsWith(heard.text)
}

async function cutAtEach(
  name: ProtocolName,
  answer: FakeAnswer,
  how: 'close' | 'destroy',
  places: number[],
): Promise<{ at: number; heard: Heard }[]> {
  await using fake = await openFakeProvider()
  fake.answer = answer
  const cuts: { at: number; heard: Heard }[] = []
  const left = [...places]
  const cutter = async (): Promise<void> => {
    for (let at = left.shift(); at !== undefined; at = left.shift())
      cuts.push({ at, heard: await hear(voice(name, fake), asked(`fault(cut at=${at} how=${how})`)) })
  }
  await Promise.all(Array.from({ length: 8 }, cutter))
  return cuts
}

const streamBytes = (name: ProtocolName, answer: FakeAnswer): number =>
  Buffer.byteLength(framesOf(protocols[name][1], answer).join(''))

function range(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.ceil((to - from) / step) }, (_, i) => from + i * step)
}

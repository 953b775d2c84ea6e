// Text is kept exactly or refused by name; a model's text is escaped instead, and said to be.
import { describe, expect, it } from 'vitest'
import { escapeText, textFault, utf8Bytes, utf8Exceeds } from '../../src/core/text.ts'
import { type Random, randomFrom, seeds } from '../random.ts'

const keepable = [
  '',
  'plain',
  'e\u0301 is not é',
  '👩‍👩‍👧',
  'שלום \u202eabc',
  '\u2028\u2029',
  '\ufeff',
  '\ufffe\uffff',
  '\x01\x1f\x7f\r\n\t',
]

it.each(keepable)('%j can be kept', (text) => {
  expect(textFault(text)).toBeNull()
  expect(escapeText(text)).toEqual({ text, escaped: false })
})

it.each([
  ['\0', 'has a NUL character at position 0'],
  ['ab\0c\0', 'has a NUL character at position 2'],
  ['\ud83d', 'has half of a surrogate pair at position 0'],
  ['😀\ude00', 'has half of a surrogate pair at position 2'],
  ['a\ud83db', 'has half of a surrogate pair at position 1'],
  ['\ude00\ud83d', 'has half of a surrogate pair at position 0'],
])('%j may not be kept', (text, fault) => {
  expect(textFault(text)).toBe(fault)
})

it.each([
  ['a\0b', 'a\\u0000b'],
  ['\ud83d!', '\\ud83d!'],
  ['😀\ude00', '😀\\ude00'],
])('%j from a model is written as its escape', (text, escaped) => {
  expect(escapeText(text)).toEqual({ text: escaped, escaped: true })
})

describe('bytes in UTF-8', () => {
  it.each(seeds(20))('are counted as they are written (seed %i)', (seed) => {
    const text = randomText(randomFrom(seed))
    expect(utf8Bytes(text), `bytes of ${JSON.stringify(text)}`).toBe(Buffer.byteLength(text))
  })

  it.each(seeds(20))('exceed a bound or not, however near it is (seed %i)', (seed) => {
    const text = randomText(randomFrom(seed))
    const bytes = Buffer.byteLength(text)
    for (const max of [0, text.length, bytes - 1, bytes, bytes + 1, 3 * text.length, 10_000]) {
      expect(utf8Exceeds(text, max), `${JSON.stringify(text)} and ${max}`).toBe(bytes > max)
    }
  })
})

it.each(seeds(20))('what was escaped can always be kept (seed %i)', (seed) => {
  const random = randomFrom(seed)
  const units = Array.from({ length: 50 }, () => random.pick(['\0', '\ud83d', '\ude00', '😀', 'a', 'é']))
  expect(textFault(escapeText(units.join('')).text)).toBeNull()
})

function randomText(random: Random): string {
  const characters = ['a', '\x01', 'é', '\u07ff', '\u0800', '€', '\uffff', '😀', '\u{10ffff}']
  return Array.from({ length: random.int(40) }, () => random.pick(characters)).join('')
}

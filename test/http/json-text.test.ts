// What JSON is refused before it is parsed, and with which words.
import { describe, expect, it } from 'vitest'
import { jsonTextFault } from '../../src/http/json-text.ts'
import { randomFrom, seeds } from '../random.ts'

const fault = (text: string) => jsonTextFault(text, 64)

describe('JSON that can be kept', () => {
  it.each([
    '{}',
    '[]',
    '"a"',
    '-0.5e-3',
    '{"a":{"a":1},"b":[{"a":1},{"a":2}]}',
    '{"a":"\\"","b":"\\\\","c":"\\\\\\"{"}',
    '"\\ud83c\\udf39"',
    '"\\\\u0000"',
    '{"a:b":1,"a":2}',
    '["a","a"]',
    '9007199254740991',
    '{"__proto__":1}',
    '['.repeat(64) + ']'.repeat(64),
  ])('%s passes', (text) => {
    expect([fault(text), JSON.parse(text)]).toEqual([null, expect.anything()])
  })
})

describe('JSON that cannot', () => {
  it.each([
    [
      '{"a":{"n":9007199254740992}}',
      'The JSON has an integer beyond 2^53, which would not come back as it was sent, at $.a.n. Send it as a string.',
    ],
    ['[1,[2,-1e999]]', 'The JSON has a number beyond every range at $[1][1]. Send it as a string.'],
    [
      '1e300',
      'The JSON has an integer beyond 2^53, which would not come back as it was sent, at $. Send it as a string.',
    ],
    ['{"a":1,"a":2}', 'The JSON names a key twice at $.a.'],
    ['{"a":1,"\\u0061":2}', 'The JSON names a key twice at $.a.'],
    ['{"a":[{"b":1,"c":{},"b":2}]}', 'The JSON names a key twice at $.a[0].b.'],
    ['{"a":"\\u0000"}', 'The JSON has a NUL character (\\u0000), which cannot be kept, at $.a.'],
    ['{"a":"x\\ud83cx"}', 'The JSON has half of a surrogate pair, which is no character, at $.a.'],
    ['"\\udf39\\ud83c"', 'The JSON has half of a surrogate pair, which is no character, at $.'],
    ['['.repeat(65), `The JSON is nested more than 64 levels deep at $${'[0]'.repeat(26)}[0…`],
  ])('%s is named with its place', (text, words) => {
    expect(fault(text)?.slice(0, words.length)).toBe(words)
  })

  it.each([
    ['a million lists', '['.repeat(1_000_000)],
    ['a million objects', '{"a":'.repeat(1_000_000)],
  ])('%s deep is refused at once', (_, text) => {
    expect(fault(text)).toContain('nested')
  })
})

describe('text that is no JSON', () => {
  it.each(['"', '"\\', '{"a', '-', '\\', '"\\ud8', '}}}', ']:,', '{"a":"b', '"\\u00', '01'])(
    '%s is left to the parser',
    (text) => {
      expect(fault(text)).toBeNull()
      expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError)
    },
  )
})

it('takes time that grows with the text and not with its square', () => {
  const took = (text: string) => {
    const began = performance.now()
    fault(text)
    return performance.now() - began
  }
  const nasty = [(n: number) => `"${'\\n'.repeat(n)}"`, (n: number) => `[${'"\\\\",'.repeat(n)}1]`, (n: number) => '"'.repeat(n)] // prettier-ignore
  for (const make of nasty) {
    took(make(10_000))
    expect(took(make(400_000))).toBeLessThan(2000)
  }
})

describe.each(seeds(3))('any JSON that was written by JavaScript, seed %i', (seed) => {
  it('passes, and with a key put in twice does not', () => {
    const { int, pick, chance } = randomFrom(seed)
    const words = ['a', '"', '\\', '\\u0000', '🌹', '{', ']', ',', ':', '1', 'ž', '\n']
    const text = () => Array.from({ length: int(5) }, () => pick(words)).join('')
    const value = (depth: number): unknown => {
      if (depth === 0 || chance(0.4)) return pick([null, true, int(1000), -1.5e-7, text()])
      if (chance(0.5)) return Array.from({ length: int(4) }, () => value(depth - 1))
      return Object.fromEntries(Array.from({ length: int(4) }, () => [text(), value(depth - 1)]))
    }
    for (let round = 0; round < 500; round++) {
      const json = JSON.stringify(value(5), null, int(2))
      expect([json, fault(json)]).toEqual([json, null])
      const key = JSON.stringify(text())
      expect(fault(`{${key}:${json},"other":[],${key}:1}`)).toContain(key === '"other"' ? '' : 'twice')
    }
  })
})

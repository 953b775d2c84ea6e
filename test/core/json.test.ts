// JSON is kept as one text: keys in the order they came, and nothing that could not come back exactly.
import { describe, expect, it } from 'vitest'
import { canonicalJson, ownJson } from '../../src/core/json.ts'
import { limitMax } from '../../src/core/limits.ts'

describe('JSON that can be kept', () => {
  it.each([
    'null',
    'true',
    '""',
    '[]',
    '{}',
    '{"b":1,"a":2,"":3}',
    '{"constructor":1,"toString":2,"hasOwnProperty":3}',
    '{"__proto__":{"polluted":true}}',
    '[9007199254740991,-9007199254740991]',
    '[0.1,1e-7,1.5,-2.25]',
    '{"k":"\\u2028 \\u202e é e\u0301 😀 \\u001f"}',
  ])('%s comes back as it was', (text) => {
    const verdict = canonicalJson(JSON.parse(text))
    expect(verdict).toEqual({ ok: true, json: JSON.stringify(JSON.parse(text)) })
  })

  it('keeps keys in their order, so that another order is another text', () => {
    expect(ownJson({ b: 1, a: 2 })).toBe('{"b":1,"a":2}')
    expect(ownJson({ a: 2, b: 1 })).toBe('{"a":2,"b":1}')
  })

  it('takes an object without a prototype for a plain one', () => {
    expect(ownJson(Object.assign(Object.create(null), { a: 1 }))).toBe('{"a":1}')
  })

  it('pollutes no prototype on its way', () => {
    ownJson(JSON.parse('{"__proto__":{"polluted":true}}'))
    expect('polluted' in {}).toBe(false)
  })
})

describe('JSON that may not be kept', () => {
  it.each<[string, unknown, string]>([
    ['an integer beyond 2^53', { a: [2 ** 53] }, 'holds an integer at $.a[0] beyond 2^53'],
    ['one far beyond', 1e21, 'beyond 2^53'],
    ['one far below', -(2 ** 53), 'beyond 2^53'],
    ['no number', Number.NaN, 'holds NaN at $'],
    ['an endless number', { a: Infinity }, 'holds Infinity at $.a'],
    ['a bigint', [1n], 'holds a bigint at $[0]'],
    ['undefined', [undefined], 'holds a undefined at $[0]'],
    ['a function', { a: () => 1 }, 'holds a function at $.a'],
    ['a symbol', [Symbol('x')], 'holds a symbol'],
    ['a date', { at: new Date(0) }, 'that is not plain JSON'],
    ['a map', new Map(), 'that is not plain JSON'],
    ['bytes', new Uint8Array(2), 'that is not plain JSON'],
    ['a boxed string', Object('x'), 'that is not plain JSON'],
    ['NUL', { a: 'x\0' }, 'has a NUL character at position 1 in $.a'],
    ['half a pair', ['\ud800'], 'has half of a surrogate pair at position 0 in $[0]'],
    ['NUL in a key', { 'x\0': 1 }, 'has a NUL character at position 1 in a key of $'],
    ['half a pair in a key', { a: { '\udc00': 1 } }, 'in a key of $.a'],
  ])('%s', (_, value, fault) => {
    expect(canonicalJson(value)).toEqual({ ok: false, fault: expect.stringContaining(fault) })
  })

  it('a hole in a list', () => {
    // oxlint-disable-next-line eslint/no-sparse-arrays
    expect(canonicalJson([1, , 2])).toMatchObject({ ok: false })
  })

  it('a thing that holds itself', () => {
    const self: unknown[] = []
    self.push(self)
    expect(canonicalJson(self)).toEqual({ ok: false, fault: expect.stringContaining('too deep') })
  })
})

describe('how deep JSON may be', () => {
  const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)])
  const most = limitMax('jsonDepth')

  it('may reach the limit', () => {
    expect(canonicalJson(nested(most - 1))).toMatchObject({ ok: true })
  })

  it('may not pass it, and is told where', () => {
    const fault = expect.stringMatching(/^is too deep at \$(\[0\])+/)
    expect(canonicalJson(nested(most))).toEqual({ ok: false, fault })
  })

  it('may not be so deep that the stack would break', () => {
    let deep: unknown = 1
    for (let i = 0; i < 100_000; i++) deep = [deep]
    expect(canonicalJson(deep)).toMatchObject({ ok: false })
  })
})

it('a fault in our own JSON is a fault of ours', () => {
  expect(() => ownJson({ at: Infinity })).toThrow('Our own JSON holds Infinity at $.at')
})

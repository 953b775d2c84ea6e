// What is stored of a message: words once, everything else as one canonical text, and back again.
import { describe, expect, it } from 'vitest'
import { must } from '../../src/core/assert.ts'
import { limitMax } from '../../src/core/limits.ts'
import { type Content, contentOfParts, contentOfText, type Part, partsOf } from '../../src/core/part.ts'

const image: Part = { type: 'image', url: 'https://example.org/a.png', alt: 'a' }
const text: Part = { type: 'text', text: 'look' }

describe('what is stored', () => {
  it('of one text part is the words alone, as if they had come as text', () => {
    expect(contentOfParts([text])).toEqual(contentOfText('look'))
    expect(contentOfText('look')).toEqual({ ok: true, content: { text: 'look', parts: null } })
  })

  it.each<[string, Part[], string]>([
    ['words and an image', [text, image], 'look'],
    ['two texts', [text, { type: 'text', text: 'again' }], 'look\n\nagain'],
    ['a text with something more to it', [{ type: 'text', text: 'look', lang: 'en' }], 'look'],
    ['one text of another kind', [{ type: 'reasoning', text: 'hm' }], ''],
    ['a kind nobody knows', [{ type: 'hologram', depth: { b: 1, a: 2 } }], ''],
    ['a tool and its result', [{ type: 'tool-call', callId: '1', name: 'x', input: null }], ''],
    ['nothing at all', [], ''],
  ])('of %s is the parts as they came, and the words beside them', (_, parts, words) => {
    expect(contentOfParts(parts)).toEqual({
      ok: true,
      content: { text: words, parts: JSON.stringify(parts) },
    })
  })

  it.each<[string, Part[]]>([
    ['one text', [text]],
    ['several', [text, image, { type: 'hologram', a: [1, { b: null }] }]],
    ['none', []],
  ])('comes back: %s', (_, parts) => {
    expect(partsOf(contentOf(parts))).toEqual(parts)
  })
})

describe('what may not be stored', () => {
  it.each<[string, unknown, string]>([
    ['no list', { type: 'text' }, 'must be a list'],
    ['a part that is null', [null], 'Part 0 of the message has no "type"'],
    ['a part that is a word', [text, 'x'], 'Part 1 of the message has no "type"'],
    ['a part without a type', [image, text, {}], 'Part 2 of the message has no "type"'],
    ['a text part without text', [{ type: 'text' }], 'Part 0 of the message is a text part without "text"'],
    ['a text part of a number', [text, { type: 'text', text: 5 }], 'Part 1'],
    ['NUL in the only text', [{ type: 'text', text: '\0' }], 'The text has a NUL'],
    ['NUL in an address', [{ type: 'image', url: 'a\0' }], 'in $[0].url'],
    ['a date', [{ type: 'x', at: new Date(0) }], 'not plain JSON'],
  ])('%s', (_, parts, fault) => {
    const verdict = contentOfParts(parts as Part[])
    expect(verdict).toEqual({ ok: false, code: 'invalid', fault: expect.stringContaining(fault) })
  })

  it.each(['\0', '\ud800'])('text that cannot be kept: %j', (word) => {
    expect(contentOfText(word)).toMatchObject({ ok: false, code: 'invalid' })
  })
})

describe('how much may be stored', () => {
  const bytesMax = limitMax('messageBytes')
  const full = '€'.repeat(Math.floor(bytesMax / 3)) + 'a'.repeat(bytesMax % 3)

  it('a text to its last byte, and not one more', () => {
    expect(contentOfText(full)).toMatchObject({ ok: true })
    expect(contentOfText(`${full}a`)).toMatchObject({ ok: false, code: 'too_large' })
  })

  it('parts to the last byte of their text, and not one more', () => {
    const besides = JSON.stringify([{ type: 'x', y: '' }]).length
    const parts = (bytes: number): Part[] => [{ type: 'x', y: 'a'.repeat(bytes) }]
    expect(contentOfParts(parts(bytesMax - besides))).toMatchObject({ ok: true })
    expect(contentOfParts(parts(bytesMax - besides + 1))).toMatchObject({ ok: false, code: 'too_large' })
  })

  it('64 parts, and not 65', () => {
    expect(contentOfParts(Array.from({ length: 64 }, () => image))).toMatchObject({ ok: true })
    expect(contentOfParts(Array.from({ length: 65 }, () => image))).toMatchObject({ code: 'too_large' })
  })
})

function contentOf(parts: Part[]): Content {
  const verdict = contentOfParts(parts)
  return must(verdict.ok ? verdict.content : null, 'these parts can be stored')
}

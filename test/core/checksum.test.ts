// The text that is hashed says exactly one thing, and a chain does not care who came first.
import { describe, expect, it } from 'vitest'
import { checksumText, linkText, xorInto } from '../../src/core/checksum.ts'
import { utf8Bytes } from '../../src/core/text.ts'
import { type Random, randomFrom, seeds } from '../random.ts'

describe('the text of a checksum', () => {
  it('is each field behind its length in bytes', () => {
    expect(checksumText('user', { text: 'é', parts: null }, utf8Bytes)).toBe('4:user2:é')
    expect(checksumText('user', { text: 'a', parts: '[]' }, utf8Bytes)).toBe('4:user2:[]')
    expect(linkText(7, 'm', 'ab', utf8Bytes)).toBe('1:71:m2:ab')
  })

  it.each(seeds(20))('is never the same for two different messages (seed %i)', (seed) => {
    const told = lookalikes(randomFrom(seed))
    const texts = told.map(([role, text]) => checksumText(role, { text, parts: null }, utf8Bytes))
    const different = new Set(told.map(([role, text]) => JSON.stringify([role, text])))
    expect(new Set(texts).size).toBe(different.size)
  })

  it.each(seeds(20))('is never the same for two different links (seed %i)', (seed) => {
    const told = lookalikes(randomFrom(seed))
    const texts = told.map(([id, checksum], i) => linkText(i % 30, id, checksum, utf8Bytes))
    const different = new Set(told.map(([id, checksum], i) => JSON.stringify([i % 30, id, checksum])))
    expect(new Set(texts).size).toBe(different.size)
  })
})

describe('a chain', () => {
  it.each(seeds(20))('is the same in every order (seed %i)', (seed) => {
    const random = randomFrom(seed)
    const links = Array.from({ length: 30 }, () => randomLink(random))
    expect(chainOf(random.shuffle(links))).toEqual(chainOf(links))
  })

  it.each(seeds(5))('forgets a link that is added again, and only that one (seed %i)', (seed) => {
    const random = randomFrom(seed)
    const links = Array.from({ length: 10 }, () => randomLink(random))
    expect(chainOf([...links, ...links.slice(0, 3)])).toEqual(chainOf(links.slice(3)))
    expect(chainOf(links.slice(1))).not.toEqual(chainOf(links))
  })

  it('of nothing is zero', () => {
    expect(chainOf([])).toEqual(new Uint8Array(16))
  })
})

/** Words that look like lengths and like each other's ends. */
function lookalikes(random: Random): [string, string][] {
  const word = () =>
    Array.from({ length: random.int(4) }, () => random.pick(['1', ':', '2:', 'a', 'é', '0'])).join('')
  return Array.from({ length: 500 }, () => [word(), word()])
}

const randomLink = ({ int }: Random): Uint8Array => Uint8Array.from({ length: 16 }, () => int(256))

function chainOf(links: Uint8Array[]): Uint8Array {
  const chain = new Uint8Array(16)
  for (const link of links) xorInto(chain, link)
  return chain
}

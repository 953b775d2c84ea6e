// What people and assistants say, made up from a seed: sentences of many different words, some with quotes, lines and other letters.

import { must } from '../src/core/assert.ts'

export type Chance = () => number

/** Numbers from 0 up to, and never, 1; the same ones for the same seed. */
export function chanceFrom(seed: number): Chance {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const syllables = 'ba con de for gi har in ka lo mer no pa qui ra sen ti un vel wo yar ze th er ing'.split(
  ' ',
)
const vocabulary = 4_000

/** Texts of about this many bytes, from half as long to half as long again. */
export function texts(howMany: number, bytes: number, chance: Chance): string[] {
  const words = Array.from({ length: vocabulary }, () => word(chance))
  return Array.from({ length: howMany }, (_, i) =>
    speech(words, bytes * (0.5 + chance()), i % 8 === 0, chance),
  )
}

function word(chance: Chance): string {
  const length = 1 + Math.floor(chance() * 3.5)
  return Array.from({ length }, () => pick(syllables, chance)).join('')
}

/** One text in eight has letters beyond Latin-1, as real ones do. */
function speech(words: readonly string[], bytes: number, wide: boolean, chance: Chance): string {
  const said: string[] = []
  for (let length = 0; length < bytes;) {
    const sentence = Array.from({ length: 4 + Math.floor(chance() * 12) }, () => frequent(words, chance))
    const end = chance() < 0.15 ? '.\n\n' : chance() < 0.1 ? ', "so" it\'s said. ' : '. '
    const text = `${sentence.join(' ')}${end}`
    said.push(text)
    length += text.length
  }
  return (wide ? '“Así” — ' : '') + said.join('').trim()
}

/** A few words are said often and most of them seldom. */
const frequent = (words: readonly string[], chance: Chance) =>
  must(words[Math.floor(chance() ** 3 * words.length)], 'a word')

export const pick = <T>(items: readonly T[], chance: Chance): T =>
  must(items[Math.floor(chance() * items.length)], 'something to pick from')

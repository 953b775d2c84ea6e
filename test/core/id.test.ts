// Ids rise with every call, whatever the clock does, and nothing but a short string that can be kept is an id.
import { describe, expect, it } from 'vitest'
import { idFault, idSource, userIdFault } from '../../src/core/id.ts'
import { randomFrom, seeds } from '../random.ts'

const moment = Date.UTC(2026, 0, 1)
const uuid7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

describe('ids of one process', () => {
  it.each(seeds(2))('50,000 rise and are all different, under a clock that jumps (seed %i)', (seed) => {
    const { chance, int } = randomFrom(seed)
    let clock = moment
    const next = source(seed, () => (clock += chance(0.01) ? int(2000) - 1000 : chance(0.3) ? 1 : 0))
    const ids = Array.from({ length: 50_000 }, next)
    expect(ids.toSorted()).toEqual(ids)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it.each(seeds(3))('are UUIDs of version 7 that tell their time (seed %i)', (seed) => {
    const { int } = randomFrom(seed)
    let clock = moment
    const next = source(seed, () => clock)
    for (let i = 0; i < 500; i++) {
      clock += 1 + int(1000)
      const id = next()
      expect(id).toMatch(uuid7)
      expect(msOf(id)).toBe(clock)
    }
  })

  it.each(['first byte', 'last byte'])('look the same whatever the %s of chance is', (which) => {
    const next = idSource(
      () => moment,
      (bytes) => bytes.fill(which === 'first byte' ? 0 : 255),
    )
    expect([next(), next()]).toEqual([expect.stringMatching(uuid7), expect.stringMatching(uuid7)])
  })

  it('keep the later time when the clock steps back', () => {
    const times = [moment + 5, moment, moment + 4, moment + 6]
    const next = source(1, () => times.shift() ?? 0)
    expect([next(), next(), next(), next()].map(msOf)).toEqual([5, 5, 5, 6].map((ms) => moment + ms))
  })

  it('borrow from the next millisecond when one has given all its numbers', () => {
    const next = source(1, () => moment)
    const ids = Array.from({ length: 3 * 4096 }, next)
    expect(ids.toSorted()).toEqual(ids)
    expect(new Set(ids.map(msOf))).toEqual(new Set([0, 1, 2, 3].map((ms) => moment + ms)))
  })

  it('differ between two processes at one moment', () => {
    const [one, other] = [source(1, () => moment), source(2, () => moment)]
    expect(one()).not.toBe(other())
  })
})

describe('what is an id', () => {
  it.each(['a', ' ', 'a'.repeat(128), '../etc', 'A', 'á', '😀', '018f-1'])('%j may be one', (id) => {
    expect(idFault(id)).toBeNull()
  })

  it.each<[unknown, string]>([
    ['', 'is empty'],
    ['a'.repeat(129), 'has 129 characters, and at most 128 are allowed'],
    ['a\0', 'has a NUL character at position 1'],
    ['\ud800', 'has half of a surrogate pair at position 0'],
    [7, 'must be a string, and is number'],
    [null, 'must be a string, and is null'],
    [undefined, 'must be a string, and is undefined'],
    [['a'], 'must be a string, and is object'],
  ])('%j may not', (id, fault) => {
    expect(idFault(id)).toBe(fault)
  })

  it('a user may have a longer one, and not an endless one', () => {
    expect(userIdFault('a'.repeat(255))).toBeNull()
    expect(userIdFault('a'.repeat(256))).toContain('at most 255')
  })
})

function source(seed: number, now: () => number): () => string {
  const { int } = randomFrom(seed)
  return idSource(now, (bytes) => bytes.forEach((_, i) => (bytes[i] = int(256))))
}

function msOf(id: string): number {
  return Number.parseInt(id.replace('-', '').slice(0, 12), 16)
}

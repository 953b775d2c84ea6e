// Chance with a seed: what failed once can be made to fail again, by putting its seed into TEST_SEED.

export type Random = {
  /** From 0 up to, and never, 1. */
  next: () => number
  /** A whole number from 0 up to, and never, `below`. */
  int: (below: number) => number
  chance: (share: number) => boolean
  pick: <T>(items: readonly T[]) => T
  shuffle: <T>(items: readonly T[]) => T[]
}

export function randomFrom(seed: number): Random {
  const next = mulberry32(seed)
  const int = (below: number): number => Math.floor(next() * below)
  const pick = <T>(items: readonly T[]): T => {
    if (items.length === 0) throw new Error('There is nothing to pick from.')
    return items[int(items.length)] as T
  }
  const shuffle = <T>(items: readonly T[]): T[] => {
    const left = [...items]
    return items.map(() => left.splice(int(left.length), 1)[0] as T)
  }
  return { next, int, pick, shuffle, chance: (share) => next() < share }
}

/** Other seeds in every run, for the name of a test to tell; TEST_SEED puts one in the place of them all. */
export function seeds(count: number): number[] {
  const given = process.env['TEST_SEED']
  if (given !== undefined) return [Number(given)]
  const first = Math.floor(Math.random() * 2 ** 31)
  return Array.from({ length: count }, (_, i) => first + i)
}

function mulberry32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

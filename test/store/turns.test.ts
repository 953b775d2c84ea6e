// Who is served next: everybody in turn, each in their own order, however much one of them wants.
import { expect, it } from 'vitest'
import { randomFrom, seeds } from '../random.ts'
import { Turns } from '../../src/store/turns.ts'

/** Each item says whose it is and how many were before it: `ann 0`, `ann 1`, `bob 0`. */
function turnsOf(wishes: Record<string, number>): Turns<string> {
  const turns = new Turns<string>()
  for (const [user, count] of Object.entries(wishes))
    for (let n = 0; n < count; n++) turns.add(user, `${user} ${n}`)
  return turns
}

it('serves everybody once before anybody twice', () => {
  const turns = turnsOf({ ann: 3, bob: 1, eve: 2 })
  expect(turns.take(6)).toEqual(['ann 0', 'bob 0', 'eve 0', 'ann 1', 'eve 1', 'ann 2'])
})

it('goes on in the next batch with whoever was not served in this one', () => {
  const turns = turnsOf({ ann: 3, bob: 1, eve: 2 })
  expect([turns.take(2), turns.take(2), turns.take(2)]).toEqual([
    ['ann 0', 'bob 0'],
    ['eve 0', 'ann 1'],
    ['eve 1', 'ann 2'],
  ])
})

it('puts a latecomer into the next batch, however long the line of a flood is', () => {
  const turns = turnsOf({ flood: 10_000 })
  expect(turns.take(256)).toHaveLength(256)
  turns.add('bob', 'bob 0')
  expect(turns.take(256)).toContain('bob 0')
})

it('gives a flood the whole batch when nobody else waits', () => {
  expect(turnsOf({ flood: 300 }).take(256)).toEqual(Array.from({ length: 256 }, (_, n) => `flood ${n}`))
})

it('gives each of more users than a batch holds their turn before anybody has a second', () => {
  const turns = turnsOf(Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`user-${i}`, 2])))
  const first = [...turns.take(256), ...turns.take(256), ...turns.take(88)]
  expect(first.every((item) => item.endsWith(' 0'))).toBe(true)
  expect(new Set(first).size).toBe(600)
})

it('does not let somebody who comes back at once overtake those who wait', () => {
  const turns = turnsOf({ ann: 1, bob: 1, eve: 1 })
  expect(turns.take(1)).toEqual(['ann 0'])
  turns.add('ann', 'ann 1')
  expect(turns.take(3)).toEqual(['bob 0', 'eve 0', 'ann 1'])
})

it('is empty when everything was taken, and says how much is not', () => {
  const turns = turnsOf({ ann: 2, bob: 1 })
  expect(turns.size).toBe(3)
  turns.take(2)
  expect([turns.size, turns.take(5), turns.size, turns.take(5)]).toEqual([1, ['ann 1'], 0, []])
})

it.each(seeds(20))('gives back everything once and each user’s in order (seed %i)', (seed) => {
  const random = randomFrom(seed)
  const turns = new Turns<string>()
  const wished = new Map<string, string[]>()
  const taken: string[] = []
  for (let n = 0; n < 500; n++) {
    const user = `user-${random.int(8)}`
    wished.set(user, [...(wished.get(user) ?? []), `${user} ${n}`])
    turns.add(user, `${user} ${n}`)
    if (random.chance(0.2)) taken.push(...turns.take(random.int(12)))
  }
  taken.push(...turns.take(500))
  const byUser = Map.groupBy(taken, (item) => item.split(' ')[0] ?? '')
  expect(Object.fromEntries(byUser)).toEqual(Object.fromEntries(wished))
})

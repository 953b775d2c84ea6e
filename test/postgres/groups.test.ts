// What keeps commits together in one call, and what sends one of them alone: never its neighbours.
import { expect, it } from 'vitest'
import type { Store } from '../../src/core/store.ts'
import { countBy, range } from '../contract/world.ts'
import { created, headMoved, said } from '../store/commits.ts'
import { hear } from './heard.ts'
import { freshHouse, openAsApp } from './house.ts'

it('goes in one call for everybody whom the node knows', async () => {
  await using house = await crowd()
  const counts = await house.sentWhile(() => house.all(house.speak))
  expect(counts).toEqual({ keep: 1 })
})

it.each<[string, (commit: Commit) => Promise<unknown>]>([
  [
    'says the same thing twice in one breath',
    (commit) => Promise.all([commit(said('t', 'x', { id: 'm' })), commit(said('t', 'x', { id: 'm' }))]),
  ],
  ['says what was said before', (commit) => commit(said('t', 'known', { id: 'known' }))],
  ['names a parent that is not there', (commit) => commit(said('t', 'x', { parentId: 'nowhere' }))],
  ['does what no group knows', (commit) => commit(headMoved('t', 'known'))],
  ['speaks in a thread that is not there', (commit) => commit(said('nowhere', 'x'))],
])('sends nobody else alone when one %s', async (_, odd) => {
  await using house = await crowd()
  const counts = await house.sentWhile(async () => {
    await Promise.all([house.all(house.speak), odd(house.commitOf('odd'))])
  })
  expect(counts.keep).toBeLessThanOrEqual(2)
  expect(counts.begin ?? 0).toBeLessThanOrEqual(2)
})

type Commit = (...changes: Parameters<Store['commit']>[0]['changes']) => ReturnType<Store['commit']>

/** Twenty people whom the node knows, and an odd one. */
async function crowd() {
  const database = await freshHouse()
  const store = await openAsApp(database)
  const commitOf =
    (user: string): Commit =>
    (...changes) =>
      store.commit({ user, at: 1, changes })
  const people = [...range(20).map((i) => `user ${i}`), 'odd']
  for (const user of people) await commitOf(user)(created('t'), said('t', 'known', { id: 'known' }))
  const sentWhile = async (work: () => Promise<unknown>) => {
    const names: string[] = []
    using _ = hear(({ name }) => void names.push(name))
    await work()
    return countBy(
      names.filter((name) => /^(keep|begin)$/.test(name)),
      (name) => name,
    )
  }
  return {
    commitOf,
    sentWhile,
    speak: (user: string) => commitOf(user)(said('t', 'x')),
    all: (act: (user: string) => Promise<unknown>) => Promise.all(people.slice(0, 20).map(act)),
    [Symbol.asyncDispose]: async () => {
      await store[Symbol.asyncDispose]()
      await database.drop()
    },
  }
}

// C7 over real connections: whoever is cut off stops nothing; and a house that is asked to end lets its answers end first.
import { expect, it } from 'vitest'
import { must } from '../../src/core/assert.ts'
import { greeting } from '../fake-provider/answer.ts'
import { FakeProvider } from '../fake-provider/fake-provider.ts'
import { seeds } from '../random.ts'
import { Home } from './home.ts'
import { disconnects } from './stream-disconnect.ts'
import { StreamHouse } from './stream-house.ts'
import { newAsker, StreamReader } from './stream-reader.ts'

const chance = must(seeds(1)[0], 'there is a seed')

it(`500 disconnects at random bytes leave 500 whole answers (seed ${chance})`, async () => {
  const figures = await disconnects(500, chance)
  console.log({ ...figures, faults: figures.faults.length })
  expect(figures).toMatchObject({ cuts: 500, whole: 500, faults: [] })
  expect(figures.midway).toBeGreaterThan(300)
})

it('a house that is asked to end in the middle of answers lets them end, and ends in order', async () => {
  const words = Array.from({ length: 60 }, (_, n) => `${n} žlutá růže 🌹 `)
  await using provider = await new FakeProvider().listen()
  provider.answer = { ...greeting, text: words }
  using home = new Home()
  const readers: StreamReader[] = []
  {
    await using house = await StreamHouse.open(home.folder, provider.url)
    const asker = await newAsker(house)
    for (const n of [0, 1, 2])
      readers.push(new StreamReader(asker, `t${n}`, `m${n}`, 'Roses? fault(slow everyMs=25)'))
    await Promise.all(readers.map((reader) => reader.say(house)))
    const began = performance.now()
    expect(await house.end()).toBe(0)
    console.log(`drained in ${Math.round(performance.now() - began)} ms`)
    expect(performance.now() - began).toBeLessThan(25_000)
    await Promise.all(readers.map((reader) => reader.over()))
    expect(readers.map(({ ended, text }) => [ended, text])).toEqual(
      readers.map(() => ['complete', words.join('')]),
    )
  }
  await using again = await StreamHouse.open(home.folder, provider.url)
  for (const reader of readers)
    expect(await reader.messages(again)).toMatchObject([{}, { status: 'complete', text: words.join('') }])
})

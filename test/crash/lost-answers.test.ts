// C2 and C3 on a line that loses answers: zero times or once, and the same id finds out which.
import { expect, it } from 'vitest'
import { must } from '../../src/core/assert.ts'
import { seeds } from '../random.ts'
import { lostAnswersOfHouse } from './lost-answers.ts'

const seed = must(seeds(1)[0], 'there is a seed')

it(`what was kept without an answer is found again by its id, and is there once (seed ${seed})`, async () => {
  const { acked, cuts, foundAgain, ...clean } = await lostAnswersOfHouse({ seed, messages: 40 })
  expect(clean).toEqual({ lost: 0, twice: 0, faults: [] })
  expect([acked, cuts > 0, foundAgain > 0]).toEqual([320, true, true])
})

it(`the control, which asks again with another id, has it twice (seed ${seed})`, async () => {
  expect((await lostAnswersOfHouse({ seed, messages: 20, control: true })).twice).toBeGreaterThan(0)
})

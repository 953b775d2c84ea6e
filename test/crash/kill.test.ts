// C1 and C2 under kill -9: what was acknowledged is there, whole and once; what was not is there once or not at all.
import { expect, it } from 'vitest'
import { must } from '../../src/core/assert.ts'
import { isLong } from '../long.ts'
import { seeds } from '../random.ts'
import { killRounds } from './kill.ts'

const [seed] = seeds(1)
const chance = must(seed, 'there is a seed')

const [kills, births, controls] = isLong ? [20, 30, 12] : [9, 12, 6]

it(`${kills} kills under 64 writers lose nothing and leave no half commit (seed ${chance})`, async () => {
  const figures = await killRounds({ rounds: kills, seed: chance, livesPerFolder: 3 })
  console.log(figures)
  const clean = { lost: 0, halves: 0, duplicates: 0, wrongAnswers: 0, faults: [] }
  expect(figures).toMatchObject({ rounds: kills, ...clean })
  expect(figures.acked).toBeGreaterThan(50 * kills)
  expect(figures.readyMsMax).toBeLessThan(2_000)
})

it(`${births} kills while the store is being made leave a folder that opens (seed ${chance})`, async () => {
  const figures = await killRounds({ rounds: births, seed: chance, fromBirth: true, livesPerFolder: 1 })
  expect(figures).toMatchObject({ lost: 0, halves: 0, duplicates: 0, wrongAnswers: 0, faults: [] })
})

it(`the control, which acknowledges before it commits, is caught losing (seed ${chance})`, async () => {
  const figures = await killRounds({ rounds: controls, seed: chance, control: true })
  expect(figures.lost).toBeGreaterThan(0)
})

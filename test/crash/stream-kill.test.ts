// C6 under kill -9 in the middle of answers: every message is there, every run has an end, and at most the last second or 2 KiB is missing.
import { expect, it } from 'vitest'
import { must } from '../../src/core/assert.ts'
import { isLong } from '../long.ts'
import { seeds } from '../random.ts'
import { streamKills } from './stream-kill.ts'

const chance = must(seeds(1)[0], 'there is a seed')

const kills = isLong ? 20 : 8

it(`${kills} kills under streams lose no message and no more than the end of an answer (seed ${chance})`, async () => {
  const figures = await streamKills({ kills, seed: chance })
  console.log(figures)
  expect(figures).toMatchObject({ kills, acked: 7 * kills, lost: 0, open: 0, beyondAllowance: 0, faults: [] })
  expect(figures.interrupted).toBeGreaterThan(3 * kills)
  expect(figures.rewound).toBeGreaterThan(0)
  expect(figures.readyMsMax).toBeLessThan(30_000)
  // One second, and what a busy machine adds to it.
  expect(figures.missingMsMax).toBeLessThan(2_000)
})

it(`the control, which writes an answer down at its end, loses more than that (seed ${chance})`, async () => {
  const figures = await streamKills({ kills: 2, seed: chance, control: true, lanes: 2 })
  expect(figures).toMatchObject({ kills: 2, lost: 0, open: 0 })
  expect(figures.beyondAllowance).toBeGreaterThan(2)
})

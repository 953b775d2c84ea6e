// C4 and C5 under a crowd: 64 writers in one thread lose nothing, share no seq, and hide nothing from its owner.
import { expect, it } from 'vitest'
import { must } from '../../src/core/assert.ts'
import { seeds } from '../random.ts'
import { overlap, overlapOnOneValue } from './overlap.ts'

const seed = must(seeds(1)[0], 'there is a seed')

it(`64 writers with overlapping commits on one thread lose nothing (seed ${seed})`, async () => {
  const figures = await overlap(seed, 40)
  expect(figures).toMatchObject({ acked: 2_560, lost: 0, equalSeqs: 0, unreachable: 0, faults: [] })
  expect(figures.forks).toBeGreaterThan(500)
})

it('the control, which keeps a thread as one value, is caught losing', async () => {
  const { acked, lost } = await overlapOnOneValue(10)
  expect(acked).toBe(640)
  expect(lost).toBeGreaterThan(0)
})

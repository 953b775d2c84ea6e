// C4 on a clock that jumps: no order follows from it.
import { expect, it } from 'vitest'
import { must } from '../../src/core/assert.ts'
import { seeds } from '../random.ts'
import { clockJumps } from './clock.ts'

const seed = must(seeds(1)[0], 'there is a seed')

it(`a clock that jumps by an hour puts nothing out of order, and by its times it would (seed ${seed})`, async () => {
  const { acked, jumps, outOfOrderByTime, ...clean } = await clockJumps({ seed, turns: 10 })
  expect(clean).toEqual({ lost: 0, outOfOrder: 0, faults: [] })
  expect([acked, jumps > 0, outOfOrderByTime > 0]).toEqual([90, true, true])
})

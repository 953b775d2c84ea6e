// A primary dies, its replica takes its place, and what was acknowledged as replicated is there.
import { expect, it } from 'vitest'
import { failover } from '../crash/failover.ts'

it('loses nothing that was acknowledged as replicated when the primary is killed', async () => {
  const figures = await failover({ synchronous: true })
  expect(figures.replicated).toBeGreaterThan(100)
  expect(figures).toMatchObject({ lost: 0, lostReplicated: 0, equalSeqs: 0, wrongChains: 0, faults: [] })
  expect(figures.secondsToFirstWrite).toBeLessThan(10)
})

it('says replicated of nothing that no replica was waited for, and of those the last can be lost', async () => {
  const figures = await failover({ synchronous: false })
  expect(figures).toMatchObject({ replicated: 0, equalSeqs: 0, wrongChains: 0, faults: [] })
  expect(figures.lost).toBeGreaterThan(0)
})

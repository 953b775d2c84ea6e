// What a first visit has to load, held against the budget.

import path from 'node:path'
import { expect, it } from 'vitest'
import { firstLoad, firstLoadBytesMax, total } from '../../scripts/web-size.ts'

it('is at most 130 KB of packed script', () => {
  const chunks = firstLoad(path.resolve(import.meta.dirname, '../../dist/web'))
  expect(chunks.map(({ name }) => name)).toContain('theme.js')
  expect(total(chunks)).toBeLessThanOrEqual(firstLoadBytesMax)
})

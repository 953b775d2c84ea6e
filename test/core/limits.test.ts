// Every limit is a number, and the sentence that a person reads tells the same number.
import { expect, it } from 'vitest'
import {
  commitsPerBatchMax,
  commitsWaitingMax,
  limitMax,
  limits,
  limitSentence,
  type Limit,
} from '../../src/core/limits.ts'

const names = Object.keys(limits) as Limit[]

it.each(names)('%s says its own number', (name) => {
  const bytes = name.endsWith('Bytes')
  const max = limitMax(name)
  const told = bytes ? (max >= 2 ** 20 ? `${max / 2 ** 20} MiB` : `${max / 2 ** 10} KiB`) : String(max)
  expect(Number.isSafeInteger(max) && max > 0).toBe(true)
  expect(limitSentence(name)).toMatch(/^[A-Z].*[.]$/)
  expect(limitSentence(name)).toContain(told)
})

it('a full queue holds more than one batch', () => {
  expect(commitsWaitingMax).toBeGreaterThan(commitsPerBatchMax)
})

// The roles under which things are said, and what is kept of how sure somebody was.
import { expect, it } from 'vitest'
import { hundredths, roleOf, roles } from '../../src/core/message.ts'

it.each(roles)('%s is a role', (role) => {
  expect(roleOf(role)).toBe(role)
})

it('takes "ai" for the assistant', () => {
  expect(roleOf('ai')).toBe('assistant')
})

it.each(['', 'AI', 'User', 'bot', 'assistant ', 'constructor'])('%j may not speak', (name) => {
  expect(roleOf(name)).toBeNull()
})

it.each([
  [0, 0],
  [0.004, 0],
  [0.005, 1],
  [0.29, 29],
  [0.57, 57],
  [0.999, 100],
  [1, 100],
])('a confidence of %d is kept as %d hundredths', (confidence, kept) => {
  expect(hundredths(confidence)).toBe(kept)
})

// Of many wishes few rounds are made, and the last wish is never forgotten.
import { expect, it } from 'vitest'
import { seldom } from '../../src/chat/seldom.ts'
import { pause } from './talk.ts'

it('the first is at once; those that come meanwhile are one more, after a rest', async () => {
  let rounds = 0
  const wish = seldom(async () => void rounds++, 60)
  for (let n = 0; n < 100; n++) wish()
  expect(rounds).toBe(1)
  await pause(30)
  expect(rounds).toBe(1)
  await pause(100)
  expect(rounds).toBe(2)
  await pause(150)
  expect(rounds).toBe(2)
})

it('a wish while a round is under way has a round of its own', async () => {
  let seen = 0
  let written = 1
  const wish = seldom(async () => {
    seen = written
    await pause(20)
  }, 10)
  wish()
  written = 2
  wish()
  expect(seen).toBe(1)
  await pause(400)
  expect(seen).toBe(2)
})

it('what takes long is done so much the more seldom', async () => {
  let rounds = 0
  const wish = seldom(async () => {
    rounds++
    await pause(30)
  }, 10)
  for (let n = 0; n < 20; n++) {
    wish()
    await pause(10)
  }
  expect(rounds).toBe(1)
})

// The house dies in the middle of an answer and comes back: the page says so at every moment, and loses nothing.
import { expect, it } from 'vitest'
import { openMortalHouse } from './mortal-house.ts'
import { comeTo } from './open-page.ts'
import { visitOf } from './visit.ts'

it('shows what survived, sends what waited, and answers again', async () => {
  await using house = await openMortalHouse()
  await using at = await comeTo(house.url)
  const visit = visitOf(at.page)
  await visit.say('What grows?')
  await visit.answer('Roses grow')
  // What is shown is on disk after a second at most.
  await at.page.waitForTimeout(1_200)
  await house.kill()
  await visit.say('Are you there?')
  await visit.own('Are you there?').getByText('on this device').waitFor()
  await at.page.getByText('Stale:').waitFor({ timeout: 15_000 })
  await house.back()
  await visit.own('Are you there?').getByText('on disk').waitFor({ timeout: 30_000 })
  await visit.answer('Roses grow by the wall.')
  const first = at.page.locator('.answer').first()
  await first.getByText('interrupted', { exact: true }).waitFor()
  expect(await first.locator('.markdown').innerText()).toBe('Roses grow')
  await first.getByRole('button', { name: 'Try again' }).click()
  await at.page.getByRole('group', { name: 'answer 2 of 2' }).waitFor()
  await visit.answer('Roses grow by the wall.')
  expect(at.faults).toEqual([])
}, 90_000)

// What a person reads of an answer that went to a limit of the house.
import { expect, it } from 'vitest'
import { says, usageOfNone } from '../../src/model/scripted.ts'
import { openPage } from './open-page.ts'

it('says why an answer was stopped at a limit, and goes on from there', async () => {
  await using visit = await openPage({
    script: (_, call) =>
      call === 1 ? ['Roses', { type: 'end', finish: 'length', usage: usageOfNone }] : says(' grow.'),
  })
  await visit.say('What grows?')
  await visit.page.getByText('stopped', { exact: true }).waitFor()
  await visit.page.getByText('Stopped after 8192 tokens: the limit for one answer.').waitFor()
  await visit.page.reload()
  await visit.page.getByText('Stopped after 8192 tokens: the limit for one answer.').waitFor()
  await visit.page.getByRole('button', { name: 'Continue' }).click()
  await visit.answer('grow.')
  expect(await visit.kept()).toBe(4)
})

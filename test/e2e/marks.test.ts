// What a person puts beside a message, and the lines that come to stand beside the list: in a real browser, over a reload.
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { says } from '../../src/model/scripted.ts'
import { deafTab } from './deafen.ts'
import { openPage, type OpenPage } from './open-page.ts'
import { lastWords } from './page-house.ts'
import { phone, type Visit } from './visit.ts'

describe('a mark', () => {
  it('is put on a message by the keyboard alone, is there after a reload, and is taken off again', async () => {
    await using at = await openPage()
    const answer = await talk(at)
    await answer.getByRole('button', { name: 'More' }).focus()
    await at.page.keyboard.press('Enter')
    await at.page.getByRole('menuitem', { name: 'Pin', exact: true }).waitFor()
    await at.page.keyboard.press('Enter')
    await answer.getByText('pinned').waitFor()
    await at.page.reload()
    await answer.getByText('pinned').waitFor()
    await answer.getByRole('button', { name: 'More' }).click()
    await at.page.getByRole('menuitem', { name: 'Unpin' }).click()
    await expect.poll(() => answer.getByText('pinned').count()).toBe(0)
  })

  it('says whether an answer helped, one way or the other', async () => {
    await using at = await openPage()
    const answer = await talk(at)
    const [up, down] = [answer.getByRole('button', { name: 'Helpful', exact: true }), answer.getByRole('button', { name: 'Not helpful' })] // prettier-ignore
    await up.click()
    await answer.getByText('helpful', { exact: true }).waitFor()
    await down.press('Enter')
    await answer.getByText('not helpful', { exact: true }).waitFor()
    expect(await up.getAttribute('aria-pressed')).toBe('false')
    await expect.poll(() => thumbOf(at)).toBe('down')
    await down.press('Enter')
    await answer.getByText('not helpful').waitFor({ state: 'detached' })
    await expect.poll(() => thumbOf(at)).toBeUndefined()
  })

  it('is drawn before the house has answered, and taken back with words when it refuses', async () => {
    await using at = await openPage()
    const answer = await talk(at)
    const refused = Promise.withResolvers<void>()
    await at.page.route('**/marks/pin', async (route) => {
      await refused.promise
      const error = { code: 'forbidden', message: 'Pins are not for you.', hint: '' }
      await route.fulfill({ status: 403, json: { error } })
    })
    await answer.getByRole('button', { name: 'More' }).click()
    await at.page.getByRole('menuitem', { name: 'Pin', exact: true }).click()
    await answer.getByText('pinned').waitFor()
    refused.resolve()
    await at.page.getByText('This message could not be pinned. Pins are not for you.').waitFor()
    await expect.poll(() => answer.getByText('pinned').count()).toBe(0)
  })

  it('has a place in the menu under a finger, where nothing else stands beside the time', async () => {
    await using at = await openPage(phone)
    await at.box.fill('What grows?')
    await at.page.getByRole('button', { name: 'Send', exact: true }).tap()
    await at.answer('Roses grow')
    const answer = at.page.locator('article.answer')
    await answer.getByRole('button', { name: 'More' }).waitFor()
    expect(await answer.locator('.message-actions button').count()).toBe(1)
    await answer.getByRole('button', { name: 'More' }).tap()
    await at.page.getByRole('menuitemradio', { name: 'Helpful', exact: true }).tap()
    await answer.getByText('helpful', { exact: true }).waitFor()
  })
})

describe('what was kept beside the path', () => {
  it('is spoken of again after a reload, until it is put after the latest', async () => {
    await using at = await openPage({ script: (request) => says(`About: ${lastWords(request)}`) })
    const deaf = await strayed(at)
    await deaf.page.reload()
    await strayLine(deaf.page).waitFor()
    expect(await deaf.words()).toEqual(['One', 'Two'])
    await deaf.page.getByRole('button', { name: 'Put it after the latest' }).click()
    await deaf.answer('About: Three')
    expect(await deaf.words()).toEqual(['One', 'Two', 'Three'])
    await staysAway(deaf)
  })

  it('is not spoken of any more when somebody has gone there, or left it where it is', async () => {
    await using at = await openPage({ script: (request) => says(`About: ${lastWords(request)}`) })
    const deaf = await strayed(at)
    await deaf.page.reload()
    await deaf.page.getByRole('button', { name: 'Leave it where it is' }).click()
    await staysAway(deaf)
    await deaf.page.getByRole('button', { name: 'Later version' }).click()
    await deaf.answer('About: Three')
    expect(await deaf.words()).toEqual(['One', 'Three'])
  })

  it('is not spoken of any more when the conversation goes on from there', async () => {
    await using at = await openPage({ script: (request) => says(`About: ${lastWords(request)}`) })
    const deaf = await strayed(at)
    await at.page.reload()
    await at.answer('About: Two')
    await at.own('Two').hover()
    await at.page.getByRole('button', { name: 'Later version' }).click()
    await at.page.getByRole('button', { name: 'Continue here' }).click()
    await at.page.getByText('You are reading another branch.').waitFor({ state: 'detached' })
    await deaf.page.reload()
    await deaf.answer('About: Three')
    expect(await deaf.words()).toEqual(['One', 'Three'])
    await staysAway(deaf)
  })
})

describe('whoever reads at the end', () => {
  const script = [says(Array.from({ length: 30 }, (_, index) => `Line ${index + 1}\n\n`).join(''))]
  const growing = 'And\n'.repeat(8)

  it('stays there when the composer grows and takes room from the list', async () => {
    await using at = await openPage({ script, viewport: { width: 900, height: 480 } })
    await at.say('What grows?')
    await at.answer('Line 30')
    await expect.poll(() => belowPx(at.page)).toBe(0)
    await at.box.fill(growing)
    await expect.poll(() => belowPx(at.page)).toBe(0)
  })

  it('may not be taken there from further up', async () => {
    await using at = await openPage({ script, viewport: { width: 900, height: 480 } })
    await at.say('What grows?')
    await at.answer('Line 30')
    await at.page.locator('.message-scroller').evaluate((list) => (list.scrollTop = 100))
    await at.page.getByRole('button', { name: 'To the newest' }).waitFor()
    await at.box.fill(growing)
    await at.page.waitForTimeout(300)
    expect(await belowPx(at.page)).toBeGreaterThan(300)
  })
})

/** How much of the conversation is below what is seen. */
const belowPx = (page: Page): Promise<number> =>
  page
    .locator('.message-scroller')
    .evaluate((list) => Math.round(list.scrollHeight - list.scrollTop - list.clientHeight))

async function talk(at: OpenPage) {
  await at.say('What grows?')
  await at.answer('Roses grow by the wall.')
  await at.own('What grows?').getByText('on disk').waitFor()
  return at.page.locator('article.answer')
}

async function thumbOf(at: OpenPage): Promise<unknown> {
  const threadId = decodeURIComponent(at.page.url().split('/').at(-1) ?? '')
  const page = await at.house.keep.store.messages(await at.userId(), threadId, { limit: 10 })
  return page?.messages.at(-1)?.marks.thumb
}

const strayLine = (page: Page) => page.getByText('Somebody said something else here meanwhile')

/** A tab that does not hear of the other says *Three* where the other has said *Two*. */
async function strayed(at: OpenPage): Promise<Visit> {
  await at.say('One')
  await at.answer('About: One')
  const deaf = await deafTab(at, 'About: One')
  await at.say('Two')
  await at.answer('About: Two')
  await deaf.box.fill('Three')
  await deaf.box.press('Enter')
  await strayLine(deaf.page).waitFor()
  return deaf
}

async function staysAway({ page }: Visit): Promise<void> {
  await strayLine(page).waitFor({ state: 'detached' })
  await page.reload()
  await page.getByRole('article', { name: 'You' }).first().waitFor()
  await page.waitForLoadState('networkidle').catch(() => undefined)
  await page.waitForTimeout(500)
  expect(await strayLine(page).count()).toBe(0)
}

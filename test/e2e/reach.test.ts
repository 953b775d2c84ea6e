// Whoever comes to the conversation: by keyboard alone, and with a finger on a phone.
import { expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { says } from '../../src/model/scripted.ts'
import { openPage } from './open-page.ts'
import { everyKind } from './every-kind.ts'

it('is all in reach of the keyboard', async () => {
  await using visit = await openPage({ script: (_, call) => says(`Answer ${call}`) })
  const { page } = visit
  await expect.poll(() => isFocused(page, 'Your message')).toBe(true)
  await page.keyboard.type('Typed without a mouse')
  await page.keyboard.press('Enter')
  await visit.answer('Answer 1')
  const again = page.getByRole('button', { name: 'Answer again' })
  for (let steps = 0; steps < 40 && !(await isFocused(page, 'Answer again')); steps++)
    await page.keyboard.press('Shift+Tab')
  expect(await isFocused(page, 'Answer again')).toBe(true)
  expect(
    await again.evaluate((button) => Number(getComputedStyle(button.parentElement ?? button).opacity)),
  ).toBe(1)
  await page.keyboard.press('Enter')
  await page.getByRole('group', { name: 'answer 2 of 2' }).waitFor()
  await visit.box.focus()
  await page.keyboard.press('ArrowUp')
  await page.keyboard.type(', and mended')
  await page.keyboard.press('Enter')
  await visit.own('Typed without a mouse, and mended').waitFor()
})

it('fits a phone: nothing runs over the side, and fingers reach the actions', async () => {
  await using visit = await openPage({
    script: everyKind,
    viewport: { width: 360, height: 720 },
    hasTouch: true,
    isMobile: true,
  })
  const { page } = visit
  await visit.box.fill('What grows?')
  await page.getByRole('button', { name: 'Send' }).tap()
  await visit.answer('Roses, mostly')
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  expect(overflow).toBeLessThanOrEqual(0)
  const more = page.locator('.answer').getByRole('button', { name: 'More' })
  const { height = 0, width = 0 } = (await more.boundingBox()) ?? {}
  expect(Math.min(height, width)).toBeGreaterThanOrEqual(40)
  await more.tap()
  await page.getByRole('menuitem', { name: 'Answer again as Kavya' }).tap()
  await page.getByRole('article', { name: 'Kavya' }).waitFor()
})

const isFocused = (page: Page, label: string): Promise<boolean> =>
  page.evaluate((label) => document.activeElement?.getAttribute('aria-label') === label, label)

// Whoever sees otherwise: more contrast, colours of their own, larger letters, nothing that moves; in a wide window and a narrow one.
import { describe, expect, it } from 'vitest'
import type { Locator, Page } from 'playwright-core'
import { shareOf } from '../long.ts'
import { everyKind } from './every-kind.ts'
import { openPage, type OpenPage, type PageOptions } from './open-page.ts'
import { outOfReach, runsOver } from './reach.ts'
import { titleOf } from './seed.ts'
import { openSeeded } from './seeded-page.ts'

const windows = {
  narrow: { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true },
  wide: { viewport: { width: 1280, height: 800 } },
}

type Sight = PageOptions & { letters?: (page: Page) => Promise<void> }

const sights: Record<string, Sight> = {
  'more contrast, and nothing that moves': { contrast: 'more', reducedMotion: 'reduce' },
  'colours of their own, in letters of 24 px by default': { forcedColors: 'active', letters: of24Px },
  'letters twice as large': { letters: (page) => page.evaluate(twiceAsLarge) },
}

/** In a narrow window first: what fits there fits in a wide one, but for what is drawn there alone. */
const cases = (['narrow', 'wide'] as const).flatMap((width) =>
  Object.entries(sights).map(([name, sight]) => ({ name, width, kind: { ...windows[width], ...sight } })),
)

describe.each(shareOf(cases, 4))('with $name in a $width window', ({ kind: { letters, ...kind } }) => {
  it('a conversation runs over no side, and its composer and menus are in reach', async () => {
    await using visit = await openConversation(kind)
    const { page } = visit
    await letters?.(page)
    expect(await runsOver(page)).toEqual([])
    expect(await outOfReach(visit.box)).toBe(null)
    await visit.box.fill('A thought')
    expect(await outOfReach(page.getByRole('button', { name: 'Send' }))).toBe(null)
    for (const name of [/answers. Choose another/, 'More about this conversation', /^More$/])
      expect(await unreachedItems(page, page.getByRole('button', { name }).last())).toEqual([])
  })

  it('no screen around it runs over a side', async () => {
    await using visit = await openSeeded(30, kind)
    const { page } = visit
    for (const path of ['/', '/archived', '/bin', '/t/none', '/elsewhere']) {
      await page.goto(path)
      await page.locator('h1').first().waitFor()
      await letters?.(page)
      expect({ path, over: await runsOver(page) }).toEqual({ path, over: [] })
    }
    await page.goto('/')
    await page.locator('h1').waitFor()
    await letters?.(page)
    await page.keyboard.press('Control+k')
    await page.getByRole('option', { name: titleOf(0) }).waitFor()
    expect(await runsOver(page)).toEqual([])
  })
})

it('shows where the focus is in colours of their own', async () => {
  await using visit = await openConversation({ forcedColors: 'active' })
  const unseen: string[] = []
  for (let step = 0; step < 40; step++) {
    await visit.page.keyboard.press('Tab')
    unseen.push(...(await unseenFocus(visit.page)))
  }
  await visit.page.keyboard.press('Control+k')
  await visit.page.getByRole('combobox').waitFor()
  unseen.push(...(await unseenFocus(visit.page)))
  expect([...new Set(unseen)]).toEqual([])
})

it('shows what is chosen in colours of their own', async () => {
  await using visit = await openSeeded(3, { forcedColors: 'active' })
  const { page } = visit
  const hasLine = (place: Locator) =>
    place.evaluate((element) => {
      const { outlineStyle, outlineWidth } = getComputedStyle(element)
      return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1
    })
  expect(await hasLine(page.locator('.welcome-face').filter({ has: page.locator(':checked') }))).toBe(true)
  expect(await hasLine(page.locator('.welcome-face').last())).toBe(false)
  await page.getByRole('link', { name: titleOf(1), exact: true }).click()
  expect(await hasLine(page.locator('.thread-row').nth(1))).toBe(true)
  expect(await hasLine(page.locator('.thread-row').nth(2))).toBe(false)
  await page.keyboard.press('Control+k')
  const options = page.getByRole('option')
  await options.first().waitFor()
  expect(await hasLine(options.first())).toBe(true)
  expect(await hasLine(options.last())).toBe(false)
})

it('moves nothing for whoever asked for that, not even while an answer is awaited', async () => {
  await using visit = await openPage({ script: everyKind, reducedMotion: 'reduce' })
  await visit.say('slowly')
  await visit.answer('Slowly')
  await visit.page.keyboard.press('Control+k')
  const moving = await visit.page.evaluate(() =>
    document.getAnimations().map(({ effect }) => Number(effect?.getComputedTiming().endTime)),
  )
  expect(moving.filter((ms) => ms > 1)).toEqual([])
  visit.house.model.gate.open()
  await visit.answer('it grows.')
})

/** With everything an answer can have, in a house that keeps nothing and says so. */
async function openConversation(kind: PageOptions): Promise<OpenPage> {
  const visit = await openPage({ ...kind, script: everyKind, store: 'memory:' })
  await visit.send('use a tool')
  await visit.answer('Seven.')
  await visit.send('What grows?')
  await visit.answer('Roses, mostly')
  return visit
}

async function unreachedItems(page: Page, button: Locator): Promise<string[]> {
  await button.click()
  const items = await page.locator('[role^=menuitem]').all()
  expect(items.length).toBeGreaterThan(2)
  const faults: string[] = []
  for (const item of items) {
    await item.scrollIntoViewIfNeeded()
    const fault = await outOfReach(item)
    if (fault) faults.push(fault)
  }
  await page.keyboard.press('Escape')
  return faults
}

/** Colours are not the page's to choose here: only a line tells, around what has the focus or close around that. */
const unseenFocus = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const focused = document.activeElement
    if (!focused || focused === document.body) return []
    const around = [focused, focused.parentElement, focused.parentElement?.parentElement]
    const isSeen = around.some((element) => {
      const { outlineStyle, outlineWidth } = getComputedStyle(element ?? document.body)
      return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1
    })
    return isSeen ? [] : [focused.getAttribute('aria-label') ?? focused.outerHTML.slice(0, 160)]
  })

function twiceAsLarge(): void {
  document.documentElement.style.fontSize = '200%'
}

async function of24Px(page: Page): Promise<void> {
  const device = await page.context().newCDPSession(page)
  await device.send('Page.setFontSizes', { fontSizes: { standard: 24, fixed: 20 } })
}

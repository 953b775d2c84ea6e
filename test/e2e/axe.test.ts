// Every screen in every state, in the light and in the dark: axe finds nothing.
import { describe, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { axeFaults, axeFaultsInTheDark } from './axe.ts'
import { everyKind } from './every-kind.ts'
import { openPage, type OpenPage } from './open-page.ts'
import { titleOf } from './seed.ts'
import { choose, linkTo, openSeeded } from './seeded-page.ts'
import { desktop, phone } from './visit.ts'

it('would be found: a picture without words', async () => {
  await using visit = await openPage({ bypassCSP: true })
  await visit.page.evaluate(() => document.querySelector('main')?.append(new Image()))
  expect(await axeFaults(visit.page)).toEqual([expect.stringContaining('image-alt')])
})

it('would be found: words too faint in the dark', async () => {
  await using visit = await openPage({ bypassCSP: true })
  await visit.page.addStyleTag({
    content: '@media (prefers-color-scheme: dark) { h1 { color: #333 !important } }',
  })
  expect(await found(visit.page, 'faint')).toEqual([
    expect.stringContaining('faint in the dark: color-contrast'),
  ])
})

describe('axe finds nothing', () => {
  const kind = { ...desktop, colorScheme: 'light' as const, bypassCSP: true }

  it('on any screen of a wide window', async () => {
    await using visit = await openSeeded(60, kind)
    await choose(visit, titleOf(7), 'Put in the bin')
    await choose(visit, titleOf(8), 'Archive')
    for (const path of ['/', '/t/seed-2', '/archived', '/bin', '/nowhere', '/t/none'])
      expect(await foundAt(visit, path)).toEqual([])
  })

  it('on any screen of a phone', async () => {
    await using visit = await openSeeded(60, { ...kind, ...phone })
    for (const path of ['/', '/t/seed-2', '/archived', '/bin']) expect(await foundAt(visit, path)).toEqual([])
    await visit.page.getByRole('button', { name: 'Conversations' }).tap()
    await linkTo(visit, titleOf(0)).waitFor()
    expect(await found(visit.page, 'drawer')).toEqual([])
  })

  it('in any state of a conversation', async () => {
    await using visit = await openPage({ ...kind, script: everyKind })
    const { page } = visit
    await visit.say('What grows?')
    await visit.answer('Roses, mostly')
    await page.locator('[data-tone=keyword]').first().waitFor()
    expect(await found(page, 'answered')).toEqual([])
    await visit.say('use a tool')
    await visit.answer('Seven.')
    for (const fold of await page.locator('.message-row details > summary').all()) await fold.click()
    await page.getByRole('button', { name: 'on disk' }).last().click()
    expect(await found(page, 'folds open')).toEqual([])
    await visit.say('fail')
    await page.getByText('The model went away.').waitFor()
    expect(await found(page, 'failed')).toEqual([])
    await visit.box.press('ArrowUp')
    expect(await found(page, 'mending')).toEqual([])
    await visit.box.press('Escape')
    await visit.say('slowly')
    await visit.answer('Slowly')
    expect(await found(page, 'streaming')).toEqual([])
    visit.house.model.gate.next()
    await visit.answer('it grows.')
    await visit.context.setOffline(true)
    await visit.say('In a tunnel')
    await page.getByText('Stale:').waitFor()
    expect(await found(page, 'offline')).toEqual([])
  })

  it('in menus, palette, dialog, toast and the banner of a house in memory', async () => {
    await using visit = await openSeeded(20, { ...kind, store: 'memory:' })
    const { page } = visit
    await page.goto('/t/seed-2')
    await page.getByText('Nothing is kept here.').waitFor()
    await page.getByRole('button', { name: 'Riya answers. Choose another.' }).click()
    expect(await found(page, 'persona picker')).toEqual([])
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').waitFor()
    expect(await found(page, 'palette')).toEqual([])
    await page.getByRole('combobox').fill('nothing is called this')
    expect(await found(page, 'palette that found nothing')).toEqual([])
    await page.keyboard.press('Escape')
    await choose(visit, titleOf(0), 'Put in the bin')
    await page.getByText(/is in the bin/).waitFor()
    expect(await found(page, 'toast')).toEqual([])
    await page.getByRole('link', { name: 'Bin' }).click()
    await page.locator('.shelf-screen .thread-row').hover()
    await page.getByRole('button', { name: `More about ${titleOf(0)}` }).click()
    await page.getByRole('menuitem', { name: 'Remove for good' }).click()
    expect(await found(page, 'dialog')).toEqual([])
  })

  it('while everything is still on its way', async () => {
    await using visit = await openSeeded(3, kind)
    const { page } = visit
    await page.route('**/v1/**', () => undefined)
    await page.goto('/t/seed-2')
    await page.locator('.thread-loading .skeleton').first().waitFor()
    expect(await found(page, 'skeletons')).toEqual([])
    await page.unrouteAll({ behavior: 'ignoreErrors' })
  })

  it('when the house is away from the beginning', async () => {
    await using visit = await openSeeded(3, kind)
    const { page } = visit
    await page.route('**/v1/**', (route) => route.abort())
    for (const path of ['/', '/archived', '/bin']) expect(await foundAt(visit, path)).toEqual([])
    await page.goto('/t/seed-2')
    await page.getByRole('heading', { name: 'This conversation cannot be read now' }).waitFor()
    expect(await found(page, 'trouble')).toEqual([])
  })

  it('when the house goes away while the page is open', async () => {
    await using visit = await openSeeded(3, kind)
    const { page } = visit
    await linkTo(visit, titleOf(1)).click()
    await page.locator('.answer').waitFor()
    await visit.house.away()
    await visit.say('Are you there?')
    await page.getByText('Stale:').waitFor()
    expect(await found(page, 'stale')).toEqual([])
    await page.getByRole('link', { name: 'Bin' }).click()
    await page.getByText(/The house has not answered since/).waitFor()
    expect(await found(page, 'away')).toEqual([])
    await visit.house.back()
  })
})

async function found(page: Page, state: string): Promise<string[]> {
  const inTheLight = await axeFaults(page)
  const inTheDark = await axeFaultsInTheDark(page)
  return [
    ...inTheLight.map((fault) => `${state}: ${fault}`),
    ...inTheDark.map((fault) => `${state} in the dark: ${fault}`),
  ]
}

async function foundAt({ page }: OpenPage, path: string): Promise<string[]> {
  await page.goto(path)
  await page.locator('h1').first().waitFor()
  return found(page, path)
}

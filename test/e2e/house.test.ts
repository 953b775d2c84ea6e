// The house around the conversation, as a person finds it: first visit, list, palette, bin, phone, keyboard, troubles.

import { describe, expect, it } from 'vitest'
import { openPage, type OpenPage } from './open-page.ts'
import { usualTitle } from './page-house.ts'
import { choose, linkTo, openSeeded } from './seeded-page.ts'
import { titleOf } from './seed.ts'
import { phone } from './visit.ts'

describe('a first visit', () => {
  it('asks for nothing, and shows one sentence, four faces and a good first prompt', async () => {
    await using visit = await openPage()
    const headings = () => visit.page.locator('h1').allInnerTexts()
    await expect.poll(headings).toEqual(['Say what is on your mind. It will be kept.'])
    expect(await visit.page.getByRole('radio').count()).toBe(4)
    await visit.page.getByRole('button', { name: /I have a decision to make/ }).waitFor()
  })

  it('draws its faces before the house has answered', async () => {
    await using visit = await openPage({ prepare: (page) => page.route('**/v1/**', () => undefined) })
    await visit.page.getByText('Kavya').waitFor()
    expect(await visit.page.getByRole('radio').count()).toBe(4)
  })

  it('begins a conversation with the voice that was chosen, and lists it under its title', async () => {
    await using visit = await openPage()
    const { page } = visit
    await page.getByRole('radio', { name: /Kavya/ }).check()
    await page.getByRole('button', { name: /I have a decision to make/ }).click()
    await page.getByRole('textbox', { name: /message/ }).press('Enter')
    await page.waitForURL(/\/t\//)
    await linkTo(visit, usualTitle).waitFor()
    await page.getByRole('button', { name: 'Kavya answers. Choose another.' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { level: 1, name: usualTitle }).waitFor()
    expect(visit.faults).toEqual([])
  })

  it('keeps what was begun to be written over a reload', async () => {
    await using visit = await openPage()
    const box = visit.page.getByRole('textbox', { name: /message/ })
    await box.fill('half a thought')
    await visit.page.reload()
    await expect.poll(() => box.inputValue()).toBe('half a thought')
  })

  it('has a new conversation after the one that was begun', async () => {
    await using visit = await openSeeded(1)
    await visit.page.getByRole('button', { name: 'New conversation' }).click()
    await visit.page.getByRole('heading', { name: /Say what is on your mind/ }).waitFor()
    expect(new URL(visit.page.url()).pathname).toBe('/')
  })
})

describe('a conversation in the list', () => {
  it('is renamed in place, and is called that in the house', async () => {
    await using visit = await openSeeded(3)
    const { page, house } = visit
    await linkTo(visit, titleOf(0)).focus()
    await page.keyboard.press('F2')
    await page.keyboard.type('Climbing roses')
    await page.keyboard.press('Enter')
    await linkTo(visit, 'Climbing roses').waitFor()
    await expect
      .poll(async () => (await house.keep.store.thread(await visit.userId(), 'seed-0'))?.title)
      .toBe('Climbing roses')
  })

  it('keeps its title when the renaming is left by Escape', async () => {
    await using visit = await openSeeded(3)
    await linkTo(visit, titleOf(0)).focus()
    await visit.page.keyboard.press('F2')
    await visit.page.keyboard.type('No')
    await visit.page.keyboard.press('Escape')
    await linkTo(visit, titleOf(0)).waitFor()
    await expect.poll(() => focusedText(visit)).toBe(titleOf(0))
  })

  it('stands above all days when it is pinned', async () => {
    await using visit = await openSeeded(30)
    await choose(visit, titleOf(5), 'Pin')
    await visit.page.getByRole('heading', { name: 'Pinned' }).waitFor()
    expect((await titles(visit))[0]).toBe(titleOf(5))
  })

  it('goes to the archive and comes back', async () => {
    await using visit = await openSeeded(3)
    await choose(visit, titleOf(1), 'Archive')
    await linkTo(visit, titleOf(1)).waitFor({ state: 'detached' })
    await visit.page.getByRole('link', { name: 'Archive' }).click()
    await visit.page.getByRole('heading', { level: 1, name: 'Archive' }).waitFor()
    await choose(visit, titleOf(1), 'Back to the list')
    await visit.page
      .getByRole('navigation')
      .getByRole('link', { name: titleOf(1) })
      .waitFor()
    expect(visit.faults).toEqual([])
  })

  it('is put in the bin by one key and taken back by another', async () => {
    await using visit = await openSeeded(3)
    await linkTo(visit, titleOf(1)).focus()
    await visit.page.keyboard.press('Delete')
    await visit.page.getByText(`“${titleOf(1)}” is in the bin.`).waitFor()
    expect(await titles(visit)).toEqual([titleOf(0), titleOf(2)])
    await expect.poll(() => focusedText(visit)).toBe(titleOf(2))
    await visit.page.keyboard.press('Control+z')
    await linkTo(visit, titleOf(1)).waitFor()
  })

  it('is restored from the bin', async () => {
    await using visit = await openSeeded(3)
    await choose(visit, titleOf(0), 'Put in the bin')
    await visit.page.getByRole('link', { name: 'Bin' }).click()
    await visit.page.getByRole('button', { name: 'Restore' }).click()
    await visit.page.getByText('The bin is empty').waitFor()
    await expect.poll(() => titles(visit)).toContain(titleOf(0))
  })

  it('is gone for good only after it was asked', async () => {
    await using visit = await openSeeded(2)
    const { page } = visit
    await choose(visit, titleOf(0), 'Put in the bin')
    await page.getByRole('link', { name: 'Bin' }).click()
    await page.locator('.shelf-screen .thread-row').hover()
    await page.getByRole('button', { name: `More about ${titleOf(0)}` }).click()
    await page.getByRole('menuitem', { name: 'Remove for good' }).click()
    await page.getByRole('button', { name: 'Keep it' }).click()
    expect(await visit.house.keep.store.thread(await visit.userId(), 'seed-0')).not.toBeNull()
    await page.getByRole('button', { name: `More about ${titleOf(0)}` }).click()
    await page.getByRole('menuitem', { name: 'Remove for good' }).click()
    await page.getByRole('button', { name: 'Remove for good' }).click()
    await page.getByText('The bin is empty').waitFor()
    await expect.poll(async () => visit.house.keep.store.thread(await visit.userId(), 'seed-0')).toBeNull()
  })

  it('has the title that another device gave it', async () => {
    await using visit = await openSeeded(3)
    const renamed = {
      kind: 'thread.renamed',
      threadId: 'seed-1',
      title: 'From the kitchen',
      titledBy: 'user',
    } as const
    await visit.house.keep.store.commit({ user: await visit.userId(), at: Date.now(), changes: [renamed] })
    await linkTo(visit, 'From the kitchen').waitFor()
    expect(visit.faults).toEqual([])
  })

  it('is given to another voice', async () => {
    await using visit = await openSeeded(2)
    await linkTo(visit, titleOf(0)).click()
    await visit.page.getByRole('button', { name: 'Riya answers. Choose another.' }).click()
    await visit.page.getByRole('menuitemradio', { name: /Aisha/ }).click()
    await visit.page.getByRole('button', { name: 'Aisha answers. Choose another.' }).waitFor()
    const personaOf = async () =>
      (await visit.house.keep.store.thread(await visit.userId(), 'seed-0'))?.defaultPersonaId
    await expect.poll(personaOf).toBe('dominant')
  })
})

describe('a thousand conversations', () => {
  it('are searched to the last, and drawn only where they are seen', async () => {
    await using visit = await openSeeded(1_000)
    const { page } = visit
    await linkTo(visit, titleOf(0)).waitFor()
    expect(await page.locator('[data-thread]').count()).toBeLessThan(60)
    await page.getByRole('searchbox', { name: 'Search titles' }).fill(titleOf(999))
    await linkTo(visit, titleOf(999)).waitFor()
    await page.getByRole('searchbox').fill('nothing is called this')
    await page.getByText('No title among 1000 has “nothing is called this” in it.').waitFor()
  })

  it('are walked by the arrows, to the end and back', async () => {
    await using visit = await openSeeded(1_000)
    const { page } = visit
    await linkTo(visit, titleOf(0)).waitFor()
    await page.getByRole('searchbox').press('ArrowDown')
    await expect.poll(() => focusedText(visit)).toBe(titleOf(0))
    for (let step = 0; step < 30; step++) {
      await page.keyboard.press('ArrowDown')
      await expect.poll(() => focusedText(visit)).toBe(titleOf(step + 1))
    }
    await page.keyboard.press('Home')
    await expect.poll(() => focusedText(visit)).toBe(titleOf(0))
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: titleOf(0) }).waitFor()
  })
})

describe('the palette', () => {
  it('opens a conversation by a few letters, without the mouse', async () => {
    await using visit = await openSeeded(40)
    const { page } = visit
    await linkTo(visit, titleOf(0)).waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Find or do anything' }).fill('lisbon')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Train to Lisbon or not' }).waitFor()
    expect(visit.faults).toEqual([])
  })

  it('does what it says to the open conversation', async () => {
    await using visit = await openSeeded(3)
    const { page } = visit
    await linkTo(visit, titleOf(1)).click()
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').fill('rename')
    await page.keyboard.press('Enter')
    await page.getByRole('textbox', { name: 'Title' }).fill('To the landlady')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'To the landlady' }).waitFor()
    expect(visit.faults).toEqual([])
  })

  it('goes by Escape, back to where one was', async () => {
    await using visit = await openSeeded(2)
    const search = visit.page.getByRole('searchbox')
    await search.focus()
    await visit.page.keyboard.press('Control+k')
    await visit.page.getByRole('combobox').waitFor()
    await visit.page.keyboard.press('Escape')
    await visit.page.getByRole('combobox').waitFor({ state: 'detached' })
    expect(await search.evaluate((field) => field === document.activeElement)).toBe(true)
  })
})

describe('on a phone', () => {
  it('the list comes in by its button, and goes when something is chosen', async () => {
    await using visit = await openSeeded(20, phone)
    const { page } = visit
    await page.getByRole('button', { name: 'Conversations' }).tap()
    await linkTo(visit, titleOf(4)).tap()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.getByRole('heading', { level: 1, name: titleOf(4) }).waitFor()
    expect(visit.faults).toEqual([])
  })

  it('the list comes in and goes by a finger', async () => {
    await using visit = await openSeeded(5, phone)
    await swipe(visit, 6, 240)
    await visit.page.getByRole('dialog', { name: 'Conversations' }).waitFor()
    await swipe(visit, 260, 40)
    await visit.page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(visit.faults).toEqual([])
  })

  it('what was put in the bin is taken back from inside the list', async () => {
    await using visit = await openSeeded(3, phone)
    const { page } = visit
    await page.getByRole('button', { name: 'Conversations' }).tap()
    await page.getByRole('button', { name: `More about ${titleOf(0)}` }).tap()
    await page.getByRole('menuitem', { name: 'Put in the bin' }).tap()
    await page.getByRole('button', { name: 'Undo' }).tap()
    await linkTo(visit, titleOf(0)).waitFor()
    expect(visit.faults).toEqual([])
  })
})

describe('light and dark', () => {
  it('is chosen once for this browser', async () => {
    await using visit = await openPage()
    const { page } = visit
    const paper = () => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)
    await page.getByRole('button', { name: 'Light or dark' }).click()
    await page.getByRole('menuitemradio', { name: 'Dark' }).click()
    expect(await paper()).toBe('dark')
    await page.reload()
    expect(await paper()).toBe('dark')
  })
})

describe('in trouble', () => {
  it('says that the house is away, and reads the list when it is back', async () => {
    await using visit = await openSeeded(3)
    const { page } = visit
    await visit.house.away()
    await page.getByRole('link', { name: 'Bin' }).click()
    await page.getByText(/The house has not answered since/).waitFor()
    await visit.house.back()
    await page.getByText(/The house has not answered since/).waitFor({ state: 'detached', timeout: 30_000 })
    await page.getByText('The bin is empty').waitFor({ timeout: 30_000 })
    expect(visit.faults).toEqual([])
  })

  it('takes a new title back that the house would not have', async () => {
    await using visit = await openSeeded(2)
    const { page } = visit
    await page.route('**/v1/threads/seed-0', (route) =>
      route.request().method() === 'PATCH'
        ? route.fulfill({
            status: 507,
            body: '{"error":{"code":"storage_full","message":"The disk is full.","hint":""}}',
          })
        : route.continue(),
    )
    await choose(visit, titleOf(0), 'Pin')
    await page.getByText(`“${titleOf(0)}” could not be pinned. The disk is full.`).waitFor()
    expect(await page.getByRole('heading', { name: 'Pinned' }).count()).toBe(0)
  })

  it('says that nothing is kept where nothing is kept', async () => {
    await using visit = await openPage({ store: 'memory:' })
    await visit.page.getByText('Nothing is kept here.').waitFor()
    expect(visit.faults).toEqual([])
  })

  it('and says no such thing where it is kept', async () => {
    await using visit = await openSeeded(1)
    await linkTo(visit, titleOf(0)).waitFor()
    expect(await visit.page.getByText('Nothing is kept here.').count()).toBe(0)
  })

  it('says that there is nothing at an address', async () => {
    await using visit = await openPage()
    await visit.page.goto('/t/not-a-thread')
    await visit.page.getByRole('heading', { name: 'There is no such conversation' }).waitFor()
    await visit.page.goto('/elsewhere')
    await visit.page.getByRole('heading', { name: 'There is no such page' }).waitFor()
    expect(visit.faults).toEqual([])
  })
})

const titles = ({ page }: OpenPage) => page.locator('nav [data-thread]').allInnerTexts()

const focusedText = ({ page }: OpenPage) => page.evaluate(() => document.activeElement?.textContent)

async function swipe({ page }: OpenPage, fromX: number, toX: number): Promise<void> {
  const device = await page.context().newCDPSession(page)
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', x: number) =>
    device.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? [] : [{ x, y: 400 }] })
  await touch('touchStart', fromX)
  for (let step = 1; step <= 6; step++) await touch('touchMove', fromX + ((toX - fromX) * step) / 6)
  await touch('touchEnd', toX)
}

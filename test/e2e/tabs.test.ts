// Several tabs and devices of one person come to show the same within two seconds, over one event stream for each browser.
import type { BrowserContext, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { atGate, end, hang, says, type Script } from '../../src/model/scripted.ts'
import { openPage, type OpenPage } from './open-page.ts'
import { lastWords } from './page-house.ts'
import { tabsAtOdds } from './tabs-at-odds.ts'
import { type Visit, visitOf } from './visit.ts'

const aboutIt: Script = (request) => says(`About: ${lastWords(request)}`)
const withinMs = 2_000
const rounds = Number(process.env['TABS_ROUNDS'] ?? 8)
const seed = Number(process.env['TABS_SEED'] ?? Date.now() % 100_000)

describe('two tabs of one browser', () => {
  it('have one event stream between them, and both hear', async () => {
    await using at = await openPage({ script: aboutIt })
    const streams = streamsOf(at.context)
    await begun(at)
    const other = await at.tab()
    await other.answer('About: One')
    await other.page.waitForTimeout(1_500)
    expect(streams.standing()).toBe(1)
    await at.say('Two')
    expect(await msOf(other.own('Two').waitFor())).toBeLessThanOrEqual(withinMs)
    await other.answer('About: Two')
    await other.say('Three')
    expect(await msOf(at.own('Three').waitFor())).toBeLessThanOrEqual(withinMs)
    expect(streams.standing()).toBe(1)
  })

  it('go on hearing when the one that listens is closed', async () => {
    await using at = await openPage({ script: aboutIt })
    await begun(at)
    const follower = await at.tab()
    await follower.answer('About: One')
    const device = await anotherDevice(at)
    await at.page.close()
    await device.say('After the tab was closed')
    expect(await msOf(follower.own('After the tab was closed').waitFor())).toBeLessThanOrEqual(withinMs)
  })

  it.each([
    ['frozen', freeze],
    ['stuck', stick],
  ])('go on hearing when the one that listens is %s', async (_, stop) => {
    await using at = await openPage({ script: aboutIt })
    await begun(at)
    const follower = await at.tab()
    await follower.answer('About: One')
    const device = await anotherDevice(at)
    await stop(at.page)
    const said = Date.now()
    await device.say('While it does nothing')
    await follower.own('While it does nothing').waitFor({ timeout: 5_000 })
    expect(Date.now() - said).toBeLessThan(withinMs)
  })

  it('send what waits once, though both would', async () => {
    await using at = await openPage({ script: aboutIt })
    await begun(at)
    const other = await at.tab()
    await other.answer('About: One')
    const sent: string[] = []
    at.context.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/messages'))
        sent.push((request.postDataJSON() as { text: string }).text)
    })
    await at.context.setOffline(true)
    for (let nth = 1; nth <= 5; nth++) await (nth % 2 ? at : other).say(`Said ${nth}`)
    const tried = sent.length
    await other.own('Said 4').getByText('on this device').waitFor()
    await at.context.setOffline(false)
    for (const tab of [at, other]) await tab.answer('About: Said 5')
    for (const tab of [at, other])
      await expect.poll(() => tab.words()).toEqual(['One', 'Said 1', 'Said 2', 'Said 3', 'Said 4', 'Said 5'])
    expect(await at.kept()).toBe(12)
    const online = sent.slice(tried)
    expect(new Set(online).size).toBe(5)
    expect(online.length).toBeLessThanOrEqual(6)
  })

  it('share a draft, and never write over what is being written', async () => {
    await using at = await openPage({ script: aboutIt })
    await begun(at)
    const other = await at.tab()
    await other.answer('About: One')
    await at.box.fill('Begun here')
    await expect.poll(() => other.box.inputValue()).toBe('Begun here')
    await other.page.waitForTimeout(300)
    await other.box.pressSequentially(' and there', { delay: 20 })
    await at.page.waitForTimeout(2_200)
    expect(await at.box.inputValue()).toBe('Begun here and there')
    const typing = at.box.pressSequentially(', with more words that come one by one', { delay: 40 })
    await other.box.fill('Something else')
    await typing
    expect(await at.box.inputValue()).toBe('Begun here and there, with more words that come one by one')
    const [own, others] = [await at.box.inputValue(), await other.box.inputValue()]
    expect([own, 'Something else']).toContain(others)
  })

  it('lose the draft of what was said in the other', async () => {
    await using at = await openPage({ script: aboutIt })
    await begun(at)
    const other = await at.tab()
    await other.answer('About: One')
    await at.box.fill('Said once')
    await expect.poll(() => other.box.inputValue()).toBe('Said once')
    await at.box.press('Enter')
    await at.answer('About: Said once')
    await expect.poll(() => other.box.inputValue()).toBe('')
  })

  it(`at odds for ${rounds} rounds (seed ${seed}) lose nothing, say nothing twice, and end with the same`, async () => {
    await using at = await openPage({ script: aboutIt })
    await begun(at)
    const other = await at.tab()
    await other.answer('About: One')
    const outcome = await tabsAtOdds(at, [at, other], seed, rounds)
    expect(outcome).toEqual({ lost: [], twice: [], views: [outcome.views[0], outcome.views[0]] })
    expect(outcome.views[0]?.length).toBeGreaterThan(0)
  }, 3_600_000)

  it('would be found to say things twice, if each try had another id', async () => {
    await using at = await openPage({ script: aboutIt })
    await begun(at)
    const { twice } = await tabsAtOdds(at, [at], 3, 3, { every: 1, isCareless: true })
    expect(twice.length).toBeGreaterThan(0)
  }, 120_000)
})

describe('another device', () => {
  it('shows what is said, its answer and the title', async () => {
    await using at = await openPage({ script: aboutIt })
    const device = await anotherDevice(at, '/')
    await at.say('One')
    await at.page.getByRole('heading', { name: 'A title' }).waitFor()
    expect(await msOf(device.page.getByRole('link', { name: 'A title' }).waitFor())).toBeLessThanOrEqual(
      withinMs,
    )
    await device.page.getByRole('link', { name: 'A title' }).click()
    await device.answer('About: One')
    await at.say('Two')
    expect(await msOf(device.own('Two').waitFor())).toBeLessThanOrEqual(withinMs)
    await device.answer('About: Two')
  })

  it('shows a new title, a deleted message, another head, and a stop', async () => {
    const script: Script = (request) =>
      /Hang/.test(lastWords(request)) ? ['Roses ', atGate, hang, end()] : says(`About: ${lastWords(request)}`)
    await using at = await openPage({ script })
    await begun(at)
    const device = await anotherDevice(at)
    await renamed(at.page, 'Named anew')
    expect(
      await msOf(device.page.getByRole('heading', { name: 'Named anew' }).waitFor()),
    ).toBeLessThanOrEqual(withinMs)
    await at.edit('Otherwise')
    expect(await msOf(device.own('Otherwise').waitFor())).toBeLessThanOrEqual(withinMs)
    await at.answer('About: Otherwise')
    await at.own('Otherwise').hover()
    await at.own('Otherwise').getByRole('button', { name: 'More' }).click()
    await at.page.getByRole('menuitem', { name: 'Delete' }).click()
    expect(await msOf(device.own('Otherwise').waitFor({ state: 'detached' }))).toBeLessThanOrEqual(withinMs)
    await at.say('Hang')
    await device.page.getByRole('button', { name: 'Stop the answer' }).waitFor()
    await at.page.getByRole('button', { name: 'Stop the answer' }).click()
    expect(await msOf(device.page.getByText('stopped', { exact: true }).waitFor())).toBeLessThanOrEqual(
      withinMs,
    )
  })

  it('finds on a page that was closed nothing of what was deleted meanwhile', async () => {
    await using at = await openPage({ script: aboutIt })
    await begun(at)
    const device = await anotherDevice(at)
    await device.page.waitForTimeout(1_600)
    const place = device.page.url()
    await device.page.goto('about:blank')
    await at.own('One').hover()
    await at.own('One').getByRole('button', { name: 'More' }).click()
    await at.page.getByRole('menuitem', { name: 'Delete' }).click()
    await at.page.getByText('You deleted what you said here.').waitFor()
    await device.page.goto(new URL('/archived', place).href)
    await expect.poll(() => remembered(device.page)).not.toContain('One')
  })
})

async function begun(at: OpenPage): Promise<void> {
  await at.say('One')
  await at.answer('About: One')
  await at.page.getByRole('heading', { name: 'A title' }).waitFor()
}

/** The same person with another browser. */
async function anotherDevice(at: OpenPage, path = new URL(at.page.url()).pathname): Promise<Visit> {
  await at.userId()
  const browser = at.context.browser()
  if (!browser) throw new Error('a context has a browser')
  const context = await browser.newContext({ baseURL: at.house.url, viewport: { width: 1280, height: 800 } })
  context.setDefaultTimeout(15_000)
  await context.addCookies(await at.context.cookies())
  at.context.once('close', () => void context.close())
  const visit = visitOf(await context.newPage())
  await visit.page.goto(path)
  await visit.box.waitFor()
  if (path !== '/') await visit.answer('About: One')
  await visit.page.waitForTimeout(500)
  return visit
}

/** How long it takes until then. */
async function msOf(wait: Promise<void>): Promise<number> {
  const began = performance.now()
  await wait
  return Math.round(performance.now() - began)
}

function streamsOf(context: BrowserContext): { standing(): number } {
  const open = new Set<unknown>()
  context.on('request', (request) => {
    if (request.url().includes('/v1/changes/stream')) open.add(request)
  })
  for (const over of ['requestfailed', 'requestfinished'] as const)
    context.on(over as 'requestfailed', (request) => void open.delete(request))
  return { standing: () => open.size }
}

async function freeze(page: Page): Promise<void> {
  const wire = await page.context().newCDPSession(page)
  await wire.send('Page.setWebLifecycleState', { state: 'frozen' })
}

/** In a script that does not end for a while. */
async function stick(page: Page): Promise<void> {
  void page
    .evaluate(() => {
      const until = Date.now() + 8_000
      while (Date.now() < until);
    })
    .catch(() => undefined)
  await new Promise((resolve) => setTimeout(resolve, 100))
}

async function renamed(page: Page, title: string): Promise<void> {
  await page.getByRole('heading', { name: 'A title' }).dblclick()
  await page
    .getByRole('textbox', { name: /title|name/i })
    .first()
    .fill(title)
  await page.keyboard.press('Enter')
}

/** All the words that this browser holds for its next first picture. */
const remembered = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const done = <Result>(asked: IDBRequest<Result>) =>
      new Promise<Result>((resolve) => asked.addEventListener('success', () => resolve(asked.result)))
    const database = await done(indexedDB.open('threadkeep.remembered'))
    type Row = { value: { messages: { text: string }[] } }
    const rows = await done<Row[]>(database.transaction('pages').objectStore('pages').getAll())
    database.close()
    return rows.flatMap(({ value }) => value.messages.map(({ text }) => text))
  })

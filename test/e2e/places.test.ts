// A draft and what was read on one device are on the other within two seconds, and nobody is written over.
import { describe, expect, it } from 'vitest'
import { says, type Script } from '../../src/model/scripted.ts'
import { openPage, type OpenPage } from './open-page.ts'
import { lastWords } from './page-house.ts'
import { desktop, type Visit, visitOf } from './visit.ts'

const aboutIt: Script = (request) => says(`About: ${lastWords(request)}`)
const withinMs = 2_000

describe('a draft', () => {
  it('that is begun on one device is on the other within two seconds', async () => {
    await using at = await openTalk()
    const device = await anotherDevice(at)
    await at.box.pressSequentially('And the roses', { delay: 20 })
    await holdsSoon(device, 'And the roses')
    await device.page.waitForTimeout(2_000)
    await device.box.press('End')
    await device.box.pressSequentially(' by the wall', { delay: 20 })
    await holdsSoon(at, 'And the roses by the wall')
    expect(await draftIn(at)).toBe('And the roses by the wall')
  })

  it('is in the box of a device that comes later, and after a reload', async () => {
    await using at = await openTalk()
    await at.box.fill('Begun before')
    await expect.poll(() => draftIn(at)).toBe('Begun before')
    const device = await anotherDevice(at)
    await holdsSoon(device, 'Begun before')
    await device.page.reload()
    await holdsSoon(device, 'Begun before')
  })

  it('is never written over what somebody is writing', async () => {
    await using at = await openTalk()
    const device = await anotherDevice(at)
    const words = 'Words that come one by one and are still coming'
    const typing = device.box.pressSequentially(words, { delay: 60 })
    for (const nth of [1, 2, 3]) {
      await at.box.fill(`From the other ${nth}`)
      await at.page.waitForTimeout(800)
    }
    await typing
    expect(await device.box.inputValue()).toBe(words)
    await expect.poll(() => draftIn(at), { timeout: withinMs }).toBe(words)
  })

  it('that is sent is gone from both', async () => {
    await using at = await openTalk()
    const device = await anotherDevice(at)
    await at.box.fill('Said once')
    await holdsSoon(device, 'Said once')
    await at.box.press('Enter')
    await holdsSoon(device, '')
    await device.answer('About: Said once')
    expect([await at.box.inputValue(), await draftIn(at)]).toEqual(['', null])
    await device.page.reload()
    await device.answer('About: Said once')
    expect(await device.box.inputValue()).toBe('')
  })

  it('is kept here while the house is away, and told when it is back', async () => {
    await using at = await openTalk()
    await at.page.waitForTimeout(500)
    await at.house.away()
    await at.box.fill('Written alone')
    await at.page.waitForTimeout(1_500)
    expect(await draftIn(at)).toBeNull()
    await at.house.back()
    await expect.poll(() => draftIn(at), { timeout: 15_000 }).toBe('Written alone')
    expect(await at.box.inputValue()).toBe('Written alone')
  })

  it('of a conversation that has not begun stays on its device', async () => {
    await using at = await openTalk()
    await at.page.getByRole('link', { name: 'A title' }).waitFor()
    const puts: string[] = []
    at.page.on('request', (request) => request.method() === 'PUT' && puts.push(request.url()))
    await at.page.goto('/')
    await at.box.fill('Not begun yet')
    await at.page.waitForTimeout(1_500)
    expect(puts.filter((url) => url.endsWith('/place'))).toEqual([])
  })
})

describe('what was read', () => {
  it('on one device has no dot on the other', async () => {
    await using at = await openTalk()
    const device = await anotherDevice(at)
    await device.page.goto('/')
    const link = device.page.getByRole('link', { name: 'A title' })
    await link.waitFor()
    await at.page.goto('/')
    const dot = device.page.locator('[data-news]')
    await sayFromElsewhere(at, device)
    await dot.waitFor()
    await at.page.getByRole('link', { name: 'A title' }).click()
    await at.answer('Said elsewhere')
    const began = performance.now()
    await dot.waitFor({ state: 'detached' })
    expect(performance.now() - began).toBeLessThanOrEqual(withinMs)
  })

  it('while the other was closed has no dot when it is opened', async () => {
    await using at = await openTalk()
    const device = await anotherDevice(at)
    await device.page.waitForTimeout(1_000)
    await device.page.goto('about:blank')
    await at.say('Two')
    await at.answer('About: Two')
    await at.page.waitForTimeout(1_000)
    await device.page.goto(at.house.url)
    await device.page.getByRole('link', { name: 'A title' }).waitFor()
    await expect.poll(() => device.page.locator('[data-news]').count(), { timeout: withinMs }).toBe(0)
  })
})

let [threadId, userId] = ['', '']

async function openTalk(): Promise<OpenPage> {
  const at = await openPage({ script: aboutIt })
  await at.say('One')
  await at.answer('About: One')
  await at.page.getByRole('heading', { name: 'A title' }).waitFor()
  await expect.poll(() => new URL(at.page.url()).pathname).toMatch(/^\/t\//)
  threadId = decodeURIComponent(at.page.url().split('/').at(-1) ?? '')
  userId = await at.userId()
  return at
}

/** The same person with another browser, at the same conversation. */
async function anotherDevice(at: OpenPage): Promise<Visit> {
  const browser = at.context.browser()
  if (!browser) throw new Error('a context has a browser')
  const context = await browser.newContext({ baseURL: at.house.url, ...desktop, serviceWorkers: 'block' })
  context.setDefaultTimeout(15_000)
  await context.addCookies(await at.context.cookies())
  at.context.once('close', () => void context.close())
  const visit = visitOf(await context.newPage())
  await visit.page.goto(new URL(at.page.url()).pathname)
  await visit.answer('About: One')
  await visit.page.waitForTimeout(500)
  return visit
}

/** What the house has for the thread of this test. */
const draftIn = async (at: OpenPage) => (await at.house.keep.store.place(userId, threadId))?.draft ?? null

async function holdsSoon(visit: Visit, words: string): Promise<void> {
  await expect.poll(() => visit.box.inputValue(), { timeout: withinMs, interval: 50 }).toBe(words)
}

/** An answer that nobody of them has open. */
async function sayFromElsewhere(at: OpenPage, device: Visit): Promise<void> {
  const change = {
    kind: 'message.said',
    threadId,
    id: 'elsewhere',
    role: 'assistant',
    text: 'Said elsewhere',
  } as const
  await device.page.waitForTimeout(700)
  await at.house.keep.store.commit({ user: userId, at: Date.now(), changes: [change] })
}

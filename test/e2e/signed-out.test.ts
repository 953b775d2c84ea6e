// Somebody is signed out while what they said waits on the device: nothing of it is lost, and nobody else begins before they say so.
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { says, type Script } from '../../src/model/scripted.ts'
import { axeFaults, axeFaultsInTheDark } from './axe.ts'
import { openPage, type OpenPage, type PageOptions } from './open-page.ts'
import { lastWords } from './page-house.ts'
import { phone } from './visit.ts'

const aboutIt: Script = (request) => says(`About: ${lastWords(request)}`)
const unsent = ['Never to be lost', 'Nor this one']

describe('words that wait while their person is signed out', () => {
  it('are there after a reload, with what can be done, and nobody new was made', async () => {
    await using at = await signedOut()
    for (const words of unsent) await at.own(words).getByText('on this device').waitFor()
    await at.own('What grows?').waitFor()
    await notice(at.page).getByText('You are signed out here.').waitFor()
    await notice(at.page).getByText('2 messages wait on this device.').waitFor()
    await at.page.waitForTimeout(3_000)
    expect(await at.context.cookies()).toEqual([])
  })

  it('go out once when they are signed in again', async () => {
    await using at = await signedOut()
    await notice(at.page).waitFor()
    await at.context.addCookies(at.cookies)
    for (const words of unsent) await at.own(words).getByText('on disk').waitFor({ timeout: 40_000 })
    await at.answer(`About: ${unsent[1]}`)
    await notice(at.page).waitFor({ state: 'detached' })
    expect(await at.userId()).toBe(at.user)
    expect(await at.words()).toEqual(['What grows?', ...unsent])
    expect(await at.kept()).toBe(6)
  })

  it('are copied all together', async () => {
    await using at = await signedOut({ permissions: ['clipboard-read', 'clipboard-write'] })
    await notice(at.page).getByRole('button', { name: 'Copy them' }).click()
    await at.page.getByText('Copied.').waitFor()
    expect(await at.page.evaluate(() => navigator.clipboard.readText())).toBe(unsent.join('\n\n'))
  })

  it('are shown to be selected where the page may not copy', async () => {
    await using at = await signedOut({
      prepare: (page) =>
        page.addInitScript(() => Object.defineProperty(navigator, 'clipboard', { value: undefined })),
    })
    await notice(at.page).getByRole('button', { name: 'Copy them' }).click()
    expect(await at.page.getByRole('textbox', { name: 'The words' }).inputValue()).toBe(unsent.join('\n\n'))
  })

  it('stay when the question is answered with no', async () => {
    await using at = await signedOut()
    await notice(at.page).getByRole('button', { name: 'Begin as somebody new' }).click()
    await at.page.getByRole('button', { name: 'Keep it' }).click()
    await at.page.reload()
    await at.own(unsent[0] ?? '').waitFor()
    expect(await at.context.cookies()).toEqual([])
  })

  it('are deleted when somebody new begins, who sees nothing of them', async () => {
    await using at = await signedOut()
    await at.box.fill('Begun and not said')
    await at.page.waitForTimeout(500)
    await notice(at.page).getByRole('button', { name: 'Begin as somebody new' }).click()
    await at.page.getByRole('dialog').getByRole('button', { name: 'Begin anew' }).click()
    await at.page.getByText('There is no such conversation').waitFor()
    expect(await at.userId()).not.toBe(at.user)
    expect(await notice(at.page).count()).toBe(0)
    const held = await heldBy(at.page)
    for (const words of [...unsent, 'Begun', 'What grows?']) expect(held).not.toContain(words)
    await at.page.goto('/')
    await at.say('Hello')
    await at.answer('About: Hello')
    expect(await at.words()).toEqual(['Hello'])
  })

  it('stay when the house lets nobody new in', async () => {
    await using at = await signedOut()
    const error = { code: 'forbidden', message: 'No guests are let in.', hint: 'Sign in.' }
    await at.page.route('**/v1/guests', (route) => route.fulfill({ status: 403, json: { error } }))
    await notice(at.page).getByRole('button', { name: 'Begin as somebody new' }).click()
    await at.page.getByRole('dialog').getByRole('button', { name: 'Begin anew' }).click()
    await at.page.getByText('No guests are let in.').waitFor()
    await at.page.reload()
    await at.own(unsent[0] ?? '').waitFor()
    expect(await at.context.cookies()).toEqual([])
  })

  it('may be more while they are out', async () => {
    await using at = await signedOut()
    await notice(at.page).waitFor()
    await at.say('A third')
    await notice(at.page).getByText('3 messages wait on this device.').waitFor()
    expect(await at.context.cookies()).toEqual([])
  })
})

describe('the notice', () => {
  it.each([
    ['a wide window', {}],
    ['a phone', phone],
  ])('has nothing that axe finds, on %s', async (_, kind) => {
    await using at = await signedOut({ ...kind, colorScheme: 'light', bypassCSP: true })
    await notice(at.page).waitFor()
    expect(await found(at.page)).toEqual([])
    const overflow = await at.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    expect(overflow).toBeLessThanOrEqual(0)
    await notice(at.page).getByRole('button', { name: 'Begin as somebody new' }).click()
    await at.page.getByRole('dialog').waitFor()
    expect(await found(at.page)).toEqual([])
  })

  it('may not hold out somebody who left no more than a draft', async () => {
    await using at = await begun()
    await at.box.fill('Begun and not said')
    await at.page.waitForTimeout(500)
    await at.context.clearCookies()
    await at.page.reload()
    await at.page.getByText('There is no such conversation').waitFor()
    expect(await at.userId()).not.toBe(at.user)
    expect(await heldBy(at.page)).not.toContain('Begun')
  })
})

const notice = (page: Page) => page.locator('.banner', { hasText: 'You are signed out here.' })

type Begun = OpenPage & { user: string; cookies: Awaited<ReturnType<OpenPage['context']['cookies']>> }

async function begun(options: PageOptions = {}): Promise<Begun> {
  const at = await openPage({ script: aboutIt, ...options })
  await at.send('What grows?')
  await at.answer('About: What grows?')
  await expect.poll(() => at.page.url()).toContain('/t/')
  await at.page.getByRole('heading', { name: 'A title' }).waitFor()
  // What is remembered of it is written down a moment later.
  await at.page.waitForTimeout(1_500)
  return { ...at, user: await at.userId(), cookies: await at.context.cookies() }
}

/** Two messages that could not go out, a login that is over, and the page anew. */
async function signedOut(options: PageOptions = {}): Promise<Begun> {
  const at = await begun(options)
  await at.context.clearCookies()
  for (const words of unsent) {
    await at.send(words)
    await at.own(words).getByText('on this device').waitFor()
  }
  await at.page.reload()
  return at
}

async function found(page: Page): Promise<string[]> {
  return [...(await axeFaults(page)), ...(await axeFaultsInTheDark(page))]
}

/** All that this browser holds, in words. */
const heldBy = (page: Page): Promise<string> =>
  page.evaluate(async () => {
    const done = <Result>(asked: IDBRequest<Result>) =>
      new Promise<Result>((resolve) => asked.addEventListener('success', () => resolve(asked.result)))
    const held: unknown[] = [Object.entries(localStorage)]
    for (const { name } of await indexedDB.databases()) {
      const database = await done(indexedDB.open(name ?? ''))
      for (const store of database.objectStoreNames)
        held.push(await done(database.transaction(store).objectStore(store).getAll()))
      database.close()
    }
    return JSON.stringify(held)
  })

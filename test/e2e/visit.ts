// Somebody before the page: what they say, read and press, in a browser that all tests of a file share.
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, expect } from 'vitest'
import { buildWebIfStale } from '../../scripts/web.ts'
import type { Script } from '../../src/model/scripted.ts'
import { launchBrowser } from './browser.ts'
import { openPageHouse, type PageHouse, type PageHouseOptions } from './page-house.ts'

let browser: Promise<Browser> | undefined

async function open(): Promise<Browser> {
  await buildWebIfStale()
  return launchBrowser()
}

afterAll(async () => {
  await (await browser)?.close()
  browser = undefined
})

export type Visit = {
  page: Page
  box: ReturnType<Page['getByRole']>
  say(words: string): Promise<void>
  edit(words: string): Promise<void>
  answer(words: string): Promise<void>
  own(words: string): ReturnType<Page['getByRole']>
  answers(): Promise<string[]>
  words(): Promise<string[]>
}

export type FirstVisit = Visit &
  AsyncDisposable & {
    house: PageHouse
    context: BrowserContext
    tab(prepare?: (page: Page) => Promise<unknown>): Promise<Visit>
    threadUrl(threadId: string): string
    userId(): Promise<string>
    /** How many messages the house holds of the thread that is open. */
    kept(): Promise<number>
  }

export async function begin(
  script: Script,
  options: BrowserContextOptions = {},
  houseOptions: PageHouseOptions = {},
): Promise<FirstVisit> {
  await (browser ??= open())
  const house = await openPageHouse(script, houseOptions)
  const at = await withPage(house.url, options)
  const { page, context, faults } = at
  const tab = async (prepare?: (page: Page) => Promise<unknown>) => {
    const other = await context.newPage()
    await prepare?.(other)
    await other.goto(page.url())
    return visitOf(other)
  }
  const threadUrl = (threadId: string) => `${house.url}/t/${threadId}`
  const kept = async () => {
    const threadId = decodeURIComponent(page.url().split('/').at(-1) ?? '')
    return (await house.keep.store.thread(await userId(), threadId))?.messageCount ?? -1
  }
  const userId = async () => {
    await visitOf(page).box.waitFor()
    const me = (await (await context.request.get(`${house.url}/v1/me`)).json()) as { id: string }
    return me.id
  }
  const dispose = async () => {
    await at[Symbol.asyncDispose]()
    await house[Symbol.asyncDispose]()
    expect(faults).toEqual([])
  }
  return { ...visitOf(page), house, context, tab, kept, threadUrl, userId, [Symbol.asyncDispose]: dispose }
}

export type AtPage = AsyncDisposable & { page: Page; context: BrowserContext; faults: string[] }

/** A browser of their own, with nothing in it yet, before this address. */
export async function withPage(url: string, options: BrowserContextOptions = {}): Promise<AtPage> {
  const context = await (await (browser ??= open())).newContext(options)
  context.setDefaultTimeout(15_000)
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', (fault) => faults.push(String(fault.stack ?? fault)))
  await page.goto(url)
  return { page, context, faults, [Symbol.asyncDispose]: () => context.close() }
}

export function visitOf(page: Page): Visit {
  const box = page.getByRole('textbox', { name: /^Your message/ })
  const own = (words: string) => page.getByRole('article', { name: 'You' }).filter({ hasText: words })
  const textsOf = (selector: string) => page.locator(selector).allInnerTexts()
  return {
    page,
    box,
    own,
    async say(words) {
      await box.fill(words)
      await box.press('Enter')
      await own(words).waitFor()
    },
    async edit(words) {
      await box.press('ArrowUp')
      await box.fill(words)
      await box.press('Enter')
    },
    answer: (words) => page.locator('.answer .markdown', { hasText: words }).last().waitFor(),
    answers: () => textsOf('.answer .markdown'),
    words: () => textsOf('.own .own-text'),
  }
}

export const lastWords = ({ messages }: { messages: readonly { parts: readonly object[] }[] }): string => {
  const [part] = messages.at(-1)?.parts ?? []
  return part && 'text' in part ? String(part.text) : ''
}

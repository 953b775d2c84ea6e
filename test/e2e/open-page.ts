// The world of a test in the browser: a house, a page that has come to it, and a last look whether anything went wrong there.
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, expect } from 'vitest'
import { launchBrowser } from './browser.ts'
import { type HouseOptions, openPageHouse, type PageHouse } from './page-house.ts'
import { desktop, type Visit, visitOf, watched } from './visit.ts'

export type PageOptions = BrowserContextOptions & HouseOptions & { prepare?: Prepare | undefined }

/** Done to a page before it goes anywhere. */
type Prepare = (page: Page) => Promise<unknown>

export type OpenPage = Visit &
  AsyncDisposable & {
    readonly house: PageHouse
    readonly context: BrowserContext
    /** Whatever is in here at the end fails the test. */
    readonly faults: string[]
    /** Another tab of the same browser, at the same place. */
    tab(prepare?: Prepare): Promise<Visit>
    /** Who this browser is to the house. */
    userId(): Promise<string>
    /** How many messages the house holds of the thread that is open. */
    kept(): Promise<number>
  }

/** Somebody at the first page of a house of their own. */
export async function openPage(options: PageOptions = {}): Promise<OpenPage> {
  const { script, store, data, port, prepare, ...kind } = options
  const house = await openPageHouse({ script, store, data, port })
  const at = await comeTo(house.url, { ...desktop, ...kind, prepare })
  const { page, context, faults } = at
  const tab = async (prepare?: Prepare) => {
    const other = await context.newPage()
    await prepare?.(other)
    await other.goto(page.url())
    return visitOf(other)
  }
  const userId = async () => {
    const me = () => context.request.get('/v1/me')
    await expect.poll(async () => (await me()).status()).toBe(200)
    return ((await (await me()).json()) as { id: string }).id
  }
  const kept = async () => {
    const threadId = decodeURIComponent(page.url().split('/').at(-1) ?? '')
    return (await house.keep.store.thread(await userId(), threadId))?.messageCount ?? -1
  }
  const dispose = async () => {
    await at[Symbol.asyncDispose]()
    await house[Symbol.asyncDispose]()
    expect(faults).toEqual([])
  }
  return { ...visitOf(page), house, context, faults, tab, userId, kept, [Symbol.asyncDispose]: dispose }
}

export type AtPage = AsyncDisposable & { page: Page; context: BrowserContext; faults: string[] }

/** A page that is kept on the device opens without its house, where most tests want to see the house. */
const fromTheHouse = { serviceWorkers: 'block' } satisfies BrowserContextOptions

/** A browser with nothing in it yet, at the first page of this house. */
export async function comeTo(
  url: string,
  { prepare, ...kind }: BrowserContextOptions & { prepare?: Prepare | undefined } = desktop,
): Promise<AtPage> {
  const context = await (
    await (browser ??= launchBrowser())
  ).newContext({ baseURL: url, ...fromTheHouse, ...kind })
  context.setDefaultTimeout(15_000)
  const page = await context.newPage()
  const faults = watched(page, url)
  await prepare?.(page)
  await page.goto('/')
  return { page, context, faults, [Symbol.asyncDispose]: () => context.close() }
}

/** One browser serves all tests of a file. */
let browser: Promise<Browser> | null = null

afterAll(async () => {
  await (await browser)?.close()
  browser = null
})

// Somebody before the page: what they say, read and press. Knows no house and no test, so that a script can use it too.
import type { BrowserContextOptions, Locator, Page } from 'playwright-core'

export const desktop = { viewport: { width: 1280, height: 800 } } satisfies BrowserContextOptions
export const phone = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
} satisfies BrowserContextOptions

export type Visit = {
  page: Page
  box: Locator
  /** By Enter. */
  say(words: string): Promise<void>
  /** By the button, as on a phone. */
  send(words: string): Promise<void>
  edit(words: string): Promise<void>
  /** Waits for an answer with these words. */
  answer(words: string): Promise<void>
  /** What they said themselves with these words in it. */
  own(words: string): Locator
  answers(): Promise<string[]>
  words(): Promise<string[]>
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
    async send(words) {
      await box.fill(words)
      await page.getByRole('button', { name: 'Send' }).click()
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

/** What went wrong in the page: errors, what its own policy refused, requests to elsewhere. */
export function watched(page: Page, url: string): string[] {
  const faults: string[] = []
  page.on('pageerror', (fault) => faults.push(`page: ${fault.stack ?? fault.message}`))
  // A request that is refused or has no answer is part of what is tried; the browser's own line about it is no fault.
  page.on('console', (line) => {
    if (line.type() === 'error' && !/Failed to load resource/.test(line.text())) faults.push(line.text())
  })
  page.on('request', (request) => {
    const at = request.url()
    if (!at.startsWith(url) && !/^(blob|data):/.test(at)) faults.push(`elsewhere: ${at}`)
  })
  return faults
}

// A thread of ten thousand messages: opened, read, searched by day and written in as if it were a short one.
import { expect, it } from 'vitest'
import type { CDPSession, Page } from 'playwright-core'
import { seedThread } from './long-thread.ts'
import { openPage, type OpenPage } from './open-page.ts'

const count = 10_000
const frameMs = 16

it('opens at the newest, holds few of them on the page, and keeps the place while older ones come', async () => {
  await using visit = await openLong()
  const { page } = visit
  await page.getByText('Answer 10000:').waitFor()
  expect(await distanceFromEnd(page)).toBeLessThan(4)
  expect(await page.locator('.message-row').count()).toBeLessThan(40)
  for (let round = 0; round < 12; round++) await readUp(page)
  expect(await page.locator('.message-row').count()).toBeLessThan(60)
  await page.getByRole('button', { name: 'To the newest' }).click()
  await page.getByText('Answer 10000:').waitFor()
  await expect.poll(() => distanceFromEnd(page)).toBeLessThan(4)
})

it('goes to the beginning, to a day, and back', async () => {
  await using visit = await openLong()
  const { page } = visit
  await goTo(page, 'The beginning')
  await page.getByText('Question 1:').waitFor()
  await goTo(page, 'A day')
  const day = new Date(Date.now() - 3 * 86_400_000).toLocaleDateString('en-CA')
  await page.getByRole('textbox', { name: 'Day', exact: true }).fill(day)
  await page.getByRole('button', { name: 'Go there' }).click()
  await expect.poll(() => page.locator('.message-foot time').first().getAttribute('datetime')).toContain('T')
  await expect.poll(async () => daysShown(page)).toContain(day)
  await goTo(page, 'The newest')
  await page.getByText('Answer 10000:').waitFor()
})

it('stays where the reader is while an answer comes, and counts what is new', async () => {
  await using visit = await openLong()
  const { page } = visit
  await visit.say('What grows?')
  await visit.answer('Roses')
  // While the answer comes to rest the page may still follow it.
  await expect.poll(() => leftTheEnd(page)).toBe(true)
  const other = await visit.tab()
  await other.answer('Roses')
  const before = await topRow(page)
  await other.say('From another tab')
  await page.getByText('2 new').waitFor()
  expect(await topRow(page)).toEqual(before)
})

it('takes a key in less than a frame, as in a short thread, and draws no message anew for it', async () => {
  await using visit = await openLong()
  await visit.page.getByText('Answer 10000:').waitFor()
  const long = await typed(visit)
  await visit.page.goto('/')
  await visit.say('What grows?')
  await visit.answer('Roses')
  const short = await typed(visit)
  console.log(`a key at 10,000 messages: ${inWords(long)}; at 2: ${inWords(short)}`)
  expect(long.keys.length).toBeGreaterThan(40)
  // The tail of the time that passes is the machine's, whatever else runs on it; that of the page's own work is not.
  expect(quantile(long.keys, 0.5)).toBeLessThan(frameMs)
  expect(quantile(long.work, 0.95)).toBeLessThan(frameMs)
  expect(quantile(long.work, 0.5)).toBeLessThan(quantile(short.work, 0.5) * 1.5 + 1)
  expect(long.mutations).toBe(0)
})

// What these tests see and do

async function openLong(): Promise<OpenPage> {
  const visit = await openPage()
  await seedThread(visit.house.keep.store, await visit.userId(), { threadId: 'long', count })
  await visit.page.goto('/t/long')
  await visit.page.locator('.message-row').first().waitFor()
  return visit
}

const distanceFromEnd = (page: Page): Promise<number> =>
  page
    .locator('.message-scroller')
    .evaluate(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight)

type Seen = { text: string; top: number }

/** The first whole message below the upper edge, and where it stands. */
const topRow = (page: Page): Promise<Seen> =>
  page.locator('.message-scroller').evaluate((list) => {
    const edge = list.getBoundingClientRect().top
    const row = [...list.querySelectorAll('.message')].find((row) => row.getBoundingClientRect().top >= edge)
    return {
      text: (row?.textContent ?? '').slice(0, 24),
      top: Math.round(row?.getBoundingClientRect().top ?? 0),
    }
  })

/** Near the upper edge a page is fetched; what is read must not move by more than a pixel when it comes. */
async function readUp(page: Page): Promise<void> {
  const list = page.locator('.message-scroller')
  await list.evaluate((list) => list.scrollBy(0, -900))
  await page.waitForTimeout(30)
  const before = await topRow(page)
  await page.waitForTimeout(250)
  const after = await topRow(page)
  expect(after.text).toBe(before.text)
  expect(Math.abs(after.top - before.top)).toBeLessThanOrEqual(1)
}

async function goTo(page: Page, place: string): Promise<void> {
  await page.getByRole('button', { name: 'Go to another place' }).click()
  await page.getByRole('menuitem', { name: place }).click()
}

const daysShown = (page: Page): Promise<string[]> =>
  page
    .locator('.message-place time')
    .evaluateAll((times) =>
      times.map((time) => new Date(time.getAttribute('datetime') ?? '').toLocaleDateString('en-CA')),
    )

type Watched = { mutations: number; keys: number[] }

function watchList(): void {
  const watched: Watched = { mutations: 0, keys: [] }
  Object.assign(window, { watched })
  const list = document.querySelector('.message-scroller')
  if (!list) return
  const observer = new MutationObserver((records) => (watched.mutations += records.length))
  observer.observe(list, { subtree: true, childList: true, attributes: true, characterData: true })
}

/** From the moment a key reaches the text to the end of all that it causes, the layout of the page included; not the wait for the next frame of the screen. */
function watchKeys(): void {
  const { watched } = window as unknown as { watched: Watched }
  let began = 0
  const over = () => {
    document.body.getBoundingClientRect()
    watched.keys.push(performance.now() - began)
  }
  window.addEventListener('beforeinput', () => (began = performance.now()), { capture: true })
  // The page has put down its own work behind this event by then, and that goes first.
  window.addEventListener('input', () => queueMicrotask(over))
}

type Typed = Watched & {
  /** All that the page's own thread did for each key, drawing included, in time it had the processor. */
  work: number[]
}

async function typed({ page, box }: OpenPage): Promise<Typed> {
  await box.fill('')
  await box.focus()
  await page.waitForTimeout(300)
  await page.evaluate(watchList)
  await page.evaluate(watchKeys)
  const device = await page.context().newCDPSession(page)
  await device.send('Performance.enable', { timeDomain: 'threadTicks' })
  const work: number[] = []
  for (const key of 'The quick brown fox jumps over the lazy dog, twice.') {
    const before = await workOf(device)
    await page.keyboard.type(key)
    await page.evaluate(afterNextFrame)
    work.push((await workOf(device)) - before)
  }
  await device.detach()
  return { ...(await page.evaluate(seen)), work }
}

async function workOf(device: CDPSession): Promise<number> {
  const { metrics } = await device.send('Performance.getMetrics')
  return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1000
}

const afterNextFrame = (): Promise<unknown> =>
  new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.floor(sorted.length * share)] ?? Infinity
}

const inWords = ({ keys, work }: Typed): string =>
  `median ${quantile(keys, 0.5).toFixed(1)} ms, p95 ${quantile(keys, 0.95).toFixed(1)} ms; ` +
  `work of the page median ${quantile(work, 0.5).toFixed(1)} ms, p95 ${quantile(work, 0.95).toFixed(1)} ms`

const seen = (): Watched => (window as unknown as { watched: Watched }).watched

async function leftTheEnd(page: Page): Promise<boolean> {
  await page.locator('.message-scroller').evaluate((list) => list.scrollBy(0, -1_200))
  await page.waitForTimeout(200)
  return page.getByRole('button', { name: 'To the newest' }).isVisible()
}

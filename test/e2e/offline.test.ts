// The page opens where there is no network, with what was read and said here, and goes on when the way is free again.
import { describe, expect, it } from 'vitest'
import { openPage, type OpenPage } from './open-page.ts'

const kind = { serviceWorkers: 'allow' } as const

describe('without a house', () => {
  it('a reload opens the page with the conversation that was read here, and sends later what is said now', async () => {
    await using at = await openPage(kind)
    await talked(at)
    await at.house.away()
    await at.page.reload()
    await at.answer('Roses grow by the wall.')
    await at.say('Still there?')
    await at.own('Still there?').getByText('on this device').waitFor()
    await at.page.reload()
    await at.own('Still there?').getByText('on this device').waitFor()
    await at.house.back()
    await at.own('Still there?').getByText('on disk').waitFor({ timeout: 30_000 })
    expect(await at.words()).toEqual(['What grows?', 'Still there?'])
  })

  it('a new conversation can be begun', async () => {
    await using at = await openPage(kind)
    await talked(at)
    await at.house.away()
    await at.page.goto('/')
    await at.say('Said to nobody yet')
    await at.own('Said to nobody yet').getByText('on this device').waitFor()
    await at.house.back()
    await at.own('Said to nobody yet').getByText('on disk').waitFor({ timeout: 30_000 })
    expect(await at.words()).toEqual(['Said to nobody yet'])
  })

  it.each(['/bin', '/archived'])('%s opens too, and says that the house is away', async (path) => {
    await using at = await openPage(kind)
    await talked(at)
    await at.house.away()
    await at.page.goto(path)
    const told = at.page.getByText(/has not answered|cannot be reached|is away/)
    await expect.poll(() => told.count()).toBeGreaterThan(0)
  })
})

describe('what is kept of the page', () => {
  it('holds no answer of the doors, and every file that is needed to open it', async () => {
    await using at = await openPage(kind)
    await talked(at)
    const kept = await at.page.evaluate(async () => {
      const opened = await Promise.all((await caches.keys()).map((name) => caches.open(name)))
      const requests = await Promise.all(opened.map((cache) => cache.keys()))
      return requests.flat().map(({ url }) => new URL(url).pathname)
    })
    expect(kept.filter((path) => path.startsWith('/v1'))).toEqual([])
    const loaded = await at.page.evaluate(() =>
      performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname),
    )
    const files = loaded.filter((path) => path.startsWith('/assets/'))
    expect(files.length).toBeGreaterThan(3)
    expect(files.filter((path) => !kept.includes(path))).toEqual([])
  })

  it('gives way to the page of the house while there is one', async () => {
    await using at = await openPage(kind)
    await talked(at)
    await at.page.evaluate(async () => {
      const cache = await caches.open((await caches.keys())[0] ?? '')
      await cache.put(
        '/',
        new Response('<!doctype html><h1>old</h1>', { headers: { 'content-type': 'text/html' } }),
      )
    })
    await at.page.reload()
    await at.answer('Roses grow by the wall.')
    await at.house.away()
    await at.page.reload()
    await at.page.getByRole('heading', { name: 'old' }).waitFor()
    expect(await at.answers()).toEqual([])
  })
})

async function talked(at: OpenPage): Promise<void> {
  await at.say('What grows?')
  await at.answer('Roses grow by the wall.')
  await at.page.getByRole('heading', { name: 'A title' }).waitFor()
  // What is read here is remembered a moment after it has changed.
  await at.page.waitForTimeout(1_500)
  await at.page.evaluate(async () => {
    await navigator.serviceWorker.ready
    while (!navigator.serviceWorker.controller) await new Promise((resolve) => setTimeout(resolve, 20))
  })
}

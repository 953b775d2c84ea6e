// What this browser remembers is drawn before the house has answered, gives way to what the house says, and is nobody else's.
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { Change } from '../../src/server.ts'
import { openPage, type OpenPage } from './open-page.ts'

const slowMs = 2_000
const paintMsMax = 200

describe('a conversation that was read here before', () => {
  it(`is painted within ${paintMsMax} ms while the house takes ${slowMs} ms to answer`, async () => {
    await using at = await openPage()
    await hadTalk(at)
    await slowDoors(at.page)
    const painted: number[] = []
    for (let round = 0; round < 7; round++) {
      await at.page.reload({ waitUntil: 'commit' })
      painted.push(await paintedMs(at.page))
    }
    console.log(`first paint of a remembered thread: ${painted.join(', ')} ms; the doors take ${slowMs} ms`)
    expect(median(painted)).toBeLessThanOrEqual(paintMsMax)
    await at.page.getByRole('heading', { name: 'A title' }).waitFor()
    await expect.poll(() => at.answers()).toEqual(['Roses grow by the wall.'])
  })

  it('is painted no sooner than the house answers where nothing is remembered', async () => {
    await using at = await openPage()
    await hadTalk(at)
    await at.page.evaluate(() => indexedDB.deleteDatabase('threadkeep.remembered'))
    await slowDoors(at.page)
    await at.page.reload({ waitUntil: 'commit' })
    expect(await paintedMs(at.page)).toBeGreaterThan(slowMs)
  })

  it('gives way to what the house says: what it has no more is gone, what is new is there', async () => {
    await using at = await openPage()
    await hadTalk(at)
    const place = await placeOf(at)
    const read = await at.house.keep.store.messages(place.user, place.threadId, { limit: 10 })
    await at.page.goto('about:blank')
    const { user, threadId } = place
    const changes: Change[] = [
      { kind: 'message.forgotten', threadId, messageId: read?.messages[1]?.id ?? '' },
      { kind: 'message.said', threadId, id: 'elsewhere', role: 'user', text: 'Said elsewhere' },
    ]
    await at.house.keep.store.commit({ user, at: Date.now(), changes })
    await slowDoors(at.page)
    await at.page.goBack({ waitUntil: 'commit' })
    await at.answer('Roses grow by the wall.')
    expect(await at.own('Said elsewhere').count()).toBe(0)
    await at.own('Said elsewhere').waitFor()
    await at.page.getByText('You deleted an answer here.').waitFor()
    expect(await at.answers()).toEqual([])
  })

  it('that was removed for good is not there any more, in the list neither', async () => {
    await using at = await openPage()
    await hadTalk(at)
    const { user, threadId } = await placeOf(at)
    await at.page.goto('about:blank')
    const changes: Change[] = [{ kind: 'thread.forgotten', threadId }]
    await at.house.keep.store.commit({ user, at: Date.now(), changes })
    await at.page.goBack({ waitUntil: 'commit' })
    await at.page.getByText('There is no such conversation').waitFor()
    await at.page.getByText('What you talk about will be listed here.').waitFor()
    await at.page.reload()
    await at.page.getByText('There is no such conversation').waitFor()
    expect(await at.page.getByText('Roses grow').count()).toBe(0)
  })

  it('may not be seen by whoever comes after', async () => {
    await using at = await openPage()
    await hadTalk(at)
    const before = await at.userId()
    await at.context.clearCookies()
    await at.page.reload()
    await at.page.getByText('There is no such conversation').waitFor()
    expect(await at.userId()).not.toBe(before)
    expect(await rememberedPages(at.page)).toEqual([])
  })

  it('nor may what was begun to be written there', async () => {
    await using at = await openPage()
    await hadTalk(at)
    await at.box.fill('Nobody else may read this')
    await at.page.goto('/')
    await at.box.fill('Nor this')
    await at.page.waitForTimeout(500)
    await at.context.clearCookies()
    await at.page.reload()
    await expect.poll(() => at.box.inputValue()).toBe('')
    const kept = await at.page.evaluate(() => JSON.stringify(Object.entries(localStorage)))
    expect(kept).not.toMatch(/Nobody else|Nor this/)
  })

  it('is one of the last twenty', async () => {
    await using at = await openPage()
    await hadTalk(at)
    const { user, threadId } = await placeOf(at)
    await rememberOlder(at.page, user, 25)
    await at.say('And by the gate?')
    await expect.poll(async () => (await rememberedPages(at.page)).length).toBe(20)
    const pages = await rememberedPages(at.page)
    expect(pages).toContain(threadId)
    expect(pages).toContain('older-24')
    expect(pages).not.toContain('older-0')
  })
})

async function hadTalk(at: OpenPage): Promise<void> {
  await at.say('What grows?')
  await at.answer('Roses grow by the wall.')
  await at.page.getByRole('heading', { name: 'A title' }).waitFor()
  await expect.poll(() => rememberedPages(at.page)).toHaveLength(1)
  // Written down a moment after it has changed, and the list a little later.
  await at.page.waitForTimeout(1_500)
}

async function placeOf(at: OpenPage): Promise<{ user: string; threadId: string }> {
  return { user: await at.userId(), threadId: decodeURIComponent(at.page.url().split('/').at(-1) ?? '') }
}

/** Only the doors: the page itself comes as it always does, out of the browser's own cache too. */
async function slowDoors(page: Page): Promise<void> {
  const wire = await page.context().newCDPSession(page)
  wire.on('Fetch.requestPaused', ({ requestId }) => {
    setTimeout(() => void wire.send('Fetch.continueRequest', { requestId }).catch(() => undefined), slowMs)
  })
  await wire.send('Fetch.enable', { patterns: [{ urlPattern: '*/v1/*' }] })
}

/** From the beginning of the navigation until the frame after the one in which the words were put on the page. */
const paintedMs = (page: Page): Promise<number> =>
  page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const look = () => {
          if (!document.querySelector('.answer .markdown')?.textContent.includes('Roses grow')) return
          watch.disconnect()
          requestAnimationFrame(() => setTimeout(() => resolve(Math.round(performance.now()))))
        }
        const watch = new MutationObserver(look)
        watch.observe(document, { subtree: true, childList: true, characterData: true })
        look()
      }),
  )

const rememberedPages = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const done = <Result>(asked: IDBRequest<Result>) =>
      new Promise<Result>((resolve) => asked.addEventListener('success', () => resolve(asked.result)))
    const database = await done(indexedDB.open('threadkeep.remembered'))
    const keys = await done(database.transaction('pages').objectStore('pages').getAllKeys())
    database.close()
    return keys.map(String)
  })

/** As if so many had been visited, the first of them longest ago. */
const rememberOlder = (page: Page, user: string, count: number): Promise<void> =>
  page.evaluate(
    async ([user, count]) => {
      const done = <Result>(asked: IDBRequest<Result>) =>
        new Promise<Result>((resolve) => asked.addEventListener('success', () => resolve(asked.result)))
      const database = await done(indexedDB.open('threadkeep.remembered'))
      const pages = database.transaction('pages', 'readwrite').objectStore('pages')
      for (let at = 0; at < count; at++) await done(pages.put({ key: `older-${at}`, user, at, value: null }))
      database.close()
    },
    [user, count] as const,
  )

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Infinity

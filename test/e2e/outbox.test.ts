// What is said goes out once and in order, whatever happens on the way: in a real browser, before a real house.
import type { BrowserContext, Page, Route } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { says, type Script } from '../../src/model/scripted.ts'
import { isLong } from '../long.ts'
import { openMortalHouse } from './mortal-house.ts'
import { comeTo, openPage, type OpenPage } from './open-page.ts'
import { aProfile } from './outbox-profile.ts'
import { lastWords, openPageHouse } from './page-house.ts'
import { visitOf } from './visit.ts'

const aboutIt: Script = (request) => says(`About: ${lastWords(request)}`)
const rounds = Number(process.env['CRASH_ROUNDS'] ?? (isLong ? 20 : 4))

describe('a message said without a network', () => {
  it('waits over a reload, says for what, and goes out by itself once', async () => {
    await using at = await openPage({ script: aboutIt })
    await begun(at)
    await at.context.setOffline(true)
    await at.say('In a tunnel')
    await at.own('In a tunnel').getByText('on this device · waiting for the network').waitFor()
    await shut(at.page)
    await at.context.setOffline(false)
    await at.page.reload()
    await at.own('In a tunnel').getByText('on this device').waitFor()
    await at.page.unrouteAll({ behavior: 'ignoreErrors' })
    await at.own('In a tunnel').getByText('on disk').waitFor()
    await at.answer('About: In a tunnel')
    expect(await at.words()).toEqual(['One', 'In a tunnel'])
    expect(await at.kept()).toBe(4)
  })

  it('is found again where it was said, though nothing of its conversation is in the house yet', async () => {
    await using at = await openPage({ script: aboutIt })
    await at.userId()
    await shut(at.page)
    await at.say('The very first')
    await at.own('The very first').getByText('the house is away').waitFor()
    await expect.poll(() => at.page.url()).toContain('/t/')
    await at.page.reload()
    await at.own('The very first').getByText('on this device').waitFor()
    await at.page.getByRole('link', { name: 'Untitled conversation' }).waitFor()
    await at.page.unrouteAll({ behavior: 'ignoreErrors' })
    await at.answer('About: The very first')
    await at.page.getByRole('heading', { name: 'A title' }).waitFor()
    expect(await at.kept()).toBe(2)
  })

  it('arrives in order with fifty others, in two threads', async () => {
    await using at = await openPage({ script: aboutIt })
    await begun(at)
    const first = threadOf(at.page)
    await at.page.getByRole('button', { name: 'New conversation' }).first().click()
    await expect.poll(() => at.page.url()).not.toContain(first)
    await at.say('Other')
    await at.answer('About: Other')
    const second = threadOf(at.page)
    await at.context.setOffline(true)
    const said: Record<string, string[]> = { [first]: ['One'], [second]: ['Other'] }
    for (const [round, threadId] of [second, first, second, first].entries()) {
      await at.page.locator(`[data-thread="${threadId}"]`).click()
      await expect.poll(() => at.page.url()).toContain(threadId)
      for (let nth = 1; nth <= (round < 2 ? 13 : 12); nth++) {
        const words = `${round}-${nth} of fifty`
        await at.say(words)
        said[threadId]?.push(words)
      }
    }
    await at.own('3-12 of fifty').getByText('on this device').waitFor()
    expect(await at.kept()).toBe(2)
    await at.context.setOffline(false)
    for (const threadId of [first, second])
      await expect.poll(() => saidIn(at, threadId), { timeout: 60_000 }).toEqual(said[threadId])
  }, 120_000)
})

describe('a message whose way is barred', () => {
  it('waits for a new sign-in, and goes out when it has come', async () => {
    await using at = await openPage({ script: aboutIt })
    await begun(at)
    const cookies = await at.context.cookies()
    await at.context.clearCookies()
    await at.say('Who am I?')
    await at.own('Who am I?').getByText('on this device · waiting for you to sign in again').waitFor()
    await at.page.getByText('sign in again', { exact: false }).first().waitFor()
    await at.context.addCookies(cookies)
    await at.own('Who am I?').getByText('on disk').waitFor()
    expect(await at.kept()).toBe(4)
  })

  it('may not be sent by whoever else is signed in meanwhile', async () => {
    await using at = await openPage({ script: aboutIt })
    await begun(at)
    const [mine, me] = [await at.context.cookies(), await at.userId()]
    await at.context.clearCookies()
    await at.context.request.post('/v1/guests', { data: { cookie: true } })
    expect(await at.userId()).not.toBe(me)
    await at.say('Mine alone')
    await at.own('Mine alone').getByText('waiting for you to sign in again').waitFor()
    const other = await at.context.request.get('/v1/threads')
    expect(((await other.json()) as { threads: unknown[] }).threads).toEqual([])
    await at.context.clearCookies()
    await at.context.addCookies(mine)
    await at.own('Mine alone').getByText('on disk').waitFor()
    expect(await at.kept()).toBe(4)
  })

  it('waits as long as the house asks it to', async () => {
    await using at = await openPage({ script: aboutIt })
    await begun(at)
    const tries: number[] = []
    await onSend(at.page, async (route) => {
      tries.push(Date.now())
      if (tries.length > 2) return route.continue()
      const error = { code: tries.length === 1 ? 'too_many' : 'unavailable', message: 'Later.', hint: '' }
      const status = tries.length === 1 ? 429 : 503
      await route.fulfill({ status, headers: { 'retry-after': '3' }, json: { error } })
    })
    await at.say('Hurry')
    await at.own('Hurry').getByText('on this device · the house asks for patience, tried at').waitFor()
    await at.own('Hurry').getByText('on disk').waitFor()
    expect(tries).toHaveLength(3)
    expect(gaps(tries).filter((ms) => ms < 2_950 || ms > 6_000)).toEqual([])
  })

  it('is said to be sent, and no more, while there is no receipt', async () => {
    await using at = await openPage({ script: aboutIt })
    await begun(at)
    const held = Promise.withResolvers<void>()
    await onSend(at.page, async (route) => {
      await held.promise
      await route.continue()
    })
    await at.say('On its way')
    await at.own('On its way').getByText('sent', { exact: true }).waitFor()
    expect(await at.kept()).toBe(2)
    held.resolve()
    await at.own('On its way').getByText('on disk').waitFor()
  })

  it('is kept by a node while the store is away, and stays here until the store has it', async () => {
    await using at = await openPage({ script: aboutIt })
    await begun(at)
    await onSend(at.page, (route) => route.fulfill(spooled(route)))
    await at.say('Into the spool')
    await at.own('Into the spool').getByText('kept; answered when the store is back').waitFor()
    await at.page.reload()
    await at.own('Into the spool').getByText('kept; answered when the store is back').waitFor()
    expect(await at.kept()).toBe(2)
    await at.page.unrouteAll({ behavior: 'ignoreErrors' })
    await at.own('Into the spool').getByText('on disk').waitFor()
    await at.answer('About: Into the spool')
    expect(await at.kept()).toBe(4)
  })
})

describe('a message that the house will never take', () => {
  it.each([
    [413, 'too_large'],
    [422, 'invalid'],
    [410, 'deleted'],
    [404, 'not_found'],
  ])('says so (%s), and what is said after it goes on', async (status, code) => {
    await using at = await openPage({ script: aboutIt })
    await begun(at)
    await onSend(at.page, async (route) => {
      if (!route.request().postData()?.includes('Impossible')) return route.continue()
      await route.fulfill({ status, json: { error: { code, message: 'It cannot be.', hint: 'Say less.' } } })
    })
    await at.say('Impossible')
    await at.own('Impossible').getByText('It cannot be. Say less.').waitFor()
    await at.own('Impossible').getByText('not sent').waitFor()
    await at.say('Lilies')
    await at.answer('About: Lilies')
    await at.own('Impossible').getByRole('button', { name: 'Edit' }).click()
    await at.box.fill('Shorter')
    await at.box.press('Enter')
    await at.answer('About: Shorter')
    expect(await at.words()).toEqual(['One', 'Lilies', 'Shorter'])
    expect(await at.kept()).toBe(6)
  })

  it('is discarded when the person says so', async () => {
    await using at = await openPage({ script: aboutIt })
    await begun(at)
    const error = { code: 'invalid', message: 'It cannot be.', hint: '' }
    await onSend(at.page, (route) => route.fulfill({ status: 422, json: { error } }))
    await at.say('Impossible')
    await at.own('Impossible').getByRole('button', { name: 'Discard' }).click()
    await at.own('Impossible').waitFor({ state: 'detached' })
    await at.page.reload()
    await at.answer('About: One')
    expect(await at.words()).toEqual(['One'])
  })
})

describe('a message that waits', () => {
  it('is changed and taken back, and only what is left goes out', async () => {
    await using at = await openPage({ script: aboutIt })
    await begun(at)
    await at.context.setOffline(true)
    for (const words of ['First', 'Second', 'Third']) await at.say(words)
    await at.own('Second').hover()
    await at.own('Second').getByRole('button', { name: 'Withdraw' }).click()
    await at.own('Second').waitFor({ state: 'detached' })
    await at.own('Third').hover()
    await at.own('Third').getByRole('button', { name: 'Edit' }).click()
    await at.page.getByText('You are changing what has not gone out yet.').waitFor()
    await at.box.fill('Last')
    await at.box.press('Enter')
    await at.own('Last').waitFor()
    await at.context.setOffline(false)
    await at.answer('About: Last')
    expect(await at.words()).toEqual(['One', 'First', 'Last'])
    expect(await at.kept()).toBe(6)
  })

  it('is changed after the house had kept it without a word: both versions are there', async () => {
    await using at = await openPage({ script: aboutIt, prepare: deafen })
    await begun(at)
    await loseReceipts(at.page)
    await at.say('Early')
    await at.own('Early').getByText('the house is away').waitFor()
    await expect.poll(() => at.kept()).toBe(4)
    await at.own('Early').first().hover()
    await at.own('Early').getByRole('button', { name: 'Edit' }).click()
    await at.box.fill('Late')
    await at.box.press('Enter')
    await at.page.unrouteAll({ behavior: 'ignoreErrors' })
    await at.answer('About: Late')
    await at.page.getByRole('group', { name: 'version 2 of 2' }).waitFor()
    expect(await at.words()).toEqual(['One', 'Late'])
  })

  it('is taken back after the house had kept it without a word: it is deleted there', async () => {
    await using at = await openPage({ script: aboutIt, prepare: deafen })
    await begun(at)
    await loseReceipts(at.page)
    await at.say('Never mind')
    await at.own('Never mind').getByText('the house is away').waitFor()
    await expect.poll(() => at.kept()).toBe(4)
    await at.own('Never mind').hover()
    await at.own('Never mind').getByRole('button', { name: 'Withdraw' }).click()
    await at.page.unrouteAll({ behavior: 'ignoreErrors' })
    await expect.poll(() => saidIn(at, threadOf(at.page))).toEqual(['One'])
    await at.page.reload()
    await at.answer('About: One')
    expect(await at.own('Never mind').count()).toBe(0)
  })
})

describe('a house that is killed', () => {
  it('in the middle of a send keeps it once, when it is back', async () => {
    await using house = await openMortalHouse()
    await using at = await comeTo(house.url)
    const visit = visitOf(at.page)
    await visit.say('What grows?')
    await visit.answer('Roses grow')
    const reached = Promise.withResolvers<void>()
    await onSend(at.page, async (route) => {
      // The house has it; the receipt dies with it.
      void route.fetch().catch(() => undefined)
      setTimeout(() => void house.kill().then(reached.resolve), 30)
      await reached.promise
      await route.abort()
    })
    await visit.say('Are you there?')
    await reached.promise
    await at.page.unrouteAll({ behavior: 'ignoreErrors' })
    await house.back()
    await visit.own('Are you there?').getByText('on disk').waitFor({ timeout: 30_000 })
    expect(await visit.words()).toEqual(['What grows?', 'Are you there?'])
    expect(await keptTwice(at.context, at.page)).toEqual([])
  }, 90_000)
})

describe('a browser that is killed', () => {
  it(`right after it has said "on this device" has lost nothing, ${rounds} times`, async () => {
    await using house = await openPageHouse({ script: () => says('Yes.') })
    await using profile = await aProfile()
    const first = await profile.open(house.url)
    await first.say('Hello')
    await first.answer('Yes.')
    const at = first.page.url()
    const me = await first.context.request.get(`${house.url}/v1/me`)
    const { id: user } = (await me.json()) as { id: string }
    const inHouse = async () => (await house.keep.store.thread(user, threadOf(first.page)))?.messageCount
    const said = ['Hello']
    let visit = first
    for (let round = 1; round <= rounds; round++) {
      await shut(visit.page)
      const words = `Round ${round}.`
      await visit.box.fill(words)
      await visit.box.press('Enter')
      await visit.own(words).getByText('on this device').waitFor()
      await profile.kill()
      expect(await inHouse()).toBe(2 * said.length)
      said.push(words)
      visit = await profile.open(at)
      await visit.own(words).getByText('on disk').waitFor()
    }
    expect(await visit.words()).toEqual(said.slice(-(await visit.words()).length))
    expect(await allSaid(visit.context, visit.page)).toEqual(said)
  }, 300_000)
})

describe('a browser that keeps nothing', () => {
  it('says so, sends nothing, and leaves the words in the box', async () => {
    await using at = await openPage({
      prepare: (page) =>
        page.addInitScript(() => {
          IDBFactory.prototype.open = () => {
            throw new DOMException('It is not allowed here.', 'SecurityError')
          }
        }),
    })
    await at.userId()
    await at.box.fill('Keep this')
    await at.box.press('Enter')
    await at.page.getByText('Your words stay in the box below.').waitFor()
    expect(await at.box.inputValue()).toBe('Keep this')
    await at.page.reload()
    expect(await at.own('Keep this').count()).toBe(0)
  })

  it('says that there is no room, and leaves the words in the box with what was written since', async () => {
    await using at = await openPage({ script: aboutIt })
    await begun(at)
    await at.page.evaluate(() => {
      IDBObjectStore.prototype.put = () => {
        throw new DOMException('It is full.', 'QuotaExceededError')
      }
    })
    await at.box.fill('Keep this')
    await at.box.press('Enter')
    await at.page.getByText('This browser has no room').waitFor()
    expect(await at.box.inputValue()).toBe('Keep this')
    expect(await at.words()).toEqual(['One'])
    expect(await at.kept()).toBe(2)
  })
})

async function begun(at: OpenPage): Promise<void> {
  await at.say('One')
  await at.answer('About: One')
  await expect.poll(() => at.page.url()).toContain('/t/')
}

const threadOf = (page: Page): string => decodeURIComponent(page.url().split('/').at(-1) ?? '')

const sends = '**/v1/threads/*/messages'

async function onSend(page: Page, answer: (route: Route) => Promise<unknown>): Promise<void> {
  await page.route(sends, async (route) =>
    route.request().method() === 'POST' ? void (await answer(route)) : route.fallback(),
  )
}

/** What is kept is not heard of by the stream. */
const deafen = (page: Page): Promise<void> =>
  page.route('**/v1/changes/stream*', (route) => route.abort()).then(() => undefined)

/** Nothing that is said gets through. */
const shut = (page: Page): Promise<void> => onSend(page, (route) => route.abort())

/** It does, and nobody hears of it. */
const loseReceipts = (page: Page): Promise<void> =>
  onSend(page, async (route) => {
    await route.fetch()
    await route.abort()
  })

function spooled(route: Route) {
  const { id, text } = route.request().postDataJSON() as { id: string; text: string }
  const message = { id, text, role: 'user', status: 'complete', seq: null, parentId: null }
  const receipt = { id, seq: null, changeSeq: 0, position: '', durability: 'spooled', result: 'kept', forked: false, headId: null } // prettier-ignore
  const data = JSON.stringify({ message, receipt, replyId: null, runId: null })
  return { contentType: 'text/event-stream', body: `event: message.kept\ndata: ${data}\n\n` }
}

type Row = { id: string; role: string; text: string; status: string }

/** On the path that the thread shows, as the store has it. */
async function saidIn(at: OpenPage, threadId: string): Promise<string[]> {
  const page = await at.house.keep.store.messages(await at.userId(), threadId, { limit: 200 })
  const own = (page?.messages ?? []).filter(({ role, status }) => role === 'user' && status !== 'deleted')
  return own.map((message) => ('text' in message ? message.text : ''))
}

async function allSaid(context: BrowserContext, page: Page): Promise<string[]> {
  const url = `${new URL(page.url()).origin}/v1/threads/${threadOf(page)}/messages?limit=200&branch=all`
  const { messages } = (await (await context.request.get(url)).json()) as { messages: Row[] }
  return messages.filter(({ role }) => role === 'user').map(({ text }) => text)
}

async function keptTwice(context: BrowserContext, page: Page): Promise<string[]> {
  const said = await allSaid(context, page)
  return said.filter((words, at) => said.indexOf(words) !== at)
}

const gaps = (times: number[]): number[] => times.slice(1).map((time, at) => time - (times[at] ?? time))

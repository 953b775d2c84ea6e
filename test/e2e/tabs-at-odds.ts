// Two tabs that say, edit, delete and go elsewhere in a seeded order, also without a network; and what came of all that was said.
import type { BrowserContext } from 'playwright-core'
import type { Visit } from './visit.ts'

type At = Pick<Visit, 'page'> & { context: BrowserContext }

export type Outcome = { lost: string[]; twice: string[]; views: string[][] }

/** Everything said has words of its own, so that it can be told whether it is there, and how often. */
export async function tabsAtOdds(
  at: At,
  tabs: Visit[],
  seed: number,
  rounds: number,
  losses: Losses | null = null,
): Promise<Outcome> {
  const chance = chanceOf(seed)
  const threads = [threadOf(tabs[0])]
  const said: string[] = []
  /** What had not gone out yet was said otherwise: then its first words may be nowhere. */
  const replaced: (string | null)[] = []
  let isOffline = false
  if (losses) await loseReceipts(at.context, losses, () => isOffline)
  for (let round = 1; round <= rounds; round++) {
    const tab = tabs[Math.floor(chance() * tabs.length)]
    if (!tab) break
    // A page that is answered under other ids than its own has nothing it could edit.
    const deed = (!losses?.isCareless && deeds[Math.floor(chance() * deeds.length)]) || 'say'
    const words = `r${round} ${deed} of ${seed}`
    if (deed === 'say' || deed === 'edit') said.push(words)
    if (deed === 'say') await put(tab, words)
    if (deed === 'edit') replaced.push(await edit(tab, words))
    if (deed === 'delete') await deleteLast(tab)
    if (deed === 'switch') await away(tab, threadOf(tab) || threads[0] || '')
    if (deed === 'network') await at.context.setOffline((isOffline = !isOffline))
    if (chance() < 0.3) await tab.page.waitForTimeout(chance() * 400)
  }
  await at.context.setOffline(false)
  const due = said.filter((words) => !replaced.includes(words))
  const all = await settled(at, due)
  const lost = due.filter((words) => !all.includes(words))
  const twice = said.filter((words) => all.indexOf(words) !== all.lastIndexOf(words))
  const seen = await until(
    () => views(tabs),
    (all) => equal(all),
  )
  return { lost, twice, views: seen }
}

/** `every`: of so many tries one is kept and nobody hears of it; 1 is the first try of each. `isCareless` is the control: each try says it under another id. */
export type Losses = { every: number; isCareless?: boolean }

async function loseReceipts(
  context: BrowserContext,
  { every, isCareless = false }: Losses,
  isOffline: () => boolean,
): Promise<void> {
  const triedOnce = new Set<string>()
  let tries = 0
  await context.route('**/v1/threads/*/messages', async (route) => {
    if (route.request().method() !== 'POST') return route.fallback()
    const said = route.request().postDataJSON() as { id: string }
    const postData = JSON.stringify(isCareless ? { ...said, id: crypto.randomUUID() } : said)
    const isLost = !triedOnce.has(said.id) && ++tries % every === 0 && !isOffline()
    triedOnce.add(said.id)
    if (!isLost) return route.continue({ postData })
    // A page that is closed meanwhile hears of nothing either.
    await route.fetch({ postData }).catch(() => undefined)
    await route.abort().catch(() => undefined)
  })
}

const looks = 40

/** As soon as it is so, else as it is at the last look. */
async function until<Seen>(look: () => Promise<Seen>, isSo: (seen: Seen) => boolean): Promise<Seen> {
  for (let nth = 1; ; nth++) {
    const seen = await look()
    if (isSo(seen) || nth === looks) return seen
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}

const deeds = ['say', 'say', 'say', 'edit', 'edit', 'delete', 'switch', 'network'] as const

async function put(tab: Visit, words: string): Promise<void> {
  await tab.box.fill(words)
  await tab.box.press('Enter')
  const left = await until(
    () => tab.box.inputValue(),
    (value) => value !== words,
  )
  if (left === words)
    throw new Error(`“${words}” stays in the box: ${await tab.page.locator('main').innerText()}`)
}

/** Gives the words that were replaced, if they had not gone out. */
async function edit(tab: Visit, words: string): Promise<string | null> {
  await tab.box.fill('')
  await tab.box.press('ArrowUp')
  const before = await tab.box.inputValue()
  const isWaiting = (await tab.page.getByText('You are changing what has not gone out yet.').count()) > 0
  await put(tab, words)
  return isWaiting ? before : null
}

/** If there is one that can be deleted; what waits is withdrawn in tests of its own. */
async function deleteLast({ page }: Visit): Promise<void> {
  const more = page.getByRole('article', { name: 'You' }).last().getByRole('button', { name: 'More' })
  if ((await more.count()) === 0) return
  await more.click({ force: true, timeout: 2_000 }).catch(() => undefined)
  await page
    .getByRole('menuitem', { name: 'Delete' })
    .click({ timeout: 2_000 })
    .catch(() => undefined)
}

/** To a new conversation and back. */
async function away({ page, box }: Visit, threadId: string): Promise<void> {
  await page.getByRole('button', { name: 'New conversation' }).first().click()
  await box.waitFor()
  await page.locator(`[data-thread="${threadId}"]`).first().click()
  await box.waitFor()
}

const looksMax = 120

/** Everything said in the house, deleted words too, on all branches: once all of it is there, or nothing more comes. */
async function settled(at: At, said: readonly string[]): Promise<string[]> {
  for (let look = 1; ; look++) {
    const all = await inHouse(at)
    if (said.every((words) => all.includes(words)) || look === looksMax) return all
    await at.page.waitForTimeout(500)
  }
}

/** What was deleted has no words to read any more: it counts by its place in the bin. */
async function inHouse(at: At): Promise<string[]> {
  const words: string[] = []
  for await (const line of exported(at)) words.push(line)
  return words
}

async function* exported(at: At): AsyncGenerator<string> {
  const threadId = threadOf(at)
  for (let after = 0; ;) {
    const answer = await at.context.request.get(
      `/v1/threads/${threadId}/messages?branch=all&limit=200&after=${after}`,
    )
    if (!answer.ok()) throw new Error(`${threadId}: ${await answer.text()}`)
    const page = (await answer.json()) as {
      messages: { id: string; seq: number; role: string; status: string; text: string }[]
      hasMore: { after: boolean }
    }
    for (const { id, role, status, text } of page.messages)
      if (role === 'user') yield status === 'deleted' ? await restoredWords(at, threadId, id) : text
    if (!page.hasMore.after) return
    after = page.messages.at(-1)?.seq ?? after
  }
}

const restored = new Map<string, string>()

/** The only way to see the words of what was deleted is to bring it back. */
async function restoredWords(at: At, threadId: string, id: string): Promise<string> {
  const known = restored.get(id)
  if (known !== undefined) return known
  const text = await at.page.evaluate(async (path) => {
    const answer = await fetch(path, { method: 'POST' })
    const { message } = (await answer.json()) as { message: { text: string } }
    return message.text
  }, `/v1/threads/${threadId}/messages/${id}/restore`)
  restored.set(id, text)
  return text
}

/** The whole conversation of each tab, read from its end to its beginning: only what is near the eye is on the page. */
const views = (tabs: Visit[]): Promise<string[][]> => Promise.all(tabs.map(wholeView))

const stepsMax = 2_000

async function wholeView(tab: Visit): Promise<string[]> {
  const list = tab.page.locator('.message-scroller')
  await list.evaluate((list) => (list.scrollTop = list.scrollHeight))
  await tab.page.waitForTimeout(300)
  let whole: string[] = []
  for (let step = 1, tops = 0; step <= stepsMax && tops < 2; step++) {
    const words = await tab.words()
    const known = words.indexOf(whole[0] ?? '')
    whole = [...(known < 0 ? words : words.slice(0, known)), ...whole]
    const isAtTop = await list.evaluate((list) => list.scrollTop <= 0)
    // What is older may still be on its way.
    tops = isAtTop ? tops + 1 : 0
    await list.evaluate((list) => list.scrollBy(0, -list.clientHeight / 2))
    await tab.page.waitForTimeout(isAtTop ? 300 : 50)
  }
  return whole
}

const equal = ([one, ...others]: string[][]): boolean =>
  others.every((other) => JSON.stringify(other) === JSON.stringify(one))

const threadOf = (tab: Pick<Visit, 'page'> | undefined): string =>
  decodeURIComponent(tab?.page.url().split('/t/')[1] ?? '')

/** The same numbers for the same seed. */
function chanceOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

// How each screen and state of the page is come to, as somebody at it would.
import type { BrowserContext } from 'playwright-core'
import { hang, type Script } from '../src/model/scripted.ts'
import { everyKind } from '../test/e2e/every-kind.ts'
import { seedThread } from '../test/e2e/long-thread.ts'
import { lastWords, type PageHouse } from '../test/e2e/page-house.ts'
import { seedThreads, titleOf } from '../test/e2e/seed.ts'
import type { Visit } from '../test/e2e/visit.ts'

export type Stage = Visit & { house: PageHouse; context: BrowserContext; isPhone: boolean }
type Scene = (stage: Stage) => Promise<unknown>

export const script: Script = (request) =>
  lastWords(request).includes('begin') ? ['Roses want a wall', hang] : everyKind(request)

export const scenes: Readonly<Record<string, Scene>> = {
  'first visit': ({ page }) => page.getByRole('radio').first().waitFor(),
  'threads and a conversation': (stage) => open(stage),
  'an answer': async (stage) => {
    await open(stage)
    await stage.send('What grows there?')
    await stage.answer('Roses, mostly')
    await stage.page.locator('[data-tone=keyword]').first().waitFor()
  },
  'a tool and its sources': async (stage) => {
    await open(stage)
    await stage.send('use a tool')
    await stage.answer('Seven.')
    for (const fold of await stage.page.locator('.message-row details > summary').all()) await fold.click()
  },
  long: async (stage) => {
    await seeded(stage)
    await seedThread(stage.house.keep.store, await userId(stage), { threadId: 'long', count: 400 })
    await stage.page.goto('/t/long')
    await stage.page.getByText('Answer 400:').waitFor()
    await stage.page.locator('.message-scroller').evaluate((list) => list.scrollBy(0, -1_500))
  },
  empty: async (stage) => {
    await seeded(stage)
    const changes = [{ kind: 'thread.created', threadId: 'empty', title: null } as const]
    await stage.house.keep.store.commit({ user: await userId(stage), at: Date.now(), changes })
    await stage.page.goto('/t/empty')
    await stage.page.locator('.empty-thread').waitFor()
  },
  streaming: async (stage) => {
    await open(stage)
    await stage.send('slowly')
    await stage.answer('Slowly')
  },
  failed: async (stage) => {
    await open(stage)
    await stage.send('fail')
    await stage.page.getByText('The model went away.').waitFor()
  },
  interrupted: async (stage) => {
    await open(stage)
    await stage.send('begin')
    await stage.answer('Roses want a wall')
    for (const run of stage.house.keep.chat.live.all()) run.stop('shutdown')
    await stage.page.getByText('interrupted', { exact: true }).waitFor()
  },
  'another version': async (stage) => {
    await open(stage)
    await stage.send('What grows there?')
    await stage.answer('Roses, mostly')
    await stage.box.press('ArrowUp')
    await stage.send('use a tool')
    await stage.answer('Seven.')
    await stage.page.getByRole('button', { name: 'Earlier version' }).click()
    await stage.page.getByText('You are reading another branch.').waitFor()
  },
  offline: async (stage) => {
    await open(stage)
    await stage.context.setOffline(true)
    await stage.send('In a tunnel')
    await stage.page.getByText('Stale:').waitFor()
  },
  'in memory': (stage) => open(stage),
  'what can be done': async (stage) => {
    await open(stage)
    await stage.page
      .getByRole('button', { name: /^More$/ })
      .last()
      .click()
  },
  'who answers': async (stage) => {
    await open(stage)
    await stage.page.getByRole('button', { name: /answers. Choose another/ }).click()
  },
  'more about it': async (stage) => {
    await open(stage)
    await stage.page.getByRole('button', { name: 'More about this conversation' }).click()
  },
  palette: async (stage) => {
    await open(stage)
    await stage.page.keyboard.press('Control+k')
    await stage.page.getByRole('option').first().waitFor()
  },
  'put in the bin': async (stage) => {
    await open(stage)
    await stage.page.getByRole('button', { name: 'More about this conversation' }).click()
    await stage.page.getByRole('menuitem', { name: 'Put in the bin' }).click()
    await stage.page
      .getByText(/is in the bin/)
      .first()
      .waitFor()
  },
  bin: async (stage) => {
    await seeded(stage)
    await moved(stage, 'thread.binned')
    await stage.page.goto('/bin')
    await stage.page.getByRole('main').getByText(titleOf(2)).waitFor()
  },
  archive: async (stage) => {
    await seeded(stage)
    await moved(stage, 'thread.changed')
    await stage.page.goto('/archived')
    await stage.page.getByRole('main').getByText(titleOf(2)).waitFor()
  },
  list: async (stage) => {
    await seeded(stage)
    await stage.page.reload()
    if (stage.isPhone) await stage.page.getByRole('button', { name: 'Conversations' }).tap()
    await stage.page.getByRole('link', { name: titleOf(0), exact: true }).hover()
  },
  waiting: async (stage) => {
    await seeded(stage)
    await stage.page.route('**/v1/**', () => undefined)
    await stage.page.goto('/t/seed-2')
    await stage.page.locator('.thread-loading').waitFor()
  },
  trouble: async (stage) => {
    await seeded(stage)
    await stage.page.route('**/v1/**', (route) => route.abort())
    await stage.page.goto('/t/seed-2')
    await stage.page.getByRole('heading', { name: 'This conversation cannot be read now' }).waitFor()
  },
  'house away': async (stage) => {
    await seeded(stage)
    await stage.page.goto('/archived')
    if (stage.isPhone) await stage.page.getByRole('button', { name: 'Conversations' }).tap()
    await stage.page.getByRole('link', { name: titleOf(0), exact: true }).waitFor()
    await stage.house.away()
    await stage.page.getByRole('link', { name: 'Bin' }).click()
    await stage.page.getByText(/The house has not answered since/).waitFor()
  },
  nowhere: async ({ page }) => {
    await page.goto('/t/none')
    await page.getByRole('heading', { name: 'There is no such conversation' }).waitFor()
  },
}

async function open(stage: Stage): Promise<void> {
  await seeded(stage)
  await stage.page.goto('/t/seed-3')
  await stage.page.locator('.answer .markdown').waitFor()
}

async function seeded(stage: Stage): Promise<void> {
  await seedThreads(stage.house.keep, await userId(stage), 40)
}

async function userId({ context, box }: Stage): Promise<string> {
  await box.waitFor()
  for (;;) {
    const me = await context.request.get('/v1/me')
    if (me.ok()) return ((await me.json()) as { id: string }).id
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function moved(stage: Stage, kind: 'thread.binned' | 'thread.changed'): Promise<void> {
  const user = await userId(stage)
  const changeOf = (threadId: string) =>
    kind === 'thread.binned' ? ({ kind, threadId } as const) : ({ kind, threadId, archived: true } as const)
  for (const threadId of ['seed-2', 'seed-5', 'seed-9'])
    await stage.house.keep.store.commit({ user, at: Date.now(), changes: [changeOf(threadId)] })
}

// Two hundred ways to smuggle a script or a request into a page, said by everybody who can say something: none may work.
import { expect, it } from 'vitest'
import type { Change } from '../../src/core/change.ts'
import { keptOrThrow } from '../../src/core/receipt.ts'
import { payloads } from './payloads.ts'
import { openPage } from './open-page.ts'

const perThread = 25

it('runs none of them and asks nobody else for anything', async () => {
  expect(payloads.length).toBeGreaterThanOrEqual(200)
  // Without the policy of the page, which would hold back most of them: the page has to withstand them by itself.
  // A window so high that few steps show all of it.
  await using visit = await openPage({ bypassCSP: true, viewport: { width: 1280, height: 4_000 } })
  const { page, house, faults } = visit
  const user = await visit.userId()
  page.on('dialog', (dialog) => void dialog.dismiss())
  await page.addInitScript(() => {
    const names: string[] = []
    Object.assign(window, { hitNames: names })
    const note = (what: string) => () => void names.push(what)
    Object.assign(window, {
      alert: note('alert'),
      confirm: note('confirm'),
      prompt: note('prompt'),
      print: note('print'),
      hit: note('hit'),
    })
  })
  for (let from = 0; from < payloads.length; from += perThread) {
    const threadId = `hostile-${from}`
    await seed(threadId, payloads.slice(from, from + perThread))
    await page.goto(`/t/${threadId}`)
    await page.locator('.message-row').first().waitFor()
    await readAll()
  }
  expect(faults).toEqual([])
  await expectToBeCaught()

  /** What is looked for would be found: a script that runs, and a picture that loads. */
  async function expectToBeCaught(): Promise<void> {
    await page.evaluate(() => {
      const { hit } = window as unknown as { hit: () => void }
      hit()
      document.querySelector('.thread')?.append(new Image())
    })
    expect(await page.evaluate(whatIsWrong)).toEqual(['ran hit', '<img>'])
    await page.evaluate(() => fetch('https://evil.example/').catch(() => null))
    expect(faults.splice(0)).toEqual(['elsewhere: https://evil.example/'])
  }

  async function seed(threadId: string, some: readonly string[]): Promise<void> {
    const [title = ''] = some
    const changes: Change[] = [{ kind: 'thread.created', threadId, title: title.slice(0, 190) }]
    for (const [index, payload] of some.entries()) changes.push(...said(threadId, index, payload))
    keptOrThrow(await house.keep.store.commit({ user, at: Date.now(), changes }))
  }

  /** From the end to the beginning, every fold opened on the way. */
  async function readAll(): Promise<void> {
    const list = page.locator('.message-scroller')
    for (let isOver = false; !isOver;) {
      await page
        .locator('.message-row details:not([open]) > summary')
        .evaluateAll((folds) => folds.forEach((fold) => (fold as HTMLElement).click()))
      await page.waitForTimeout(20)
      expect(await page.evaluate(whatIsWrong)).toEqual([])
      isOver = await list.evaluate((list) => list.scrollTop <= 0)
      await list.evaluate((list) => list.scrollBy(0, -list.clientHeight * 0.9))
      await page.waitForTimeout(20)
    }
  }
}, 240_000)

/** The same words from a person, a model, a tool, a source and a piece of an unknown kind. */
function said(threadId: string, index: number, payload: string): Change[] {
  const asked: Change = { kind: 'message.said', threadId, id: `q${index}`, role: 'user', text: payload }
  const parts = [
    { type: 'reasoning', text: payload },
    { type: 'tool-call', callId: payload.slice(0, 60), name: payload.slice(0, 60), input: { payload } },
    { type: 'tool-result', callId: payload.slice(0, 60), name: payload, output: payload },
    { type: 'text', text: payload },
    { type: 'image', url: payload, alt: payload },
    { type: 'file', url: payload, name: payload, mediaType: payload },
    { type: 'source', title: payload, url: payload, snippet: payload },
    { type: payload.slice(0, 80) || 'x', html: payload, dangerouslySetInnerHTML: { __html: payload } },
  ]
  const sources = JSON.stringify([{ title: payload, url: payload, snippet: payload }, payload])
  const answered = {
    kind: 'message.said',
    threadId,
    id: `a${index}`,
    role: 'assistant',
    personaId: payload.slice(0, 50),
    parts,
    sources,
  }
  return [asked, answered as unknown as Change]
}

/** Judged in the page: what ran, and what stands there that could run or load. */
function whatIsWrong(): string[] {
  const ran = (window as unknown as { hitNames: string[] }).hitNames
  const thread = document.querySelector('.thread')
  const strange = [
    ...(thread?.querySelectorAll(
      'script, iframe, object, embed, img, video, audio, link, meta, base, form[action], svg script, style',
    ) ?? []),
  ]
  const handlers = [...(thread?.querySelectorAll('*') ?? [])].filter((element) =>
    element
      .getAttributeNames()
      .some((name) => name.startsWith('on') || name === 'srcdoc' || name === 'formaction'),
  )
  const links = [...(thread?.querySelectorAll('a') ?? [])].filter(
    ({ protocol, rel, target }) =>
      !['http:', 'https:', 'mailto:'].includes(protocol) ||
      rel !== 'noopener noreferrer' ||
      target !== '_blank',
  )
  return [
    ...ran.map((name) => `ran ${name}`),
    ...[...strange, ...handlers, ...links].map((element) => element.outerHTML.slice(0, 200)),
  ]
}

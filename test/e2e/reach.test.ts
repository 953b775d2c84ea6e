// Whoever comes to the conversation: by keyboard alone, on a phone, with a screen reader, in the light and in the dark.
import fs from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { ModelError } from '../../src/core/model.ts'
import { atGate, end, says, type Script } from '../../src/model/scripted.ts'
import { begin, lastWords } from './visit.ts'

const axe = fs.readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')

const rich = `Roses, **mostly**.

# Title

- [x] done
- see [there](https://example.org)

| a | b |
|---|--:|
| 1 | 2 |

> a quote

\`\`\`ts
const wall: string = 'north' // roses
\`\`\`

![plan](https://example.org/plan.png)`

const script: Script = (request) => {
  const words = lastWords(request)
  if (words.includes('fail')) return ['I had begun', new ModelError('cut', 'The model went away.')]
  if (words.includes('slowly')) return ['Slowly ', atGate, 'it grows.', end()]
  if (words.includes('tool'))
    return [
      { type: 'reasoning', text: 'I shall count.' },
      { type: 'part', part: { type: 'tool-call', callId: '1', name: 'count', input: { of: 'roses' } } },
      { type: 'part', part: { type: 'tool-result', callId: '1', name: 'count', output: 7 } },
      'Seven.',
      {
        type: 'part',
        part: { type: 'source', title: 'Roses', url: 'https://example.org', snippet: 'Seven of them.' },
      },
      { type: 'part', part: { type: 'weather', sky: 'clear' } },
      end(),
    ]
  return says(rich)
}

describe('axe finds nothing', () => {
  it.each(['light', 'dark'] as const)('in any state, %s', async (colorScheme) => {
    await using visit = await begin(script, { colorScheme, bypassCSP: true })
    const { page } = visit
    expect(await page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches)).toBe(
      colorScheme === 'dark',
    )
    await expectNoFindings(page, 'new')
    await visit.say('What grows?')
    await visit.answer('Roses, mostly')
    await page.locator('[data-tone=keyword]').first().waitFor()
    await expectNoFindings(page, 'answered')
    await visit.say('use a tool')
    await visit.answer('Seven.')
    for (const fold of await page.locator('.message-row details > summary').all()) await fold.click()
    await page.getByRole('button', { name: 'on disk' }).last().click()
    await expectNoFindings(page, 'folds open')
    await visit.say('fail')
    await page.getByText('The model went away.').waitFor()
    await expectNoFindings(page, 'failed')
    await visit.box.press('ArrowUp')
    await expectNoFindings(page, 'mending')
    await visit.box.press('Escape')
    await visit.say('slowly')
    await visit.answer('Slowly')
    await expectNoFindings(page, 'streaming')
    visit.house.model.gate.next()
    await visit.answer('it grows.')
    await visit.context.setOffline(true)
    await visit.say('In a tunnel')
    await page.getByText('Stale:').waitFor()
    await expectNoFindings(page, 'offline')
  })
})

it('is all in reach of the keyboard', async () => {
  await using visit = await begin((_, call) => says(`Answer ${call}`))
  const { page } = visit
  await expect.poll(() => isFocused(page, 'Your message')).toBe(true)
  await page.keyboard.type('Typed without a mouse')
  await page.keyboard.press('Enter')
  await visit.answer('Answer 1')
  const again = page.getByRole('button', { name: 'Answer again' })
  for (let steps = 0; steps < 40 && !(await isFocused(page, 'Answer again')); steps++)
    await page.keyboard.press('Shift+Tab')
  expect(await isFocused(page, 'Answer again')).toBe(true)
  expect(
    await again.evaluate((button) => Number(getComputedStyle(button.parentElement ?? button).opacity)),
  ).toBe(1)
  await page.keyboard.press('Enter')
  await page.getByRole('group', { name: 'answer 2 of 2' }).waitFor()
  await visit.box.focus()
  await page.keyboard.press('ArrowUp')
  await page.keyboard.type(', and mended')
  await page.keyboard.press('Enter')
  await visit.own('Typed without a mouse, and mended').waitFor()
})

it('fits a phone: nothing runs over the side, and fingers reach the actions', async () => {
  await using visit = await begin(script, {
    viewport: { width: 360, height: 720 },
    hasTouch: true,
    isMobile: true,
  })
  const { page } = visit
  await visit.box.fill('What grows?')
  await page.getByRole('button', { name: 'Send' }).tap()
  await visit.answer('Roses, mostly')
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  expect(overflow).toBeLessThanOrEqual(0)
  const more = page.locator('.answer').getByRole('button', { name: 'More' })
  const { height = 0, width = 0 } = (await more.boundingBox()) ?? {}
  expect(Math.min(height, width)).toBeGreaterThanOrEqual(40)
  await more.tap()
  await page.getByRole('menuitem', { name: 'Answer again as Kavya' }).tap()
  await page.getByRole('article', { name: 'Kavya' }).waitFor()
})

async function expectNoFindings(page: Page, state: string): Promise<void> {
  await page.evaluate(axe)
  // What fades in is judged when it is there.
  await page.waitForFunction(() =>
    document
      .getAnimations()
      .every((one) => one.effect?.getTiming().iterations === Infinity || one.playState === 'finished'),
  )
  const findings = await page.evaluate(async () => {
    const { violations } = await (
      window as unknown as { axe: { run(): Promise<{ violations: Finding[] }> } }
    ).axe.run()
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
    )
  })
  expect({ state, findings }).toEqual({ state, findings: [] })
}

type Finding = { id: string; nodes: { html: string }[] }

const isFocused = (page: Page, label: string): Promise<boolean> =>
  page.evaluate((label) => document.activeElement?.getAttribute('aria-label') === label, label)

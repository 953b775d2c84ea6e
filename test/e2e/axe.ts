// What axe finds on a page that has come to rest: nothing, or each rule that is broken with the places where it is.

import axe from 'axe-core'
import type { Page } from 'playwright-core'

type Found = {
  violations: { id: string; help: string; nodes: { target: unknown[]; failureSummary?: string }[] }[]
}

export async function axeFaults(page: Page): Promise<string[]> {
  await settled(page)
  await page.evaluate(axe.source)
  return faultsBy(page, 'axe.run()')
}

/** In the other light the same things stand there in other colours. */
export async function axeFaultsInTheDark(page: Page): Promise<string[]> {
  await page.emulateMedia({ colorScheme: 'dark' })
  await atRest(page)
  const faults = await faultsBy(page, `axe.run({ runOnly: ['color-contrast'] })`)
  const isDark = await page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches)
  await page.emulateMedia({ colorScheme: 'light' })
  return isDark ? faults : ['it was not dark']
}

async function faultsBy(page: Page, run: string): Promise<string[]> {
  const { violations } = await page.evaluate<Found>(run)
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) => `${id} (${help}) at ${target.join(' ')}: ${failureSummary ?? ''}`,
    ),
  )
}

export async function settled(page: Page): Promise<void> {
  await page.waitForTimeout(300)
  await atRest(page)
}

/** Colours on their way are not the ones that are meant; what waits for ever is judged as it waits. */
const atRest = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    const isOver = ({ effect, playState }: Animation) =>
      effect?.getTiming().iterations === Infinity || playState === 'finished'
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
    await frame()
    await frame()
    while (!document.getAnimations().every(isOver)) await new Promise((resolve) => setTimeout(resolve, 50))
  })

// What axe finds on a page that has come to rest: nothing, or each rule that is broken with the places where it is.

import axe from 'axe-core'
import type { Page } from 'playwright-core'

type Found = {
  violations: { id: string; help: string; nodes: { target: unknown[]; failureSummary?: string }[] }[]
}

export async function axeFaults(page: Page): Promise<string[]> {
  await settled(page)
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate<Found>('axe.run()')
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) => `${id} (${help}) at ${target.join(' ')}: ${failureSummary ?? ''}`,
    ),
  )
}

/** Colours on their way are not the ones that are meant; what waits for ever is judged as it waits. */
export const settled = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    const isOver = ({ effect, playState }: Animation) =>
      effect?.getTiming().iterations === Infinity || playState === 'finished'
    await new Promise((resolve) => setTimeout(resolve, 300))
    while (!document.getAnimations().every(isOver)) await new Promise((resolve) => setTimeout(resolve, 50))
  })

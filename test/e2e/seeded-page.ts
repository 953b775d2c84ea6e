// A page whose list already has conversations, and what is done to one of them there.
import type { Locator } from 'playwright-core'
import { openPage, type OpenPage, type PageOptions } from './open-page.ts'
import { seedThreads } from './seed.ts'

export async function openSeeded(count: number, options?: PageOptions): Promise<OpenPage> {
  const visit = await openPage(options)
  await seedThreads(visit.house.keep, await visit.userId(), count)
  await visit.page.reload()
  return visit
}

export const linkTo = ({ page }: OpenPage, title: string): Locator =>
  page.getByRole('link', { name: title, exact: true })

export async function choose(visit: OpenPage, title: string, deed: string): Promise<void> {
  await linkTo(visit, title).hover()
  await visit.page.getByRole('button', { name: `More about ${title}`, exact: true }).click()
  await visit.page.getByRole('menuitem', { name: deed }).click()
}

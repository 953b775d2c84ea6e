// A page that hears of nothing: neither from the house nor from the tab that listens for all.
import type { Page } from 'playwright-core'
import type { OpenPage } from './open-page.ts'
import type { Visit } from './visit.ts'

export async function deafen(page: Page): Promise<void> {
  await page.addInitScript(() => void Reflect.deleteProperty(globalThis, 'BroadcastChannel'))
  await page.route('**/v1/changes/stream*', (route) => route.abort())
}

/** Another tab that is deaf from now on: what it draws is what the house has said to it, and not only what this browser remembers. */
export async function deafTab(at: OpenPage, words: string): Promise<Visit> {
  const deaf = await at.tab(deafen)
  await deaf.answer(words)
  await deaf.page.waitForLoadState('networkidle')
  return deaf
}

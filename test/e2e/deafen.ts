// A page that hears of nothing: neither from the house nor from the tab that listens for all.
import type { Page } from 'playwright-core'

export async function deafen(page: Page): Promise<void> {
  await page.addInitScript(() => void Reflect.deleteProperty(globalThis, 'BroadcastChannel'))
  await page.route('**/v1/changes/stream*', (route) => route.abort())
}

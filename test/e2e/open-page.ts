// A whole house with its page on a port of its own, and a real browser that has come to it; the house can go away and come back.

import fs from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { buildWebIfStale } from '../../scripts/web.ts'
import { demoModel } from '../../src/model/demo.ts'
import { threadkeep, type Threadkeep } from '../../src/server.ts'
import { launchBrowser } from './browser.ts'

export type PageOptions = BrowserContextOptions & {
  /** `memory:` keeps nothing; left out, a file in a folder of its own. */
  store?: string
}

export type OpenPage = AsyncDisposable & {
  readonly keep: Threadkeep
  readonly page: Page
  /** What went wrong in the page: errors, what its own policy refused, requests to elsewhere. */
  readonly faults: string[]
  /** Who the browser is to the house. */
  user(): Promise<string>
  /** Connections are cut and none is taken until it is back. */
  away(): Promise<void>
  back(): Promise<void>
}

export const desktop: BrowserContextOptions = { viewport: { width: 1280, height: 800 } }
export const phone: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
}

let browser: Promise<Browser> | null = null

export async function openPage({ store, ...kind }: PageOptions = desktop): Promise<OpenPage> {
  await buildWebIfStale()
  const data = fs.mkdtempSync(path.join(os.tmpdir(), 'threadkeep-page-'))
  const model = demoModel({ delayMs: 2 })
  const keep = await threadkeep({
    data,
    model,
    page: true,
    guestsPerHour: '1000',
    ...(store ? { store } : {}),
  })
  const server = createServer((req, res) => keep.node(req, res))
  const port = await listening(server, 0)
  const url = `http://127.0.0.1:${port}`
  const context = await (await (browser ??= launchBrowser())).newContext({ baseURL: url, ...kind })
  context.setDefaultTimeout(8_000)
  const page = await context.newPage()
  return {
    keep,
    page,
    faults: watched(page, url),
    user: async () => ((await (await page.request.get('/v1/me')).json()) as { id: string }).id,
    away: () => closed(server),
    back: async () => void (await listening(server, port)),
    async [Symbol.asyncDispose]() {
      await context.close()
      if (server.listening) await closed(server)
      for (const run of keep.chat.live.all()) run.stop('shutdown')
      await keep.close()
      fs.rmSync(data, { recursive: true, force: true })
    },
  }
}

/** One browser serves all tests of a file. */
export async function closeBrowser(): Promise<void> {
  await (await browser)?.close()
  browser = null
}

/** A request that is refused or has no answer is part of what is tried; the browser's own line about it is no fault. */
function watched(page: Page, url: string): string[] {
  const faults: string[] = []
  page.on('pageerror', (fault) => faults.push(`page: ${fault.message}`))
  page.on('console', (line) => {
    if (line.type() === 'error' && !/Failed to load resource/.test(line.text())) faults.push(line.text())
  })
  page.on('request', (request) => {
    const at = request.url()
    if (!at.startsWith(url) && !/^(blob|data):/.test(at)) faults.push(`elsewhere: ${at}`)
  })
  return faults
}

function listening(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

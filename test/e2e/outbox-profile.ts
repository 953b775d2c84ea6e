// A browser with a profile on the disk, which can be killed like a machine that loses its power, and opened again.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, type BrowserContext, chromium, type Cookie, type Page } from 'playwright-core'
import { launchBrowser } from './browser.ts'
import { visitOf, type Visit } from './visit.ts'

export type Profile = AsyncDisposable & {
  /** A page of the browser on this profile, which is started if it is not running. */
  open(url: string): Promise<Visit & { context: BrowserContext }>
  /** SIGKILL to every process of it: nothing is unloaded, flushed or said. */
  kill(): Promise<void>
}

export async function aProfile(): Promise<Profile> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'threadkeep-profile-'))
  const start = await starter()
  let running: { process: ChildProcess; browser: Browser } | null = null
  // A browser writes its cookies down half a minute late; who somebody is, is not what is tried here.
  let cookies: Cookie[] = []
  const kill = async () => {
    if (!running) return
    const { process: killed } = running
    const gone = once(killed, 'exit')
    process.kill(-Number(killed.pid), 'SIGKILL')
    await gone
    running = null
  }
  const open = async (url: string) => {
    running ??= await start(folder)
    const context = must(running.browser.contexts()[0])
    context.setDefaultTimeout(15_000)
    await context.addCookies(cookies)
    const page: Page = await context.newPage()
    await page.goto(url)
    await page.waitForFunction(() => localStorage.getItem('threadkeep.user') !== null)
    cookies = await context.cookies()
    return { ...visitOf(page), context }
  }
  const dispose = async () => {
    await kill()
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  return { open, kill, [Symbol.asyncDispose]: dispose }
}

/** The same browser that the other tests use, which are the ones to unpack it. */
async function starter() {
  const usual = await launchBrowser()
  await usual.close()
  const executable = chromiumFile()
  const isBare = spawnSync('ldd', [executable], { encoding: 'utf8' }).stdout?.includes('not found') ?? false
  const folder = path.dirname(executable)
  const own = { FONTCONFIG_FILE: path.join(folder, 'fonts.conf') }
  const libraries = isBare ? { LD_LIBRARY_PATH: path.join(folder, 'al2023/lib') } : {}
  const env = { ...process.env, ...(fs.existsSync(own.FONTCONFIG_FILE) ? own : {}), ...libraries }
  return async (profile: string) => {
    const port = path.join(profile, 'DevToolsActivePort')
    fs.rmSync(port, { force: true })
    const flags = ['--headless', '--no-sandbox', '--remote-debugging-port=0', `--user-data-dir=${profile}`]
    const child = spawn(executable, [...flags, 'about:blank'], { detached: true, env, stdio: 'ignore' })
    while (!fs.existsSync(port) || !fs.readFileSync(port, 'utf8').includes('/')) {
      if (child.exitCode !== null) throw new Error(`the browser ended with ${child.exitCode}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    const [at, wire] = fs.readFileSync(port, 'utf8').split('\n')
    const browser = await chromium.connectOverCDP(`ws://127.0.0.1:${at}${wire}`)
    return { process: child, browser }
  }
}

function chromiumFile(): string {
  const installed = [process.env['TEST_CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-headless-shell']
  const own = installed.find((file) => file && fs.existsSync(file))
  if (own) return own
  const home = path.resolve(path.dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))), '..')
  const [found] = fs.globSync('headless-chromium-*/chromium', { cwd: path.resolve(home, '../../.cache') })
  return path.resolve(home, '../../.cache', must(found))
}

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the browser has none')
  return value
}

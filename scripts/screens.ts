// Photographs every screen and state of the page, wide and on a phone, light and dark, onto sheets of a few to look at.
//
//   node scripts/screens.ts <folder> [words…]      the words choose among the states by name
import fs from 'node:fs'
import path from 'node:path'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { launchBrowser } from '../test/e2e/browser.ts'
import { settled } from '../test/e2e/axe.ts'
import { openPageHouse } from '../test/e2e/page-house.ts'
import { desktop, phone, visitOf } from '../test/e2e/visit.ts'
import { scenes, script, type Stage } from './scenes.ts'
import { buildWebIfStale } from './web.ts'

type Sight = { name: string; kind: BrowserContextOptions; columns: number; perSheet: number }
type Shot = { name: string; file: string }

const sights: Sight[] = [
  { name: 'desktop-light', kind: { ...desktop, colorScheme: 'light' }, columns: 2, perSheet: 6 },
  { name: 'desktop-dark', kind: { ...desktop, colorScheme: 'dark' }, columns: 2, perSheet: 6 },
  { name: 'phone-light', kind: { ...phone, colorScheme: 'light' }, columns: 4, perSheet: 8 },
  { name: 'phone-dark', kind: { ...phone, colorScheme: 'dark' }, columns: 4, perSheet: 8 },
  { name: 'contrast', kind: { ...desktop, contrast: 'more' }, columns: 2, perSheet: 6 },
  { name: 'forced', kind: { ...desktop, forcedColors: 'active' }, columns: 2, perSheet: 6 },
]

const [folder, ...words] = process.argv.slice(2)
if (folder === undefined) throw new Error('Where shall the pictures go? node scripts/screens.ts <folder>')
const isWanted = (name: string) => words.length === 0 || words.some((word) => name.includes(word))

await buildWebIfStale()
fs.mkdirSync(folder, { recursive: true })
const browser = await launchBrowser()
try {
  for (const sight of sights) {
    const shots: Shot[] = []
    for (const name of Object.keys(scenes))
      if (isWanted(`${sight.name} ${name}`)) shots.push(await photographed(browser, sight, name))
    await lay(browser, sight, shots)
  }
} finally {
  await browser.close()
}

/** Each scene has a house and a browser of its own, so that none is in another's picture. */
async function photographed(browser: Browser, sight: Sight, name: string): Promise<Shot> {
  const store = name === 'in memory' ? 'memory:' : undefined
  await using house = await openPageHouse({ script, store })
  const context = await browser.newContext({ ...sight.kind, baseURL: house.url })
  context.setDefaultTimeout(15_000)
  const page = await context.newPage()
  await page.goto('/')
  const stage: Stage = { ...visitOf(page), house, context, isPhone: sight.kind.isMobile === true }
  await scenes[name]?.(stage)
  await settled(page)
  const file = path.join(folder ?? '', `${sight.name}-${name.replaceAll(' ', '-')}.png`)
  await page.screenshot({ path: file })
  await context.close()
  return { name, file }
}

async function lay(browser: Browser, { name, columns, perSheet }: Sight, shots: Shot[]): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1640, height: 900 } })
  for (let from = 0; from < shots.length; from += perSheet) {
    await page.setContent(sheetOf(shots.slice(from, from + perSheet), columns))
    const file = path.join(folder ?? '', `sheet-${name}-${from / perSheet + 1}.png`)
    await page.screenshot({ path: file, fullPage: true })
    console.log(file)
  }
  await page.close()
}

function sheetOf(shots: Shot[], columns: number): string {
  const figures = shots.map(({ name, file }) => {
    const picture = fs.readFileSync(file).toString('base64')
    return `<figure><figcaption>${name}</figcaption><img src="data:image/png;base64,${picture}"></figure>`
  })
  const style = `body{margin:12px;display:grid;grid-template-columns:repeat(${columns},1fr);gap:12px;background:#777;font:14px sans-serif;color:#fff}figure{margin:0}img{width:100%;display:block}`
  return `<style>${style}</style>${figures.join('')}`
}

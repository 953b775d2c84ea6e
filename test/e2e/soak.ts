// The soak: long answers stream into one open page, back to back, faster than life; its memory is weighed each minute and must stay flat. Ends with 1 if it does not.
//
//   node test/e2e/soak.ts [--minutes 2] [--speed 20] [--control]
//
// The control is a page that keeps each answer once more for itself: it must be found out.
import { parseArgs } from 'node:util'
import type { Page } from 'playwright-core'
import { buildWebIfStale } from '../../scripts/web.ts'
import { atGate, end, type Play } from '../../src/model/scripted.ts'
import { launchBrowser } from './browser.ts'
import { openPageHouse } from './page-house.ts'
import { answerOf, wordsAnAnswer } from './soak-answer.ts'
import { desktop, type Visit, visitOf, watched } from './visit.ts'
import { headLine, rowOf, verdictOn, type Weight } from './weights.ts'

/** As fast as a quick model writes. */
const wordsASecondInLife = 30
const stepMs = 40

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '2' },
    speed: { type: 'string', default: '20' },
    control: { type: 'boolean', default: false },
  },
})
const minutes = Number(values.minutes)
const speed = Number(values.speed)
if (!(minutes > 0 && speed > 0)) throw new Error('The soak needs --minutes and --speed above nothing.')

const wordsAStep = Math.max(1, Math.round((wordsASecondInLife * speed * stepMs) / 1000))
let answers = 0
let textBytes = 0
const play = (): Play => {
  const text = answerOf(++answers)
  textBytes += text.length
  return [...stepsOf(text), end()]
}

await buildWebIfStale()
await using house = await openPageHouse({ script: play })
const browser = await launchBrowser()
const page = await (await browser.newContext(desktop)).newPage()
const faults = watched(page, house.url)
const device = await page.context().newCDPSession(page)
const beat = setInterval(() => house.model.gate.waiting > 0 && house.model.gate.next(), stepMs)
try {
  await page.goto(house.url)
  const weights = await soak(visitOf(page))
  const { isFlat, words } = verdictOn(weights)
  console.log(`\n${words}`)
  for (const fault of faults) console.log(fault)
  if (!isFlat || faults.length > 0) process.exitCode = 1
} finally {
  clearInterval(beat)
  await browser.close()
}

async function soak(visit: Visit): Promise<Weight[]> {
  const weights: Weight[] = []
  const began = performance.now()
  const passed = () => (performance.now() - began) / 60_000
  const every = Math.min(1, minutes / 12)
  console.log(
    `soak: ${minutes} minutes, ${speed} times as fast as life (${wordsASecondInLife} words a second), ${wordsAnAnswer} words an answer${values.control ? ', the control' : ''}`,
  )
  console.log(headLine)
  while (weights.length === 0 || passed() < minutes) {
    await ask(visit, answers + 1)
    if (values.control) await hoard(page)
    if (passed() >= weights.length * every) weights.push(await weigh(passed()))
  }
  return weights
}

async function ask(visit: Visit, number: number): Promise<void> {
  const { page } = visit
  await visit.say(`Go on, ${number}.`)
  await page.getByText(`End of answer ${number}.`).waitFor({ timeout: 120_000 })
  await page.locator('.answer[aria-busy=true]').waitFor({ state: 'detached', timeout: 120_000 })
}

/** At rest between two answers, after what nobody holds is gone. */
async function weigh(minute: number): Promise<Weight> {
  await device.send('HeapProfiler.enable')
  await device.send('HeapProfiler.collectGarbage')
  await device.send('HeapProfiler.collectGarbage')
  const { usedSize } = await device.send('Runtime.getHeapUsage')
  const { nodes, jsEventListeners } = await device.send('Memory.getDOMCounters')
  await device.send('HeapProfiler.disable')
  const weight = { minute, answers, heapBytes: usedSize, textBytes, nodes, listeners: jsEventListeners }
  console.log(rowOf(weight))
  return weight
}

function hoard(page: Page): Promise<void> {
  return page.evaluate(() => {
    const { hoarded = [] } = window as { hoarded?: unknown[] }
    const answer = document.querySelector('.answer .markdown')
    hoarded.push(answer?.cloneNode(true), Array.from({ length: 100_000 }, Math.random))
    Object.assign(window, { hoarded })
  })
}

function stepsOf(text: string): Play {
  const words = text.split(/(?<= )/)
  const steps = Array.from({ length: Math.ceil(words.length / wordsAStep) }, (_, index) =>
    words.slice(index * wordsAStep, (index + 1) * wordsAStep).join(''),
  )
  return steps.flatMap((step) => [step, atGate])
}

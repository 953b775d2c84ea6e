// Two tabs at odds for a thousand rounds: all that was said is there once, and both show the same. Ends with 1 if it is not so.
//
//   node test/e2e/soak-tabs.ts [--rounds 50] [--seeds 20] [--seed n] [--control]
//
// One receipt in seven is lost on the way. The control says each try under another id: it must be found to say things twice.
import { parseArgs } from 'node:util'
import type { Browser } from 'playwright-core'
import { buildWebIfStale } from '../../scripts/web.ts'
import { says } from '../../src/model/scripted.ts'
import { launchBrowser } from './browser.ts'
import { lastWords, openPageHouse } from './page-house.ts'
import { type Outcome, tabsAtOdds } from './tabs-at-odds.ts'
import { desktop, visitOf, watched } from './visit.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '50' },
    seeds: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
    control: { type: 'boolean', default: false },
  },
})
const [rounds, seeds, first] = [Number(values.rounds), Number(values.seeds), Number(values.seed)]
if (!(rounds > 0 && seeds > 0)) throw new Error('It needs --rounds and --seeds above nothing.')

await buildWebIfStale()
const browser = await launchBrowser()
let caught = 0
try {
  for (let seed = first; seed < first + seeds; seed++) if (!(await isGood(browser, seed))) caught++
} finally {
  await browser.close()
}
console.log(
  `${rounds * seeds} rounds${values.control ? ' of the control' : ''}, ${caught} of ${seeds} seeds bad`,
)
if (caught > 0) process.exitCode = 1

async function isGood(browser: Browser, seed: number): Promise<boolean> {
  try {
    const { lost, twice, views, faults } = await atOdds(browser, seed)
    const isSame = JSON.stringify(views[0]) === JSON.stringify(views[1]) && (views[0]?.length ?? 0) > 0
    const isClean = isSame && lost.length + twice.length + faults.length === 0
    const good = values.control ? twice.length > 0 : isClean
    const counts = views.map(({ length }) => length).join(' and ')
    console.log(
      `seed ${seed}: ${rounds} rounds, ${lost.length} lost, ${twice.length} twice, ${counts} shown, ${isSame ? 'the same' : 'not the same'}, ${faults.length} faults: ${good ? 'good' : 'BAD'}`,
    )
    if (!good) console.log(JSON.stringify({ lost, twice, views, faults }, null, 1))
    return good
  } catch (fault) {
    // One seed that could not be driven to its end says nothing about the others.
    console.log(`seed ${seed}: BAD`, fault)
    return false
  }
}

async function atOdds(browser: Browser, seed: number): Promise<Outcome & { faults: string[] }> {
  await using house = await openPageHouse({ script: (request) => says(`About: ${lastWords(request)}`) })
  await using context = await browser.newContext({
    ...desktop,
    baseURL: house.url,
    serviceWorkers: 'block',
  })
  context.setDefaultTimeout(15_000)
  const one = visitOf(await context.newPage())
  const faults = watched(one.page, house.url)
  await one.page.goto('/')
  await one.say('One')
  await one.answer('About: One')
  await one.page.getByRole('heading', { name: 'A title' }).waitFor()
  const other = visitOf(await context.newPage())
  await other.page.goto(one.page.url())
  await other.answer('About: One')
  const at = { page: one.page, context }
  const losses = { every: values.control ? 2 : 7, isCareless: values.control }
  return { ...(await tabsAtOdds(at, [one, other], seed, rounds, losses)), faults }
}

// The simulator: a whole house in one thread, on a real file, by the clock and the chance of a seed; every seed is another order of things.
//
//   node test/crash/simulator/simulate.ts --seed 7                  one seed, every step of it
//   node test/crash/simulator/simulate.ts --seeds 200 --from 1000   many; ends with 1 if anything was wrong
import { parseArgs } from 'node:util'
import { liveBy, realNow } from './clock.ts'
import { writeTo } from './disk.ts'
import { simulate, type Verdict, worldNow } from './simulation.ts'
import { Ground } from './store-folder.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string' },
    from: { type: 'string' },
    quiet: { type: 'boolean' },
  },
})
const from = Number(values.seed ?? values.from ?? 1)
const count = Number(values.seeds ?? 1)
const wrongMax = 5
const isLoud = values.seed !== undefined && !values.quiet

using ground = new Ground()
await ground.prepare()
liveBy(
  () => worldNow().clock,
  () => worldNow().random,
)
writeTo(() => worldNow().disk)
process.on('unhandledRejection', (fault) =>
  worldNow().trace.violate(
    `nobody heard of a fault: ${fault instanceof Error ? fault.stack : String(fault)}`,
  ),
)

const began = realNow()
const total = { seeds: 0, steps: 0, acked: 0, crashes: 0, wrong: 0, hash: '', ms: 0 }
for (let seed = from; seed < from + count && total.wrong < wrongMax; seed++) {
  const verdict = await simulate(seed, ground, isLoud)
  total.seeds++
  total.steps += verdict.steps
  total.acked += verdict.acked
  total.crashes += verdict.crashes
  total.hash = verdict.hash
  if (verdict.violations.length === 0) continue
  total.wrong++
  tell(verdict)
}
total.ms = Math.round(realNow() - began)
console.log(JSON.stringify(total))
process.exitCode = total.wrong === 0 ? 0 : 1

function tell({ seed, violations, last }: Verdict): void {
  if (!isLoud) console.log(`seed ${seed}, the last steps:\n  ${last.join('\n  ')}`)
  for (const violation of violations) console.log(`seed ${seed}: ${violation}`)
  console.log(`again with: node test/crash/simulator/simulate.ts --seed ${seed}`)
}

// One seed from its beginning to its end: things happen in its order until nobody has anything left to do, then all is held against all.
import { Fate } from './fate.ts'
import type { Ground } from './store-folder.ts'
import { World } from './world.ts'

const stepsMax = 20_000

export type Verdict = {
  seed: number
  hash: string
  steps: number
  acked: number
  crashes: number
  violations: string[]
  last: string[]
}

/** The world that this process lives in: its clock, its chance and its disk stand in for those of the process. */
let current: World | null = null
export const worldNow = (): World => {
  if (!current) throw new Error('There is no world outside a simulation.')
  return current
}

export async function simulate(seed: number, ground: Ground, isLoud = false): Promise<Verdict> {
  using world = new World(seed, ground, isLoud)
  current = world
  const { trace, ledger } = world
  await world.begin()
  await untilRest(world, new Fate(world))
  for (const device of world.devices) world.work(() => device.catchUp())
  await untilRest(world, null)
  if (trace.violations.length === 0) await compared(world)
  return {
    seed,
    hash: trace.hash(),
    steps: trace.steps,
    acked: ledger.acked.size,
    crashes: world.crashes,
    violations: trace.violations,
    last: trace.last,
  }
}

async function untilRest(world: World, fate: Fate | null): Promise<void> {
  const { trace, executor, random, nodes } = world
  while (trace.violations.length === 0 && !(await isAtRest(world))) {
    if (trace.steps > stepsMax)
      return trace.violate(`no rest after ${stepsMax} steps: ${executor.waiting.slice(0, 20).join('; ')}`)
    fate?.strike()
    const talking = nodes.filter(({ spoken, life }) => spoken && !life.isOver && spoken.gate.waiting > 0)
    if (talking.length > 0 && random.chance(0.3)) {
      const { life, spoken } = random.pick(talking)
      trace.tell(`the provider of ${life.name} says something`)
      life.run(() => spoken?.gate.next())
    }
    await executor.step(0.25)
  }
}

async function isAtRest({ isBusy, executor, nodes, store }: World): Promise<boolean> {
  if (isBusy || !executor.isIdle || !store || nodes.some((node) => !node.isAtRest)) return false
  return (await store.opened.upkeep.openRuns(1)).length === 0
}

/** As the file is after one more crash, and as each device sees it. */
async function compared(world: World): Promise<void> {
  const { store, devices, trace } = world
  if (!store) return
  for (const { view } of devices) for (const fault of await view.faults(store.opened)) trace.violate(fault)
  world.examine(true)
}

// What befalls a world: processes die, lines are cut or hold everything back, the clock on the wall is set. It ends, so that all can come to rest.
import type { Deathbed } from './store-process.ts'
import type { World } from './world.ts'

const deathbeds: Deathbed[] = ['before the commit', 'in the flush', 'after the commit']

export class Fate {
  readonly #world: World
  readonly #share: number
  #left: number

  constructor(world: World) {
    this.#world = world
    this.#left = world.random.int(7)
    this.#share = world.random.pick([0.01, 0.03, 0.1])
  }

  /** Before each step. */
  strike(): void {
    const { random } = this.#world
    if (this.#left === 0 || !random.chance(this.#share)) return
    this.#left--
    const roll = random.int(10)
    if (roll < 2) return this.#world.crashStore()
    if (roll < 5) return this.#arm()
    if (roll < 6) return this.#world.crashNode(random.int(this.#world.nodes.length))
    if (roll < 8) return this.#cut()
    if (roll < 9) return this.#hold()
    this.#world.clock.offMs += random.int(20_000) - 10_000
    this.#world.trace.tell('the clock on the wall is set')
  }

  #arm(): void {
    const { store, random, trace } = this.#world
    if (!store) return
    store.deathbed = random.pick(deathbeds)
    trace.tell(`the store will die ${store.deathbed}`)
  }

  #cut(): void {
    const { nodes, random, trace, clock } = this.#world
    const cut = nodes.filter(() => random.chance(0.7))
    for (const { line, life } of cut) {
      trace.tell(`the line of ${life.name} is cut`)
      line.isCut = true
    }
    const forMs = random.int(8_000)
    clock.set(() => cut.forEach(({ line }) => (line.isCut = false)), forMs, false)
    if (random.chance(0.5))
      clock.set(() => this.#world.crashNode(random.int(nodes.length)), random.int(forMs + 1), false)
  }

  /** For longer than a lease, sometimes: then somebody else ends what this node answers, and it learns of that too late. */
  #hold(): void {
    const { nodes, random, trace, clock } = this.#world
    const { line, life } = random.pick(nodes)
    trace.tell(`what ${life.name} sends is held back`)
    line.held = new Promise((resolve) => {
      const release = () => {
        line.held = null
        resolve()
      }
      clock.set(release, random.int(6_000), false)
    })
  }
}

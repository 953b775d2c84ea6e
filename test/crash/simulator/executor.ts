// Decides what happens next: whoever would go on waits here for their moment, and the seed says whose it is.
import type { Random } from '../../random.ts'
import { type Clock, settled } from './clock.ts'
import { type Life, lives } from './life.ts'
import type { Trace } from './trace.ts'

type Moment = { name: string; life: Life | undefined; go: () => void }

export class Executor {
  readonly random: Random
  readonly clock: Clock
  readonly trace: Trace
  /** In a line everybody waits for the one before. */
  readonly #lines = new Map<string, Moment[]>()
  #alone = 0

  constructor(random: Random, clock: Clock, trace: Trace) {
    this.random = random
    this.clock = clock
    this.trace = trace
  }

  get isIdle(): boolean {
    return this.#lines.size === 0
  }

  get waiting(): string[] {
    return [...this.#lines.values()].flat().map(({ name }) => name)
  }

  /** Resolves when it is this one's turn; never, if its process has died by then. */
  moment(name: string, line = `alone ${++this.#alone}`, life = lives.getStore()): Promise<void> {
    return new Promise((go) => {
      if (life?.isOver) return
      const waiting = this.#lines.get(line)
      if (waiting) waiting.push({ name, life, go })
      else this.#lines.set(line, [{ name, life, go }])
    })
  }

  forget(life: Life): void {
    this.clock.forget(life)
    for (const [line, waiting] of this.#lines) {
      const left = waiting.filter((moment) => moment.life !== life)
      if (left.length > 0) this.#lines.set(line, left)
      else this.#lines.delete(line)
    }
  }

  /** One moment of somebody, or time. */
  async step(timeShare: number): Promise<void> {
    this.trace.steps++
    const isTime = this.isIdle || (this.clock.isWaitedFor && this.random.chance(timeShare))
    if (isTime) this.clock.pass()
    else this.#next()
    await settled()
  }

  #next(): void {
    const line = this.random.pick([...this.#lines.keys()])
    const waiting = this.#lines.get(line) ?? []
    const moment = waiting.shift()
    if (waiting.length === 0) this.#lines.delete(line)
    this.trace.tell(moment?.name ?? line)
    moment?.go()
  }
}

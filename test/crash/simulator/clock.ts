// Time that passes only when it is told to: stands in for the timers and clocks of the whole process, so that a seed decides them, too.
import type { Random } from '../../random.ts'
import { type Life, lives } from './life.ts'

type Timer = { at: number; number: number; everyMs: number | null; life: Life | undefined; run: () => void }

const begin = Date.UTC(2026, 0, 1)

export class Clock {
  /** Of all that has passed. */
  ms = 0
  /** How far the clock on the wall has been set off. */
  offMs = 0
  readonly #timers = new Map<number, Timer>()
  #number = 0

  get wall(): number {
    return begin + Math.floor(this.ms) + this.offMs
  }

  get isWaitedFor(): boolean {
    return this.#timers.size > 0
  }

  set(run: () => void, afterMs: number, isAgain: boolean): number {
    const ms = Math.max(1, Math.floor(afterMs) || 0)
    const number = ++this.#number
    const everyMs = isAgain ? ms : null
    const life = lives.getStore()
    if (!life?.isOver) this.#timers.set(number, { at: this.ms + ms, number, everyMs, life, run })
    return number
  }

  clear(number: number): void {
    this.#timers.delete(number)
  }

  forget(life: Life): void {
    for (const [number, timer] of this.#timers) if (timer.life === life) this.#timers.delete(number)
  }

  /** On to the next moment for which somebody waits. */
  pass(): void {
    const next = [...this.#timers.values()].reduce((one, other) => (other.at < one.at ? other : one))
    this.ms = Math.max(this.ms, next.at)
    if (next.everyMs === null) this.#timers.delete(next.number)
    else next.at = this.ms + next.everyMs
    if (next.life) lives.run(next.life, next.run)
    else next.run()
  }
}

const real = { setImmediate: globalThis.setImmediate, now: performance.now.bind(performance) }
/** Of the time outside, for figures. */
export const realNow = real.now
/** Until nothing is left to be done without another step. */
export const settled = (): Promise<void> => new Promise((resolve) => void real.setImmediate(resolve))

class Handle {
  readonly number: number
  constructor(number: number) {
    this.number = number
  }
  unref = (): this => this
  ref = (): this => this
}

/** From here on this process lives by the clock it is given, and by chance with a seed. */
export function liveBy(clock: () => Clock, random: () => Random): void {
  const setting =
    (isAgain: boolean) =>
    (run: (...given: unknown[]) => void, ms = 0, ...given: unknown[]) =>
      new Handle(clock().set(() => run(...given), ms, isAgain))
  const clearing = (handle: unknown) => {
    if (handle instanceof Handle) clock().clear(handle.number)
  }
  const timeout = (ms: number) => {
    const over = new AbortController()
    clock().set(() => over.abort(new DOMException('It took too long.', 'TimeoutError')), ms, false)
    return over.signal
  }
  Object.assign(globalThis, {
    setTimeout: setting(false),
    setInterval: setting(true),
    clearTimeout: clearing,
    clearInterval: clearing,
  })
  Object.assign(AbortSignal, { timeout })
  Object.assign(Math, { random: () => random().next() })
  Date.now = () => clock().wall
  Object.defineProperty(performance, 'now', { value: () => clock().ms })
}

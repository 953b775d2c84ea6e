// One clock for everybody who follows an answer: the first word goes out at once, what comes within 40 ms of it goes out together.

const coalesceMs = 40

export class Ticker {
  readonly #waiting = new Set<() => void>()
  #timer: NodeJS.Timeout | null = null

  touch(tell: () => void): void {
    if (this.#timer !== null) {
      this.#waiting.add(tell)
      return
    }
    tell()
    this.#timer = setTimeout(() => this.#tick(), coalesceMs)
    this.#timer.unref()
  }

  forget(tell: () => void): void {
    this.#waiting.delete(tell)
  }

  #tick(): void {
    this.#timer = null
    if (this.#waiting.size === 0) return
    const told = [...this.#waiting]
    this.#waiting.clear()
    for (const tell of told) tell()
    this.#timer = setTimeout(() => this.#tick(), coalesceMs)
    this.#timer.unref()
  }
}

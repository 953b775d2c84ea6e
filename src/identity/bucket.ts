// How often each address may do something: a few at once, then at a steady rate. Held in memory, for so many addresses and no more.

export type BucketOptions = { perHour: number; burst: number; now: () => number; addressesMax?: number }
type Level = { tokens: number; at: number }

const hourMs = 3_600_000

export class Buckets {
  readonly #options: Required<BucketOptions>
  /** In order of last use, so that the oldest is the first to be forgotten. */
  readonly #levels = new Map<string, Level>()

  constructor(options: BucketOptions) {
    this.#options = { addressesMax: 50_000, ...options }
  }

  /** Takes one; 0 when it was there, else the seconds until there is one. */
  take(address: string): number {
    const { perHour, burst, now, addressesMax } = this.#options
    const at = now()
    const { tokens, at: since } = this.#levels.get(address) ?? { tokens: burst, at }
    const level = Math.min(burst, tokens + (Math.max(0, at - since) / hourMs) * perHour)
    const taken = level >= 1
    this.#levels.delete(address)
    this.#levels.set(address, { tokens: taken ? level - 1 : level, at })
    const oldest = this.#levels.keys().next().value
    if (this.#levels.size > addressesMax && oldest !== undefined) this.#levels.delete(oldest)
    return taken ? 0 : Math.ceil((((1 - level) / perHour) * hourMs) / 1000)
  }
}

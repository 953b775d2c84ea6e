// Who was known a moment ago is known again without asking the table, for so long and so many.

import type { Guest } from './guests.ts'

const rememberedMs = 30_000
const guestsMax = 10_000

export class Remembered {
  readonly #now: () => number
  readonly #guests = new Map<string, { guest: Guest; until: number }>()

  constructor(now: () => number) {
    this.#now = now
  }

  find(token: string): Guest | null {
    const known = this.#guests.get(token)
    return known && known.until > this.#now() ? known.guest : null
  }

  /** Nobody is remembered as nobody: a guest who is made later must be found at once. */
  keep(guest: Guest | null): Guest | null {
    if (!guest) return null
    this.#guests.delete(guest.token)
    this.#guests.set(guest.token, { guest, until: this.#now() + rememberedMs })
    const oldest = this.#guests.keys().next().value
    if (this.#guests.size > guestsMax && oldest !== undefined) this.#guests.delete(oldest)
    return guest
  }
}

// Who was known a moment ago is known again without asking the table, for so long and so many; and while nobody can ask the table, who
// was known shortly before that began.

import { ThreadkeepError } from '../core/errors.ts'
import type { Guest } from './guests.ts'

const rememberedMs = 30_000
const guestsMax = 10_000
/** How long before an outage somebody must have been looked up to be let in during it, how long that goes on, and how often it is tried. */
const knownBeforeMs = 60_000
const outageMsMax = 15 * 60_000
const askEveryMs = 1_000

export class Remembered {
  readonly #now: () => number
  readonly #guests = new Map<string, { guest: Guest; at: number }>()
  readonly #throughOutages: boolean
  #outage: { since: number; asked: number } | null = null

  constructor(now: () => number, throughOutages = false) {
    this.#now = now
    this.#throughOutages = throughOutages
  }

  find(token: string): Guest | null {
    const known = this.#guests.get(token)
    return known && known.at + rememberedMs > this.#now() ? known.guest : null
  }

  /** Asks the table, and lets in who was known before, where nobody can. */
  async ask(token: string, table: () => Promise<Guest | null>): Promise<Guest | null> {
    const before = this.#knownBefore(token)
    if (before && this.#outage && this.#outage.asked + askEveryMs > this.#now()) return before
    try {
      const guest = await table()
      this.#outage = null
      return this.keep(guest)
    } catch (fault) {
      if (!(fault instanceof ThreadkeepError) || fault.code !== 'unavailable') throw fault
      const asked = this.#now()
      this.#outage = { since: this.#outage?.since ?? asked, asked }
      const known = this.#knownBefore(token)
      if (known) return known
      throw fault
    }
  }

  /** Nobody is remembered as nobody: a guest who is made later must be found at once. */
  keep(guest: Guest | null): Guest | null {
    if (!guest) return null
    this.#guests.delete(guest.token)
    this.#guests.set(guest.token, { guest, at: this.#now() })
    const oldest = this.#guests.keys().next().value
    if (this.#guests.size > guestsMax && oldest !== undefined) this.#guests.delete(oldest)
    return guest
  }

  #knownBefore(token: string): Guest | null {
    if (!this.#throughOutages || !this.#outage) return null
    const { since } = this.#outage
    const known = this.#guests.get(token)
    if (!known || known.at < since - knownBeforeMs || this.#now() > since + outageMsMax) return null
    return known.guest
  }
}

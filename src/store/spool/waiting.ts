// What waits in the journal, by whom and in which order: where it stands in the file, never its words.

import type { Place } from './journal.ts'
import type { Sameness } from './spoolable.ts'

export type Entry = Sameness & {
  user: string
  threadId: string
  messageId: string
  asksForAnswer: boolean
  /** How often it met a fault of ours on its way into the store. */
  tries: number
  /** When it was taken in. */
  since: number
  /** Rejects where it could not be written. */
  place: Promise<Place>
}

export class Waiting {
  readonly #byUser = new Map<string, Entry[]>()
  /** The newest of each message: it is the one that knows whether an answer was asked for. */
  readonly #byId = new Map<string, Entry>()
  #size = 0

  get size(): number {
    return this.#size
  }

  get users(): string[] {
    return [...this.#byUser.keys()]
  }

  get oldest(): number | null {
    let oldest: number | null = null
    for (const [first] of this.#byUser.values())
      if (first && (oldest === null || first.since < oldest)) oldest = first.since
    return oldest
  }

  has(user: string): boolean {
    return this.#byUser.has(user)
  }

  first(user: string): Entry | undefined {
    return this.#byUser.get(user)?.[0]
  }

  find(said: Said): Entry | undefined {
    return this.#byId.get(nameOf(said))
  }

  add(entry: Entry): void {
    const line = this.#byUser.get(entry.user)
    if (line) line.push(entry)
    else this.#byUser.set(entry.user, [entry])
    this.#byId.set(nameOf(entry), entry)
    this.#size++
  }

  drop(entry: Entry): void {
    const line = this.#byUser.get(entry.user)
    const at = line?.indexOf(entry) ?? -1
    if (!line || at < 0) return
    line.splice(at, 1)
    if (line.length === 0) this.#byUser.delete(entry.user)
    if (this.#byId.get(nameOf(entry)) === entry) this.#byId.delete(nameOf(entry))
    this.#size--
  }
}

type Said = Pick<Entry, 'user' | 'threadId' | 'messageId'>

const nameOf = ({ user, threadId, messageId }: Said): string => JSON.stringify([user, threadId, messageId])

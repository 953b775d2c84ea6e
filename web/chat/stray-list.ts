// Which messages were kept beside the path because the page was old when they were said: ids in the storage of this device.

/** As much of localStorage as is needed. */
export type Shelf = Pick<Storage, 'length' | 'key' | 'getItem' | 'setItem' | 'removeItem'>

type Noted = { readonly threadId: string; readonly messageId: string; readonly at: number }

/** The oldest is forgotten first: it stays in the house, beside what was said there, and is only not spoken of any more. */
export const straysMax = 20

/** A note has a key of its own, so that two tabs never overwrite each other's list. */
export class StrayList {
  readonly #shelf: Shelf
  readonly #prefix: string

  constructor(shelf: Shelf, userId: string) {
    this.#shelf = shelf
    this.#prefix = `threadkeep.stray.${userId}.`
  }

  /** Oldest first. */
  of(threadId: string): string[] {
    return this.#all.filter((noted) => noted.threadId === threadId).map(({ messageId }) => messageId)
  }

  put(threadId: string, messageId: string, at: number): void {
    const { length } = this.#all
    for (const oldest of this.#all.slice(0, Math.max(0, length + 1 - straysMax))) this.drop(oldest.messageId)
    const noted: Noted = { threadId, messageId, at }
    try {
      this.#shelf.setItem(this.#prefix + messageId, JSON.stringify(noted))
    } catch (fault) {
      // Without room the line is there until the page is left; the message itself is safe in the house.
      if (!(fault instanceof DOMException)) throw fault
    }
  }

  drop(messageId: string): void {
    this.#shelf.removeItem(this.#prefix + messageId)
  }

  get #all(): Noted[] {
    const keys = Array.from({ length: this.#shelf.length }, (_, index) => this.#shelf.key(index) ?? '')
    return keys
      .filter((key) => key.startsWith(this.#prefix))
      .map((key) => JSON.parse(this.#shelf.getItem(key) ?? 'null') as Noted | null)
      .filter((noted) => noted !== null)
      .toSorted((one, other) => one.at - other.at)
  }
}

// What was said and is not yet known to be kept: one entry a message in the storage of this device, until the receipt is there.

export type Unsent = {
  /** Minted here and sent with every try, so that it is kept once. */
  readonly id: string
  readonly threadId: string
  readonly text: string
  readonly at: number
  readonly personaId: string | null
  /** The thread is made with it. */
  readonly isFirst: boolean
  /** Named on purpose: an edit, or what is said in a branch that somebody looks at. */
  readonly parentId?: string | null
  /** The newest message that was on the page. */
  readonly expectedHead?: string | null
  /** The unsent message before it, whose answer it follows. */
  readonly after?: string
  /** A message that lies astray, and goes when this one is kept in its stead. */
  readonly insteadOf?: string
  /** Why the house will not take it; nothing is tried any more until the person decides. */
  readonly refusal?: { readonly message: string; readonly hint: string }
}

/** As much of localStorage as is needed. */
export type Shelf = Pick<Storage, 'length' | 'key' | 'getItem' | 'setItem' | 'removeItem'>

/** An entry has a key of its own, so that two tabs never overwrite each other's list. */
export class Outbox {
  readonly #shelf: Shelf
  readonly #prefix: string
  readonly #listeners = new Set<() => void>()
  #all: readonly Unsent[]

  constructor(shelf: Shelf, userId: string) {
    this.#shelf = shelf
    this.#prefix = `threadkeep.unsent.${userId}.`
    this.#all = this.#read()
  }

  /** Oldest first. */
  get all(): readonly Unsent[] {
    return this.#all
  }

  of(threadId: string): readonly Unsent[] {
    return this.#all.filter((unsent) => unsent.threadId === threadId)
  }

  /** Throws when this device has no room; then nothing was put down. */
  put(unsent: Unsent): void {
    this.#shelf.setItem(this.#prefix + unsent.id, JSON.stringify(unsent))
    this.#changed([...this.#all.filter(({ id }) => id !== unsent.id), unsent])
  }

  remove(id: string): void {
    this.#shelf.removeItem(this.#prefix + id)
    this.#changed(this.#all.filter((unsent) => unsent.id !== id))
  }

  /** It is kept: what was said after it follows its answer from now on. */
  kept(id: string, replyId: string | null): void {
    for (const next of this.#all.filter(({ after }) => after === id)) {
      const { after: _, ...rest } = next
      this.put({ ...rest, ...(replyId === null ? {} : { expectedHead: replyId }) })
    }
    this.remove(id)
  }

  /** Another tab put something down, or took it away. */
  reread(): void {
    this.#changed(this.#read())
  }

  on(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  #read(): Unsent[] {
    const keys = Array.from({ length: this.#shelf.length }, (_, index) => this.#shelf.key(index) ?? '')
    return keys
      .filter((key) => key.startsWith(this.#prefix))
      .map((key) => JSON.parse(this.#shelf.getItem(key) ?? 'null') as Unsent | null)
      .filter((unsent) => unsent !== null)
      .toSorted(byAge)
  }

  #changed(all: Unsent[]): void {
    this.#all = all.toSorted(byAge)
    for (const listener of this.#listeners) listener()
  }
}

/** Ids rise with time. */
const byAge = (one: Unsent, other: Unsent): number => one.at - other.at || (one.id < other.id ? -1 : 1)

// Who is served next: each user's commits in their order, the users in turn, so that one flood does not starve another.

const nobody: ReadonlySet<string> = new Set()

export class Turns<T> {
  readonly #waiting = new Map<string, T[]>()
  #size = 0

  get size(): number {
    return this.#size
  }

  add(user: string, item: T): void {
    const line = this.#waiting.get(user)
    if (line) line.push(item)
    else this.#waiting.set(user, [item])
    this.#size++
  }

  /** One from each user, round and round, until there are `most`. Whoever was served goes to the back, and who is busy waits. */
  take(most: number, busy: ReadonlySet<string> = nobody): T[] {
    const taken: T[] = []
    for (let before = -1; taken.length < most && taken.length > before;) {
      before = taken.length
      this.#round(taken, most, busy)
    }
    return taken
  }

  #round(taken: T[], most: number, busy: ReadonlySet<string>): void {
    for (const [user, line] of Array.from(this.#waiting)) {
      if (taken.length === most) return
      if (busy.has(user)) continue
      const item = line.shift()
      this.#waiting.delete(user)
      if (line.length > 0) this.#waiting.set(user, line)
      if (item === undefined) continue
      taken.push(item)
      this.#size--
    }
  }
}

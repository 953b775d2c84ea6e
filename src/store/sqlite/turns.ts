// Who is served next: each user's commits in their order, the users in turn, so that one flood does not starve another.

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

  /** One from each user, round and round, until there are `most`. Whoever was served goes to the back. */
  take(most: number): T[] {
    const taken: T[] = []
    while (taken.length < most && this.#size > 0) this.#round(taken, most)
    return taken
  }

  #round(taken: T[], most: number): void {
    for (const [user, line] of Array.from(this.#waiting)) {
      if (taken.length === most) return
      const item = line.shift()
      this.#waiting.delete(user)
      if (line.length > 0) this.#waiting.set(user, line)
      if (item === undefined) continue
      taken.push(item)
      this.#size--
    }
  }
}

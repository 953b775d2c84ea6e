// What the messages of a thread come to: its head, its counts, its chain.

import { xorInto } from '../../core/checksum.ts'

/** What the row of the thread says of itself, or should say. */
export type ThreadValues = {
  headId: string | null
  messageCount: number
  lastSeq: number
  forkCount: number
  chain: string
}

export type Summed = { seq: number; id: string; parent: number; isDeleted: boolean; link: Uint8Array | null }

export class ThreadSums {
  readonly #headId: string | null
  readonly #ids = new Map<number, string>()
  readonly #parents = new Set<number>()
  readonly #parentOf = new Map<number, number>()
  readonly #chain = new Uint8Array(16)
  #headSeq = 0
  #count = 0
  #last = 0

  constructor(headId: string | null) {
    this.#headId = headId
  }

  /** In order of seq. */
  add({ seq, id, parent, isDeleted, link }: Summed): void {
    this.#last = seq
    this.#ids.set(seq, id)
    this.#parentOf.set(seq, parent)
    if (id === this.#headId) this.#headSeq = seq
    this.#parents.add(parent)
    if (!isDeleted) this.#count++
    if (link) xorInto(this.#chain, link)
  }

  has = (seq: number): boolean => this.#ids.has(seq)
  idOf = (seq: number): string | undefined => this.#ids.get(seq)

  copy(): ThreadSums {
    const copy = new ThreadSums(this.#headId)
    for (const [seq, id] of this.#ids) copy.#ids.set(seq, id)
    for (const seq of this.#parents) copy.#parents.add(seq)
    for (const [seq, parent] of this.#parentOf) copy.#parentOf.set(seq, parent)
    copy.#chain.set(this.#chain)
    copy.#headSeq = this.#headSeq
    copy.#count = this.#count
    copy.#last = this.#last
    return copy
  }

  values(): ThreadValues {
    return {
      headId: this.#rightHead(),
      messageCount: this.#count,
      lastSeq: this.#last,
      forkCount: this.#ids.size - this.#parents.size,
      chain: Buffer.from(this.#chain).toString('hex'),
    }
  }

  /** A head that is a leaf stands; one that has children goes down to the newest below it; one that is not there, to the newest of all. */
  #rightHead(): string | null {
    if (this.#last === 0) return null
    if (this.#headSeq !== 0 && !this.#parents.has(this.#headSeq)) return this.#headId
    const newest = this.#headSeq === 0 ? this.#last : this.#newestBelow(this.#headSeq)
    return this.#ids.get(newest) ?? null
  }

  /** Seqs only grow from parent to child, so one pass from the head on finds all that is below it. */
  #newestBelow(head: number): number {
    const below = new Set([head])
    let newest = head
    for (const [seq, parent] of this.#parentOf)
      if (below.has(parent)) {
        below.add(seq)
        newest = seq
      }
    return newest
  }
}

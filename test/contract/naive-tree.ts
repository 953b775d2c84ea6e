// The simplest tree there is, parent pointers and nothing else: what the clever ones are compared with.
import type { Departure } from '../../src/core/tree.ts'
import type { Random } from '../random.ts'

export class NaiveTree {
  /** The parent of message 1, 2, 3 …; 0 where it is a root. */
  readonly #parents: number[] = []

  add(parent: number): number {
    return this.#parents.push(parent)
  }

  get lastSeq(): number {
    return this.#parents.length
  }

  get seqs(): number[] {
    return this.#parents.map((_, i) => i + 1)
  }

  get departures(): Departure[] {
    return this.seqs
      .map((seq) => ({ seq, parent: this.parentOf(seq) }))
      .filter(({ seq, parent }) => parent !== seq - 1)
  }

  parentOf(seq: number): number {
    const parent = this.#parents[seq - 1]
    if (parent === undefined) throw new Error(`There is no message ${seq}.`)
    return parent
  }

  childrenOf(seq: number): number[] {
    return this.seqs.filter((other) => this.parentOf(other) === seq)
  }

  siblingsOf(seq: number): number[] {
    return this.childrenOf(this.parentOf(seq))
  }

  pathTo(seq: number): number[] {
    return seq === 0 ? [] : [...this.pathTo(this.parentOf(seq)), seq]
  }

  newestBelow(seq: number): number {
    const below = new Set([seq])
    for (const later of this.seqs.slice(seq)) if (below.has(this.parentOf(later))) below.add(later)
    return Math.max(...below)
  }
}

/** Anything from one long line to a bush, with a root or with several. */
export function randomTree(random: Random, sizeMax: number): NaiveTree {
  const tree = new NaiveTree()
  const departing = random.pick([0, 0.02, 0.2, 0.6, 1])
  for (let left = 1 + random.int(sizeMax); left > 0; left--) {
    tree.add(random.chance(departing) ? random.int(tree.lastSeq + 1) : tree.lastSeq)
  }
  return tree
}

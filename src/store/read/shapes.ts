// The trees of threads that were read lately. A thread only grows, so a remembered tree is never wrong: where it is short it is grown,
// and a read that sees the thread as it was a moment ago gets that much of it.

import { type Departure, grow, type Tree, treeOf } from '../../core/tree.ts'
import type { Key } from '../plan/heads.ts'

const shapesMax = 500

type Thread = { shape: Key; lastSeq: number; forkCount: number }

export class Shapes {
  readonly #trees = new Map<Key, Tree>()

  /** A thread without forks has no departures, and nothing is asked. */
  treeOf(thread: Thread, departuresAfter: (seq: number) => readonly Departure[]): Tree {
    const { shape, lastSeq, forkCount } = thread
    if (forkCount === 0) return treeOf(lastSeq, [])
    const known = this.#trees.get(shape) ?? treeOf(0, [])
    if (known.lastSeq < lastSeq) grow(known, lastSeq, departuresAfter(known.lastSeq))
    this.#remember(shape, known)
    return known.lastSeq === lastSeq ? known : asOf(known, lastSeq)
  }

  #remember(shape: Key, tree: Tree): void {
    this.#trees.delete(shape)
    this.#trees.set(shape, tree)
    const oldest = this.#trees.keys().next().value
    if (this.#trees.size > shapesMax && oldest !== undefined) this.#trees.delete(oldest)
  }
}

const asOf = ({ departures }: Tree, lastSeq: number): Tree =>
  treeOf(
    lastSeq,
    departures.filter(({ seq }) => seq <= lastSeq),
  )

// The trees of threads that were read lately. A thread only grows, so a remembered tree is never wrong, only short, and is then grown.

import type { DatabaseSync } from 'node:sqlite'
import { type Departure, grow, type Tree, treeOf } from '../../core/tree.ts'

const shapesMax = 500

export class Shapes {
  readonly #departuresAfter: ReturnType<DatabaseSync['prepare']>
  readonly #trees = new Map<number, Tree>()

  constructor(db: DatabaseSync) {
    this.#departuresAfter = db.prepare(`
      SELECT seq, parent FROM messages
      WHERE user = ? AND thread = ? AND seq > ? AND seq <= ? AND parent <> seq - 1
      ORDER BY seq`)
  }

  /** A thread without forks has no departures, and nothing is asked. */
  treeOf(user: number, thread: { key: number; lastSeq: number; forkCount: number }): Tree {
    if (thread.forkCount === 0) return treeOf(thread.lastSeq, [])
    const known = this.#trees.get(thread.key) ?? treeOf(0, [])
    if (known.lastSeq < thread.lastSeq) {
      const later = this.#departuresAfter.all(user, thread.key, known.lastSeq, thread.lastSeq) as Departure[]
      grow(known, thread.lastSeq, later)
    }
    this.#trees.delete(thread.key)
    this.#trees.set(thread.key, known)
    const oldest = this.#trees.keys().next().value
    if (this.#trees.size > shapesMax && oldest !== undefined) this.#trees.delete(oldest)
    return known
  }
}

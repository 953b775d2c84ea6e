// The other answers to, or edits of, the same place: which of them a message names, and who else is named on a page.

import type { Siblings } from '../../core/message.ts'
import { childrenOf, parentOf, type Stretch, type Tree } from '../../core/tree.ts'

const siblingsShown = 50

export function siblingsIn(
  tree: Tree,
  { seq, id, parent }: { seq: number; id: string; parent: number },
  idAt: (seq: number) => string,
): Siblings {
  if (!tree.departingFrom.has(parent)) return { index: 0, count: 1, ids: [id] }
  const { index, count, seqs } = nearest(tree, seq, parent)
  return { index, count, ids: seqs.map(idAt) }
}

/** The messages that those of a page name and that are not on it: parents and siblings. */
export function seqsBeside(tree: Tree, stretches: readonly Stretch[]): number[] {
  const beside = new Set<number>()
  for (const { from, to } of stretches) {
    for (let seq = from; seq <= to; seq++) {
      const parent = parentOf(tree, seq)
      if (parent !== 0) beside.add(parent)
      if (tree.departingFrom.has(parent))
        for (const other of nearest(tree, seq, parent).seqs) beside.add(other)
    }
  }
  for (const { from, to } of stretches) for (let seq = from; seq <= to; seq++) beside.delete(seq)
  return [...beside]
}

/** Of a crowd of siblings, the ones nearest to this message. */
function nearest(tree: Tree, seq: number, parent: number): { index: number; count: number; seqs: number[] } {
  const all = childrenOf(tree, parent)
  const index = all.indexOf(seq)
  const first = Math.max(0, Math.min(index - siblingsShown / 2, all.length - siblingsShown))
  return { index, count: all.length, seqs: all.slice(first, first + siblingsShown) }
}

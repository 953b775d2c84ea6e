// Where a new message goes in the tree, and whether the head follows it: the fork rule of C5, alone and pure.

export type PlaceAsked = {
  /** Named on purpose (an edit, another answer); null is a root beside the root. */
  parentId?: string | null
  /** The head that the sender saw. */
  expectedHead?: string | null
}

export type Placing = 'named' | 'seen' | 'head'

/** Which message the sender meant as the parent. */
export function parentMeant(
  asked: PlaceAsked,
  headId: string | null,
): { by: Placing; parentId: string | null } {
  if (asked.parentId !== undefined) return { by: 'named', parentId: asked.parentId }
  if (asked.expectedHead !== undefined) return { by: 'seen', parentId: asked.expectedHead }
  return { by: 'head', parentId: headId }
}

/** A branch made on purpose takes the head along; a send that met an occupied place is kept beside and leaves the head alone. */
export function headFollows(by: Placing, parentHasChild: boolean): { forked: boolean; headMoves: boolean } {
  if (by === 'named') return { forked: false, headMoves: true }
  return { forked: parentHasChild, headMoves: !parentHasChild }
}

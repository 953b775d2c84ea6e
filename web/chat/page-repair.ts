// Puts right what this browser remembers of conversations that changed while none of its pages was open. Loaded when all else is drawn.

import type { Change, ThreadkeepError } from '../../src/client/client.ts'

/** Handed over, so that nothing is torn out of the first load for the sake of this. */
export type Memory = {
  /** The changeSeq that this browser had heard of last; null: none. */
  heard(): Promise<number | null>
  /** The newest that there is. */
  newest(): Promise<number>
  changes(since: number): Promise<{ changes: Change[] }>
  forgetIfGone(change: Change): void
  forgetPages(): Promise<void>
  note(position: number): Promise<void>
}

/** A device that was away for longer begins anew. */
const catchUpPagesMax = 5

/** What was taken away meanwhile is forgotten here too, from the change that this browser heard of last. */
export async function repairPages(memory: Memory): Promise<void> {
  const known = await memory.heard()
  const newest = await memory.newest()
  try {
    if (!(await walked(memory, known ?? newest, newest))) await memory.forgetPages()
  } catch (fault) {
    // What cannot be repaired now is repaired when the page opens next.
    const { code } = fault as Partial<ThreadkeepError>
    if (code === undefined) throw fault
    if (code !== 'resync') return
    await memory.forgetPages()
  }
  await memory.note(newest)
}

/** False: it is too far. */
async function walked(memory: Memory, from: number, newest: number): Promise<boolean> {
  for (let since = from, page = 0; since < newest; page++) {
    if (page === catchUpPagesMax) return false
    const { changes } = await memory.changes(since)
    for (const change of changes) memory.forgetIfGone(change)
    since = changes.at(-1)?.changeSeq ?? newest
  }
  return true
}

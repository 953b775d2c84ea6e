// The words in which a store tells what became of a commit. Its position is known only once it is durable.

import type { Durability, Kept } from '../../core/receipt.ts'
import type { Verdict } from './planner.ts'

export function keptAs({ draft, decided, became: result }: Verdict, durability: Durability): Kept {
  const { thread, runRef } = draft
  const { id, seq, forked, changeSeq } = decided
  const headId = thread?.headId ?? null
  const receipt = { id, seq, changeSeq, position: '', durability, result, forked, headId }
  return { result, receipt, threadId: thread?.id ?? null, run: runRef }
}

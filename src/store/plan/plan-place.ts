// What happens when somebody has read on in a thread, or has written on at what they will say there.

import type { PlacePut } from '../../core/change.ts'
import type { Ask } from './ask.ts'
import { type Draft, isStop, type Step, type Stop } from './draft.ts'

export function planPlace(draft: Draft, ask: Ask, change: PlacePut): Step | Stop {
  const known = draft.changeSeq - 1
  const thread = draft.openThread(change.threadId)
  if (isStop(thread)) return thread
  const before = ask.threadPlace(draft.user.key, thread.key)
  const at = [draft.user.key, thread.key] as const
  const readSeq = Math.min(change.readSeq ?? 0, thread.lastSeq)
  const reads = readSeq > (before?.read_seq ?? 0)
  const words = change.draft === undefined ? before?.draft : change.draft
  const writes = (words || null) !== (before?.draft ?? null)
  if (reads) draft.put('putReadSeq', ...at, readSeq, draft.changeSeq)
  if (writes) draft.put('putDraft', ...at, words || null, words ? draft.at : null, draft.changeSeq)
  const step = { id: thread.id, seq: null, forked: false }
  if (reads || writes) return { ...step, changeSeq: draft.changeSeq, replayed: false }
  return { ...step, changeSeq: before?.change_seq ?? known, replayed: true }
}

// What happens when somebody puts a mark on a message, or takes it off.

import type { MarkPut, MarkRemoved } from '../../core/change.ts'
import { statusCode } from '../codes.ts'
import { deleted, type Draft, isStop, type Step, stepOf, type Stop } from './draft.ts'
import { findMessage } from './plan-bin.ts'
import type { Ask } from './ask.ts'

export function planMark(draft: Draft, ask: Ask, change: MarkPut | MarkRemoved): Step | Stop {
  const found = findMessage(draft, ask, change)
  if (isStop(found)) return found
  const { thread, row } = found
  if (row.status === statusCode('deleted')) return deleted('message', change.messageId)
  const at = [draft.user.key, thread.key, row.seq, change.mark] as const
  if (change.kind === 'mark.put') draft.put('putMark', ...at, change.value, draft.at)
  else draft.put('removeMark', ...at)
  return stepOf(draft, change.messageId, row.seq)
}

// What happens when a thread is tied to what another system calls it, or untied.

import type { RefPut, RefRemoved } from '../../core/change.ts'
import { type Draft, isStop, type Step, type Stop } from './draft.ts'

export function planRef(draft: Draft, change: RefPut | RefRemoved): Step | Stop {
  const thread = draft.openThread(change.threadId)
  if (isStop(thread)) return thread
  const { key } = draft.user
  draft.put('removeRef', key, thread.key, change.provider)
  if (change.kind === 'ref.put') draft.put('putRef', key, change.provider, change.externalId, thread.key)
  return { id: thread.id, seq: null, forked: false, changeSeq: draft.changeSeq, replayed: false }
}

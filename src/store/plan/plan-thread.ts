// What happens to a thread as a whole.

import { newestBelow, treeOf } from '../../core/tree.ts'
import type {
  HeadMoved,
  ThreadBinned,
  ThreadChanged,
  ThreadCreated,
  ThreadRenamed,
  ThreadRestored,
} from '../../core/change.ts'
import { fingerprint } from '../hash.ts'
import { conflict, deleted, type Draft, invalid, isStop, missing, type Step, type Stop } from './draft.ts'
import type { Heads, ThreadHead } from './heads.ts'
import { seqOf } from './plan-said.ts'
import type { Ask } from './ask.ts'

export function planThreadCreated(draft: Draft, heads: Heads, ask: Ask, change: ThreadCreated): Step | Stop {
  const found = foundInstead(draft, heads, ask, change)
  if (found) {
    if (found.binnedAt !== null) return deleted('thread', found.id)
    draft.foundInstead(change.threadId, found)
    return { ...threadStep(draft, found), changeSeq: found.changeSeq, replayed: true }
  }
  const there = heads.thread(draft.user, change.threadId)
  if (there) return replayOf(draft, there, change)
  if (change.externalKey && ask.threadIdByKey(draft.user.key, change.externalKey) !== null)
    return invalid(
      `Another thread has the external key "${change.externalKey}".`,
      'Ask for the thread by that key, or choose another.',
    )
  const head = newHead(draft, heads, change)
  draft.newThread(head)
  insertThread(draft, head, change)
  if (change.unless === 'main') {
    draft.user.mainThreadId = head.id
    draft.put('setMainThread', head.id, draft.user.key)
  }
  return threadStep(draft, head)
}

function foundInstead(draft: Draft, heads: Heads, ask: Ask, change: ThreadCreated): ThreadHead | null {
  const { user } = draft
  if (change.unless === 'there') return heads.thread(user, change.threadId)
  if (change.unless === 'main') {
    const main = user.mainThreadId === null ? null : heads.thread(user, user.mainThreadId)
    return main?.binnedAt === null ? main : null
  }
  if (change.unless !== 'keyed') return null
  const id = change.externalKey ? ask.threadIdByKey(user.key, change.externalKey) : null
  return id === null ? null : heads.thread(user, id)
}

/** The same thread created again: known by what it was created with, whatever it was called since. */
function replayOf(draft: Draft, there: ThreadHead, change: ThreadCreated): Step | Stop {
  if (there.createdAs !== hex(createdAs(change))) return conflict('thread', change.threadId)
  if (there.binnedAt !== null) return deleted('thread', there.id)
  const head = draft.openThread(there.id)
  return isStop(head) ? head : { ...threadStep(draft, head), changeSeq: there.changeSeq, replayed: true }
}

function newHead(draft: Draft, heads: Heads, change: ThreadCreated): ThreadHead {
  return {
    key: heads.newKey('threads', change.threadId),
    id: change.threadId,
    headId: null,
    headSeq: 0,
    lastSeq: 0,
    messageCount: 0,
    forkCount: 0,
    chain: new Uint8Array(16),
    changeSeq: draft.changeSeq,
    updatedAt: draft.at,
    binnedAt: null,
    titledBy: change.title ? 'user' : null,
    externalKey: change.externalKey ?? null,
    createdAs: hex(createdAs(change)),
  }
}

function insertThread(draft: Draft, head: ThreadHead, change: ThreadCreated): void {
  const {
    title = null,
    defaultPersonaId = null,
    externalKey = null,
    context = null,
    metadata = null,
  } = change
  draft.put(
    'insertThread', draft.user.key, head.key, head.id, title, head.titledBy, defaultPersonaId, externalKey, context, metadata,
    createdAs(change), draft.changeSeq, draft.at,
  ) // prettier-ignore
}

const createdAs = ({ title, defaultPersonaId, externalKey, context, metadata }: ThreadCreated): Uint8Array =>
  fingerprint(
    JSON.stringify([
      title ?? null,
      defaultPersonaId ?? null,
      externalKey ?? null,
      context ?? null,
      metadata ?? null,
    ]),
  )

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

export function planThreadRenamed(draft: Draft, change: ThreadRenamed): Step | Stop {
  const head = draft.openThread(change.threadId)
  if (isStop(head)) return head
  if (change.titledBy === 'model' && head.titledBy === 'user')
    return invalid('The user gave this thread its title, and that one stays.')
  head.titledBy = change.title === null ? null : change.titledBy
  draft.put('setTitle', change.title, head.titledBy, draft.user.key, head.key)
  return threadStep(draft, head)
}

export function planThreadChanged(draft: Draft, change: ThreadChanged): Step | Stop {
  const head = draft.openThread(change.threadId)
  if (isStop(head)) return head
  const at = [draft.user.key, head.key] as const
  const { defaultPersonaId, context, metadata, archived, pinned } = change
  if (defaultPersonaId !== undefined) draft.put('setPersonaOfThread', defaultPersonaId, ...at)
  if (context !== undefined) draft.put('setContext', context, ...at)
  if (metadata !== undefined) draft.put('setMetadata', metadata, ...at)
  if (archived !== undefined) draft.put('setArchived', archived ? draft.at : null, ...at)
  if (pinned !== undefined) draft.put('setPinned', pinned ? draft.at : null, ...at)
  return threadStep(draft, head)
}

export function planThreadBinned(draft: Draft, change: ThreadBinned): Step | Stop {
  const head = draft.openThread(change.threadId, 'binned too')
  if (isStop(head)) return head
  if (head.binnedAt !== null) return { ...threadStep(draft, head), replayed: true }
  head.binnedAt = draft.at
  draft.put('setBinned', draft.at, draft.user.key, head.key)
  if (draft.user.mainThreadId === head.id) {
    draft.user.mainThreadId = null
    draft.put('setMainThread', null, draft.user.key)
  }
  return threadStep(draft, head)
}

export function planThreadRestored(draft: Draft, ask: Ask, change: ThreadRestored): Step | Stop {
  const head = draft.openThread(change.threadId, 'binned too')
  if (isStop(head)) return head
  if (head.binnedAt === null) return { ...threadStep(draft, head), replayed: true }
  const taken = head.externalKey !== null && ask.threadIdByKey(draft.user.key, head.externalKey) !== null
  if (taken) {
    head.externalKey = null
    draft.put('clearExternalKey', draft.user.key, head.key)
  }
  head.binnedAt = null
  draft.put('setBinned', null, draft.user.key, head.key)
  return threadStep(draft, head)
}

export function planHeadMoved(draft: Draft, ask: Ask, change: HeadMoved): Step | Stop {
  const head = draft.openThread(change.threadId)
  if (isStop(head)) return head
  const seq = seqOf(draft, ask, head, change.messageId)
  if (seq === null) return missing('message', change.messageId)
  const kept = ask.departuresAfter(draft.user.key, head.key, seq)
  head.headSeq = newestBelow(treeOf(head.lastSeq, [...kept, ...draft.departuresHere(seq)]), seq)
  head.headId = draft.idSaidHere(head.headSeq) ?? ask.idAt(draft.user.key, head.key, head.headSeq)
  return threadStep(draft, head)
}

function threadStep(draft: Draft, head: ThreadHead): Step {
  return { id: head.id, seq: null, forked: false, changeSeq: draft.changeSeq, replayed: false }
}

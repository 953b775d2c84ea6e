// What happens to a thread as a whole.

import { newestBelow, treeOf, type Departure } from '../../core/tree.ts'
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
import type { Statements } from './statements.ts'

export function planThreadCreated(
  draft: Draft,
  heads: Heads,
  put: Statements,
  change: ThreadCreated,
): Step | Stop {
  const found = foundInstead(draft, heads, put, change)
  if (found) {
    if (found.binnedAt !== null) return deleted('thread', found.id)
    draft.foundInstead(change.threadId, found)
    return { ...threadStep(draft, found), changeSeq: found.changeSeq, replayed: true }
  }
  const there = heads.thread(draft.user, change.threadId)
  if (there) return replayOf(draft, there, change)
  if (change.externalKey && put.threadIdByKey.get(draft.user.key, change.externalKey))
    return invalid(
      `Another thread has the external key "${change.externalKey}".`,
      'Ask for the thread by that key, or choose another.',
    )
  const head = newHead(draft, heads, change)
  draft.newThread(head)
  draft.writes.push(() => insertThread(draft, put, head, change))
  if (change.unless === 'main') {
    draft.user.mainThreadId = head.id
    draft.writes.push(() => put.setMainThread.run(head.id, draft.user.key))
  }
  return threadStep(draft, head)
}

function foundInstead(draft: Draft, heads: Heads, put: Statements, change: ThreadCreated): ThreadHead | null {
  const { user } = draft
  if (change.unless === 'there') return heads.thread(user, change.threadId)
  if (change.unless === 'main') {
    const main = user.mainThreadId === null ? null : heads.thread(user, user.mainThreadId)
    return main?.binnedAt === null ? main : null
  }
  if (change.unless !== 'keyed') return null
  const row = put.threadIdByKey.get(user.key, change.externalKey ?? null) as { id: string } | undefined
  return row ? heads.thread(user, row.id) : null
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
    key: heads.newKey('threads'),
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

function insertThread(draft: Draft, put: Statements, head: ThreadHead, change: ThreadCreated): void {
  const {
    title = null,
    defaultPersonaId = null,
    externalKey = null,
    context = null,
    metadata = null,
  } = change
  put.insertThread.run(
    draft.user.key, head.key, head.id, title, head.titledBy, defaultPersonaId, externalKey, context, metadata,
    createdAs(change), draft.at, draft.at,
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

export function planThreadRenamed(draft: Draft, put: Statements, change: ThreadRenamed): Step | Stop {
  const head = draft.openThread(change.threadId)
  if (isStop(head)) return head
  if (change.titledBy === 'model' && head.titledBy === 'user')
    return invalid('The user gave this thread its title, and that one stays.')
  head.titledBy = change.title === null ? null : change.titledBy
  draft.writes.push(() => put.setTitle.run(change.title, head.titledBy, draft.user.key, head.key))
  return threadStep(draft, head)
}

export function planThreadChanged(draft: Draft, put: Statements, change: ThreadChanged): Step | Stop {
  const head = draft.openThread(change.threadId)
  if (isStop(head)) return head
  const set = (statement: Statements[keyof Statements], value: string | number | null | undefined) => {
    if (value !== undefined) draft.writes.push(() => statement.run(value, draft.user.key, head.key))
  }
  const since = (flag: boolean | undefined) => (flag === undefined ? undefined : flag ? draft.at : null)
  set(put.setPersonaOfThread, change.defaultPersonaId)
  set(put.setContext, change.context)
  set(put.setMetadata, change.metadata)
  set(put.setArchived, since(change.archived))
  set(put.setPinned, since(change.pinned))
  return threadStep(draft, head)
}

export function planThreadBinned(draft: Draft, put: Statements, change: ThreadBinned): Step | Stop {
  const head = draft.openThread(change.threadId, 'binned too')
  if (isStop(head)) return head
  if (head.binnedAt !== null) return { ...threadStep(draft, head), replayed: true }
  head.binnedAt = draft.at
  draft.writes.push(() => put.setBinned.run(draft.at, draft.user.key, head.key))
  if (draft.user.mainThreadId === head.id) {
    draft.user.mainThreadId = null
    draft.writes.push(() => put.setMainThread.run(null, draft.user.key))
  }
  return threadStep(draft, head)
}

export function planThreadRestored(draft: Draft, put: Statements, change: ThreadRestored): Step | Stop {
  const head = draft.openThread(change.threadId, 'binned too')
  if (isStop(head)) return head
  if (head.binnedAt === null) return { ...threadStep(draft, head), replayed: true }
  const taken =
    head.externalKey !== null && put.threadIdByKey.get(draft.user.key, head.externalKey) !== undefined
  if (taken) {
    head.externalKey = null
    draft.writes.push(() => put.clearExternalKey.run(draft.user.key, head.key))
  }
  head.binnedAt = null
  draft.writes.push(() => put.setBinned.run(null, draft.user.key, head.key))
  return threadStep(draft, head)
}

export function planHeadMoved(draft: Draft, put: Statements, change: HeadMoved): Step | Stop {
  const head = draft.openThread(change.threadId)
  if (isStop(head)) return head
  const seq = seqOf(draft, put, head, change.messageId)
  if (seq === null) return missing('message', change.messageId)
  const kept = put.departuresAfter.all(draft.user.key, head.key, seq) as Departure[]
  head.headSeq = newestBelow(treeOf(head.lastSeq, [...kept, ...draft.departuresHere(seq)]), seq)
  head.headId = draft.idSaidHere(head.headSeq) ?? idAt(put, draft, head)
  return threadStep(draft, head)
}

function threadStep(draft: Draft, head: ThreadHead): Step {
  return { id: head.id, seq: null, forked: false, changeSeq: draft.changeSeq, replayed: false }
}

const idAt = (put: Statements, draft: Draft, head: ThreadHead): string =>
  (put.messageAt.get(draft.user.key, head.key, head.headSeq) as { id: string }).id

// Changes of every kind, in an order in which each of them changes something that somebody sees who opens the thread `t`.
import { expect } from 'vitest'
import type { Change, ChangeKind } from '../../src/core/change.ts'
import { changeKinds } from '../../src/core/change.ts'
import { everyChange } from '../core/every-change.ts'
import { created, json, progressed, said, started } from './commits.ts'

const t = 't'
const run = { runId: 'r', epoch: 1 }

/** In the thread beside, where nothing happens but what happens to all. */
export const besides: Change[] = [created('beside'), said('beside', 'by the wall', { id: 'b' })]

export const everyKind: readonly Change[] = [
  { ...everyChange['thread.created'], unless: 'there' },
  { ...everyChange['user.changed'] },
  said(t, 'Is this kept?', { id: 'm' }),
  { kind: 'place.put', threadId: t, readSeq: 1, draft: 'so far' },
  { kind: 'thread.renamed', threadId: t, title: 'Another', titledBy: 'user' },
  { kind: 'thread.changed', threadId: t, archived: true, pinned: true, context: json({ a: 1 }) },
  { kind: 'mark.put', threadId: t, messageId: 'm', mark: 'note', value: json('mine') },
  { kind: 'mark.removed', threadId: t, messageId: 'm', mark: 'note' },
  { kind: 'ref.put', threadId: t, provider: 'openai', externalId: 'abc' },
  { kind: 'ref.removed', threadId: t, provider: 'openai' },
  started(t, 'm', { runId: run.runId, replyId: 'reply' }),
  { kind: 'run.composed', ...run, contextReceipt: json({ messages: 1 }) },
  progressed(run, 0),
  { kind: 'run.renewed', ...run, leaseMs: 1_000 },
  { kind: 'run.stopAsked', runId: run.runId },
  { kind: 'run.ended', ...run, status: 'stopped', text: 'It is.' },
  said(t, 'Or another way?', { id: 'fork', parentId: null }),
  { kind: 'head.moved', threadId: t, messageId: 'm' },
  { kind: 'message.deleted', threadId: t, messageId: 'reply' },
  { kind: 'message.restored', threadId: t, messageId: 'reply' },
  { kind: 'message.forgotten', threadId: t, messageId: 'reply' },
  { kind: 'thread.binned', threadId: t },
  { kind: 'thread.restored', threadId: t },
  { kind: 'thread.forgotten', threadId: t },
]

/** A kind that is made later has to be put into the list. */
export function expectEveryKind(): void {
  const kinds = Object.keys(changeKinds) as ChangeKind[]
  const there = new Set(everyKind.map(({ kind }) => kind))
  expect(kinds.filter((kind) => !there.has(kind))).toEqual([])
}

// Changes as tests write them: what a test does not care about is filled in.
import type * as change from '../../src/core/change.ts'
import { ownJson } from '../../src/core/json.ts'
import type { Part } from '../../src/core/part.ts'
import type { RunRef } from '../../src/core/receipt.ts'
import { utf8Bytes } from '../../src/core/text.ts'
import type { ThreadGiven, TitledBy } from '../../src/core/thread.ts'

export const json = ownJson

let made = 0
/** An id that no other test has. */
export const fresh = (word: string): string => `${word}-${++made}`

export const userChanged = (to: Omit<change.UserChanged, 'kind'>): change.UserChanged => ({
  kind: 'user.changed',
  ...to,
})

export const created = (
  threadId: string,
  given: ThreadGiven & Pick<change.ThreadCreated, 'unless'> = {},
): change.ThreadCreated => ({ kind: 'thread.created', threadId, ...given })

export const renamed = (
  threadId: string,
  title: string | null,
  titledBy: TitledBy = 'user',
): change.ThreadRenamed => ({ kind: 'thread.renamed', threadId, title, titledBy })

export const threadChanged = (
  threadId: string,
  to: Omit<change.ThreadChanged, 'kind' | 'threadId'>,
): change.ThreadChanged => ({ kind: 'thread.changed', threadId, ...to })

export const binned = (threadId: string): change.ThreadBinned => ({ kind: 'thread.binned', threadId })

export const threadRestored = (threadId: string): change.ThreadRestored => ({
  kind: 'thread.restored',
  threadId,
})

export const headMoved = (threadId: string, messageId: string): change.HeadMoved => ({
  kind: 'head.moved',
  threadId,
  messageId,
})

export type BesidesWords = Partial<Omit<change.MessageSaid, 'kind' | 'threadId' | 'text' | 'parts'>>

export const said = (threadId: string, text: string, besides: BesidesWords = {}): change.MessageSaid => ({
  ...unsaid(threadId),
  ...besides,
  text,
})

export const saidParts = (
  threadId: string,
  parts: readonly Part[],
  besides: BesidesWords = {},
): change.MessageSaid => ({ ...unsaid(threadId), ...besides, parts })

const unsaid = (threadId: string) => ({
  kind: 'message.said' as const,
  threadId,
  id: fresh('message'),
  role: 'user' as const,
})

export const deleted = (threadId: string, messageId: string): change.MessageDeleted => ({
  kind: 'message.deleted',
  threadId,
  messageId,
})

export const restored = (threadId: string, messageId: string): change.MessageRestored => ({
  kind: 'message.restored',
  threadId,
  messageId,
})

export const refPut = (threadId: string, provider: string, externalId: string): change.RefPut => ({
  kind: 'ref.put',
  threadId,
  provider,
  externalId,
})

export const refRemoved = (threadId: string, provider: string): change.RefRemoved => ({
  kind: 'ref.removed',
  threadId,
  provider,
})

export const placePut = (
  threadId: string,
  place: Omit<change.PlacePut, 'kind' | 'threadId'>,
): change.PlacePut => ({ kind: 'place.put', threadId, ...place })

export const started = (
  threadId: string,
  messageId: string,
  besides: Partial<Omit<change.RunStarted, 'kind' | 'threadId' | 'messageId'>> = {},
): change.RunStarted => ({
  kind: 'run.started',
  threadId,
  messageId,
  runId: fresh('run'),
  attempt: 'first',
  replyId: fresh('reply'),
  owner: 'node-1',
  leaseMs: 30_000,
  ...besides,
})

/** A question with the run that will answer it, as one commit holds them. */
export function asked(
  threadId: string,
  text: string,
  besides: BesidesWords = {},
): [change.MessageSaid, change.RunStarted] {
  const question = said(threadId, text, besides)
  return [question, started(threadId, question.id)]
}

export type Held = Pick<RunRef, 'runId' | 'epoch'>

export const composed = ({ runId, epoch }: Held, contextReceipt: unknown): change.RunComposed => ({
  kind: 'run.composed',
  runId,
  epoch,
  contextReceipt: json(contextReceipt),
})

export const progressed = (
  { runId, epoch }: Held,
  ordinal: number,
  text = 'so far',
): change.RunProgressed => ({
  kind: 'run.progressed',
  runId,
  epoch,
  ordinal,
  position: utf8Bytes(text),
  events: json([{ type: 'delta', text }]),
})

export const stopAsked = ({ runId }: Pick<Held, 'runId'>): change.RunStopAsked => ({
  kind: 'run.stopAsked',
  runId,
})

export const ended = (
  { runId, epoch }: Held,
  text: string,
  besides: Partial<Omit<change.RunEnded, 'kind' | 'runId' | 'epoch' | 'text' | 'parts'>> = {},
): change.RunEnded => ({ kind: 'run.ended', runId, epoch, status: 'complete', ...besides, text })

// Parsers from rows to what core calls them. Rows come as arrays in the order of the column lists beside each parser; what the engines
// name differently they say themselves.

import type { MarkName, Marks, Message } from '../../core/message.ts'
import type { Part } from '../../core/part.ts'
import type { Run, RunEvents } from '../../core/run.ts'
import type { Ref } from '../../core/store.ts'
import type { Thread, OwnPlace, TitledBy } from '../../core/thread.ts'
import type { OpenRun } from '../../core/upkeep.ts'
import type { User } from '../../core/user.ts'
import { roleAt, runStatusAt, statusAt } from '../codes.ts'
import type { Key } from '../plan/heads.ts'
import type { PlaceCells, RefCells, Row, RunEventsRow } from './ask.ts'

type Cell = string | number | null
const json = (text: unknown): unknown => (text === null ? null : JSON.parse(text as string))

export const userColumns =
  'id, name, language, default_persona_id, persona_prompt, main_thread_id, change_seq, created_at'

export function userOf(row: Row): User {
  const [id, name, language, defaultPersonaId, personaPrompt, mainThreadId, changeSeq, createdAt] = row as [
    string, string | null, string | null, string | null, string | null, string | null, number, number,
  ] // prettier-ignore
  return { id, name, language, defaultPersonaId, personaPrompt, mainThreadId, changeSeq, createdAt }
}

type ThreadNames = { chain: string; order: string }

export const threadColumns = ({ chain, order }: ThreadNames): string => `
  id, title, titled_by, default_persona_id, head_id, external_key, context, metadata, message_count, last_seq, fork_count,
  ${chain}, change_seq, created_at, updated_at, archived_at, pinned_at, binned_at, keep_until, ${order}`

/** `order` is the thread's place in the order of creation. */
export type KeyedThread = { order: number; thread: Thread }

export function threadOf(userId: string, row: Row): KeyedThread {
  const [
    id, title, titledBy, defaultPersonaId, headId, externalKey, context, metadata, messageCount, lastSeq, forkCount,
    chain, changeSeq, createdAt, updatedAt, archivedAt, pinnedAt, binnedAt, keepUntil, order,
  ] = row as [
    string, string | null, TitledBy | null, string | null, string | null, string | null, Cell, Cell, number, number, number,
    string, number, number, number, number | null, number | null, number | null, number | null, number,
  ] // prettier-ignore
  const thread: Thread = {
    userId, id, title, titledBy, defaultPersonaId, headId, externalKey, context: json(context), metadata: json(metadata),
    messageCount, lastSeq, forkCount, chain, changeSeq, createdAt, updatedAt, archivedAt, pinnedAt, binnedAt, keepUntil,
  } // prettier-ignore
  return { order, thread }
}

export const refOf = ([provider, externalId]: RefCells): Ref => ({ provider, externalId })

export const inOrder = (refs: readonly Ref[]): Ref[] =>
  refs.toSorted((a, b) => (a.provider < b.provider ? -1 : 1))

export const placeOf = ([readSeq, draft, draftAt]: PlaceCells): OwnPlace => ({
  readSeq: readSeq ?? 0,
  draft,
  draftAt,
})

/** `runId` is the id of the run, `run` what is null when there is none. */
export type MessageNames = { persona: string; version: string; model: string; run: string; runId: string }

export const messageColumns = ({ persona, version, model, runId }: MessageNames): string => `
  m.seq, m.id, m.parent, m.role, m.status, m.text, m.parts, ${persona}, ${version}, ${model}, ${runId}, m.usage, m.tag, m.intent,
  m.confidence, m.entities, m.sources, m.metadata, m.origin, m.created_at, m.finished_at`

export type MessageRow = readonly [
  seq: number, id: string, parent: number, role: number, status: number, text: string, parts: string | null,
  persona: Key | null, version: Key | null, model: Key | null, run: string | null, usage: Cell, tag: string | null,
  intent: string | null, confidence: number | null, entities: Cell, sources: Cell, metadata: Cell, origin: string | null,
  createdAt: number, finishedAt: number | null, provider?: string | null,
] // prettier-ignore

/** What a message's words are held against. */
export type SumRow = readonly [
  seq: number, id: string, role: number, status: number, text: string, parts: string | null, checksum: string | null,
] // prettier-ignore

export type Speaker = Pick<Message, 'personaId' | 'personaVersion' | 'provider' | 'model'>

/** The values of a message's marks as the JSON text they are kept in. */
export type MarkTexts = { [M in MarkName]?: string }

export type Around = { marks: MarkTexts } & Speaker & Pick<Message, 'threadId' | 'parentId' | 'siblings'>

export function messageOf(row: MessageRow, around: Around): Message {
  const [
    seq, id, , role, status, text, parts, , , , runId, usage, tag, intent, confidence, entities, sources, metadata, origin,
    createdAt, finishedAt,
  ] = row // prettier-ignore
  return {
    id,
    threadId: around.threadId,
    seq,
    parentId: around.parentId,
    role: roleAt(role),
    status: statusAt(status),
    text,
    ...(parts === null ? null : { parts: JSON.parse(parts) as Part[] }),
    personaId: around.personaId,
    personaVersion: around.personaVersion,
    sessionId: null,
    runId,
    siblings: around.siblings,
    provider: around.provider,
    model: around.model,
    usage: json(usage),
    tag,
    intent,
    confidence: confidence === null ? null : confidence / 100,
    entities: json(entities),
    sources: json(sources),
    metadata: json(metadata),
    origin,
    marks: marksOf(around.marks),
    createdAt,
    finishedAt: finishedAtOf(status, createdAt, finishedAt),
  }
}

const marksOf = (texts: MarkTexts): Marks =>
  Object.fromEntries(Object.entries(texts).map(([mark, text]) => [mark, json(text)]))

/** A message that was whole when it was said has no time of its own for its end. */
export const finishedAtOf = (status: number, createdAt: number, finishedAt: number | null): number | null =>
  finishedAt ?? (status === 0 ? null : createdAt)

type RunNames = { threadId: string; messageId: string; replyId: string }

export const runColumns = ({ threadId, messageId, replyId }: RunNames): string => `
  r.id, ${threadId}, ${messageId}, ${replyId}, r.attempt, r.status, r.owner, r.epoch, r.lease_until, r.stop_at, r.context_receipt, r.error,
  r.started_at, r.ended_at, r.message`

export function runOf(userId: string, row: Row): Run {
  const [id, threadId, messageId, replyId, attempt, status, owner, epoch, leaseUntil, stopAt, contextReceipt, error, startedAt, endedAt] =
    row as [
      string, string, string, string, number, number, string, number, number, number | null, Cell, Cell, number, number | null,
    ] // prettier-ignore
  return {
    userId,
    id,
    threadId,
    messageId,
    replyId,
    attempt,
    status: runStatusAt(status),
    owner,
    epoch,
    leaseUntil,
    stopAt,
    contextReceipt: json(contextReceipt),
    error: json(error),
    startedAt,
    endedAt,
  }
}

export const runEventsOf = ([ordinal, position, events]: RunEventsRow): RunEvents => ({
  ordinal,
  position,
  events,
})

export function openRunOf(row: Row): OpenRun {
  const [userId, threadId, runId, epoch, owner, leaseUntil] = row as [
    string, string, string, number, string, number,
  ] // prettier-ignore
  return { userId, threadId, runId, epoch, owner, leaseUntil }
}

// Parsers from rows to what core calls them. Rows come as arrays in the order of the column lists beside each parser.

import type { MarkName, Marks, Message } from '../../core/message.ts'
import type { Part } from '../../core/part.ts'
import type { Run } from '../../core/run.ts'
import type { Thread, TitledBy } from '../../core/thread.ts'
import type { User } from '../../core/user.ts'
import { roleAt, runStatusAt, statusAt } from '../codes.ts'

type Cell = string | number | null
const json = (text: unknown): unknown => (text === null ? null : JSON.parse(text as string))

export const userColumns =
  'id, name, language, default_persona_id, persona_prompt, main_thread_id, change_seq, created_at'

export function userOf(row: unknown[]): User {
  const [id, name, language, defaultPersonaId, personaPrompt, mainThreadId, changeSeq, createdAt] = row as [
    string, string | null, string | null, string | null, string | null, string | null, number, number,
  ] // prettier-ignore
  return { id, name, language, defaultPersonaId, personaPrompt, mainThreadId, changeSeq, createdAt }
}

export const threadColumns = `
  id, title, titled_by, default_persona_id, head_id, external_key, context, metadata, message_count, last_seq, fork_count,
  lower(hex(chain)), change_seq, created_at, updated_at, archived_at, pinned_at, binned_at, keep_until, key`

/** What a read of messages needs to know of their thread; `headSeq` is 0 where the head is not known. */
export type Place = {
  userId: string
  user: number
  key: number
  id: string
  headId: string | null
  headSeq: number
  lastSeq: number
  forkCount: number
}

export const placeOf = (userId: string, user: number, { key, thread }: KeyedThread): Place => {
  const { id, headId, lastSeq, forkCount } = thread
  return { userId, user, key, id, headId, headSeq: 0, lastSeq, forkCount }
}

export type KeyedThread = { key: number; thread: Thread }

export function threadOf(userId: string, row: unknown[]): KeyedThread {
  const [
    id, title, titledBy, defaultPersonaId, headId, externalKey, context, metadata, messageCount, lastSeq, forkCount,
    chain, changeSeq, createdAt, updatedAt, archivedAt, pinnedAt, binnedAt, keepUntil, key,
  ] = row as [
    string, string | null, TitledBy | null, string | null, string | null, string | null, Cell, Cell, number, number, number,
    string, number, number, number, number | null, number | null, number | null, number | null, number,
  ] // prettier-ignore
  const thread: Thread = {
    userId, id, title, titledBy, defaultPersonaId, headId, externalKey, context: json(context), metadata: json(metadata),
    messageCount, lastSeq, forkCount, chain, changeSeq, createdAt, updatedAt, archivedAt, pinnedAt, binnedAt, keepUntil,
  } // prettier-ignore
  return { key, thread }
}

/** Asked only for an answer. */
export const runId = '(SELECT id FROM runs WHERE key = m.run AND user = m.user)'

export const messageColumns = `
  m.seq, m.id, m.parent, m.role, m.status, m.text, m.parts, m.persona, m.persona_version, m.model, ${runId}, m.usage, m.tag, m.intent,
  m.confidence, m.entities, m.sources, m.metadata, m.origin, m.created_at, m.finished_at`

export type MessageRow = [
  seq: number, id: string, parent: number, role: number, status: number, text: string, parts: string | null,
  persona: number | null, version: number | null, model: number | null, run: string | null, usage: Cell, tag: string | null,
  intent: string | null, confidence: number | null, entities: Cell, sources: Cell, metadata: Cell, origin: string | null,
  createdAt: number, finishedAt: number | null,
] // prettier-ignore

/** The values of a message's marks as the JSON text they are kept in. */
export type MarkTexts = { [M in MarkName]?: string }

export type Around = { marks: MarkTexts } & Pick<
  Message,
  'threadId' | 'parentId' | 'personaId' | 'personaVersion' | 'provider' | 'model' | 'siblings'
>

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

export const runColumns = `
  r.id, t.id, p.id, m.id, r.attempt, r.status, r.owner, r.epoch, r.lease_until, r.stop_at, r.context_receipt, r.error,
  r.started_at, r.ended_at`

export function runOf(userId: string, row: unknown[]): Run {
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

// What somebody reads whose words wait in the spool of this node: the receipt, their own words, and that the answer comes later.

import type { Said } from '../chat/say.ts'
import type { MessageSaid } from '../core/change.ts'
import type { Receipt } from '../core/receipt.ts'
import { type Answer, written } from './answer.ts'
import { messageBody } from './shapes/message.ts'

type Waiting = NonNullable<Said['waiting']>

/** As it will be read when it has its place; until then it has no number, and its parent is the one that was named. */
export function spooledBody({ said, at }: Waiting) {
  const { id, threadId, role, parentId, expectedHead, tag, intent, confidence, origin } = said
  const body = messageBody({
    id,
    threadId,
    seq: 0,
    parentId: parentId ?? expectedHead ?? null,
    role,
    status: 'complete',
    ...wordsOf(said),
    personaId: said.personaId ?? null,
    personaVersion: null,
    sessionId: null,
    runId: null,
    siblings: { index: 0, count: 1, ids: [id] },
    provider: null,
    model: null,
    usage: null,
    tag: tag ?? null,
    intent: intent ?? null,
    confidence: confidence ?? null,
    entities: valueOf(said.entities),
    sources: valueOf(said.sources),
    metadata: valueOf(said.metadata),
    origin: origin ?? null,
    marks: {},
    createdAt: at,
    finishedAt: at,
  })
  return { ...body, seq: null }
}

export function spooledAnswer(
  receipt: Receipt,
  message: ReturnType<typeof spooledBody>,
  asEvents: boolean,
): Answer {
  if (!asEvents) return written({ message, reply: null, run: null }, receipt, 201)
  const data = JSON.stringify({ message, receipt, replyId: null, runId: null })
  const body = `event: message.kept\ndata: ${data}\n\n: the store is away; this is answered when it is back\n\n`
  return {
    status: 200,
    body,
    type: 'text/event-stream; charset=utf-8',
    headers: { 'x-accel-buffering': 'no', 'threadkeep-position': receipt.position },
  }
}

function wordsOf({ text, parts }: MessageSaid) {
  if (text !== undefined) return { text }
  const told = (parts ?? []).flatMap((part) =>
    part.type === 'text' && 'text' in part ? [String(part.text)] : [],
  )
  return { text: told.join('\n\n'), parts: [...(parts ?? [])] }
}

const valueOf = (json: string | null | undefined): unknown => (json ? JSON.parse(json) : null)

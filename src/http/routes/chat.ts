// One question and its answer in one call, for callers that keep no threads of their own.

import { z } from 'zod'
import { mainThread } from '../../chat/main-thread.ts'
import { type SayAsked, say } from '../../chat/say.ts'
import { must } from '../../core/assert.ts'
import { ThreadkeepError } from '../../core/errors.ts'
import type { Kept } from '../../core/receipt.ts'
import { type Answer, written } from '../answer.ts'
import { answerOf, overOrLate } from '../answer-to.ts'
import { errorAnswer } from '../errors.ts'
import type { Room } from '../room.ts'
import { mine, route } from '../route.ts'
import { id, maybeText, personaId, text } from '../shapes/fields.ts'
import { errorBody, receipt } from '../shapes/receipt.ts'
import { runStatuses } from '../shapes/run.ts'

const chatted = z
  .strictObject({
    /** Null, as what belongs to the run, while the message waits in the spool for the store to be back. */
    response: maybeText,
    status: z.enum(runStatuses).nullable(),
    threadId: text,
    messageId: text,
    replyId: maybeText,
    runId: maybeText,
    personaId: maybeText,
    receipt,
  })
  .meta({ id: 'Chatted' })

const asked = z
  .strictObject({
    message: text.min(1, 'The message is empty'),
    threadId: id.optional(),
    newThread: z.boolean().default(false),
    personaId: personaId.optional(),
    id: id.optional(),
  })
  .refine(({ threadId, newThread }) => threadId === undefined || !newThread, {
    path: ['newThread'],
    message: 'A new thread cannot be the one that threadId names',
  })

export const chatRoutes = [
  route({
    method: 'POST',
    path: '/v1/chat',
    policy: mine('thread', 'write'),
    summary: 'Says something in a thread, the main one unless another is named, and waits for the answer.',
    body: asked,
    answers: { 200: chatted, 201: chatted, 202: chatted, 502: errorBody },
    async handle({ user, body, request }, room) {
      const { kept, live } = await say(room.chat, user, await sayIn(room, user, body))
      const answer = chatAnswer(room, user, kept, request.signal)
      return live ? room.chat.live.attend(answer) : answer
    },
  }),
]

async function sayIn({ chat }: Room, user: string, body: z.output<typeof asked>): Promise<SayAsked> {
  const messageId = body.id ?? chat.newId()
  const words = { words: { text: body.message }, reply: true, id: messageId }
  const persona = body.personaId === undefined ? null : { personaId: body.personaId }
  // A new thread is called after its first message, so that a retry finds it again.
  if (body.newThread) return { ...words, ...persona, threadId: messageId, thread: {} }
  const threadId = body.threadId ?? (await mainThread(chat, user)).thread.id
  return { ...words, ...persona, threadId }
}

async function chatAnswer(room: Room, user: string, kept: Kept, signal: AbortSignal): Promise<Answer> {
  const { receipt, threadId } = kept
  if (receipt.durability === 'spooled')
    return written({ ...unanswered, threadId, messageId: receipt.id }, receipt, 201)
  const { runId, replyId } = must(kept.run, 'a message that asks for an answer has a run')
  await overOrLate(room, user, runId, signal)
  const { run, reply } = await answerOf(room, user, runId)
  const facts = { threadId, messageId: receipt.id, replyId, runId }
  if (run.status === 'failed') return errorAnswer(failed, room.chat.newId(), { ...facts, receipt })
  const body = {
    response: reply?.text ?? '',
    status: run.status,
    ...facts,
    personaId: reply?.personaId ?? null,
  }
  const answer = written(body, receipt, 201)
  return run.status === 'running' ? { ...answer, status: 202 } : answer
}

const unanswered = { response: null, status: null, replyId: null, runId: null, personaId: null }

const failed = new ThreadkeepError(
  'model_failed',
  'The model failed before its answer was whole. The message is kept, and so is what was answered.',
  'Ask for another answer to the message; the run says what went wrong.',
)

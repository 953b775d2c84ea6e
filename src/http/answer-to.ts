// How somebody who said something hears the answer: as events while it comes, or as JSON when it is there.

import { overOf } from '../chat/elsewhere.ts'
import { follow } from '../chat/follow.ts'
import type { Said } from '../chat/say.ts'
import { must } from '../core/assert.ts'
import type { Message } from '../core/message.ts'
import type { Kept } from '../core/receipt.ts'
import type { Run } from '../core/run.ts'
import { type Answer, written } from './answer.ts'
import { spooledAnswer, spooledBody } from './spooled-answer.ts'
import { pause } from './commit-news.ts'
import { shown } from './message-read.ts'
import { type Room, streamed } from './room.ts'
import type { Asked } from './route.ts'
import { runEvents } from './run-events.ts'
import { messageBody, type ShownMessage } from './shapes/message.ts'
import { runBody } from './shapes/run.ts'

type Asker = Pick<Asked, 'user' | 'request'>

export async function answerTo(room: Room, asker: Asker, said: Said): Promise<Answer> {
  const { kept, live, waiting } = said
  if (waiting) return spooledAnswer(kept.receipt, spooledBody(waiting), wantsEvents(asker))
  const message = await messageMeant(room, asker.user, kept)
  if (wantsEvents(asker)) return asEvents(room, asker, kept, message)
  const answer = asJson(room, asker, kept, message)
  return live ? room.chat.live.attend(answer) : answer
}

const wantsEvents = ({ request }: Asker): boolean =>
  /text\/event-stream/i.test(request.headers.get('accept') ?? '')

/** Where another answer was asked for, the receipt is about the run, and the run knows what it answers. */
async function messageMeant(
  { store }: Room,
  user: string,
  { receipt, run, threadId }: Kept,
): Promise<Message> {
  const thread = must(threadId, 'what was said stands in a thread')
  const isRun = run !== null && (receipt.id === run.runId || receipt.id === run.replyId)
  const messageId = isRun ? (await store.run(user, run.runId))?.messageId : receipt.id
  const message = await store.message(user, thread, must(messageId, 'a run that was kept can be read'))
  return must(message, 'what was just said can be read')
}

function asEvents(room: Room, asker: Asker, { receipt, run }: Kept, message: Message): Answer {
  return streamed(room, asker, async (send, signal) => {
    const [replyId, runId] = [run?.replyId ?? null, run?.runId ?? null]
    send({ event: 'message.kept', data: { message: messageBody(message), receipt, replyId, runId } })
    if (runId !== null) return follow(room.chat, asker.user, runId, null, runEvents(send), signal)
    send({ event: 'message.finished', data: { message: messageBody(message), receipt } })
  })
}

async function asJson(room: Room, asker: Asker, { receipt, run }: Kept, message: Message): Promise<Answer> {
  if (run) await overOrLate(room, asker.user, run.runId, asker.request.signal)
  const answered = run ? await answerOf(room, asker.user, run.runId) : null
  const body = {
    message: messageBody(message),
    reply: answered?.reply ? messageBody(answered.reply) : null,
    run: answered ? runBody(asker.user, answered.run) : null,
  }
  const answer = written(body, receipt, 201)
  return answered?.run.status === 'running' ? { ...answer, status: 202 } : answer
}

/** Whichever node answers. Closing the connection stops only the waiting. */
export async function overOrLate(
  { chat, limits }: Room,
  user: string,
  runId: string,
  signal: AbortSignal,
): Promise<void> {
  const waiting = new AbortController()
  const enough = AbortSignal.any([signal, waiting.signal])
  await Promise.race([overOf(chat, user, runId, enough), pause(limits.answerTimeoutMs, enough)])
  waiting.abort()
}

/** The reply is null when it was thrown away meanwhile together with its thread. */
export async function answerOf(
  room: Room,
  user: string,
  runId: string,
): Promise<{ run: Run; reply: ShownMessage | null }> {
  const run = must(await room.store.run(user, runId), 'a run that was kept can be read')
  const reply = await room.store.message(user, run.threadId, run.replyId)
  return { run, reply: reply && (await shown(room, user, reply)) }
}

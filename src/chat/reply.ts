// Another answer to a message that was said: a sibling of the answers that are there. Its id is the attempt, so a retry never pays twice.

import { keptOrThrow } from '../core/receipt.ts'
import { ThreadkeepError } from '../core/errors.ts'
import type { Chat } from './chat.ts'
import { personaFor, type Said, startedChange, wake } from './say.ts'

export type ReplyAsked = {
  threadId: string
  messageId: string
  id?: string
  personaId?: string | null
  personaVersion?: string | null
}

export async function answerAgain(chat: Chat, user: string, asked: ReplyAsked): Promise<Said> {
  const { threadId, messageId } = asked
  const message = await chat.store.message(user, threadId, messageId)
  const promptId = message?.role === 'assistant' ? (message.parentId ?? messageId) : messageId
  const persona = await personaFor(chat, user, threadId, asked.personaId)
  refuseOtherVersion(persona.version, asked.personaVersion)
  const started = startedChange(chat, {
    threadId,
    messageId: promptId,
    attempt: 'another',
    persona,
    replyId: asked.id,
  })
  const kept = keptOrThrow(await chat.store.commit({ user, at: chat.now(), changes: [started] }))
  return { kept, live: wake(chat, user, kept, started.runId, promptId, persona) }
}

function refuseOtherVersion(current: string, asked: string | null | undefined): void {
  if (!asked || asked === current) return
  throw new ThreadkeepError(
    'invalid',
    `The persona is at version ${current}, and version ${asked} is not kept.`,
    'Leave personaVersion out to take the current one.',
  )
}

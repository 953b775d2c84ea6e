// A message that is still being answered, with what it says so far and how far that is, so that a reload goes on from there.

import type { Message } from '../core/message.ts'
import { positionText } from '../core/run-log.ts'
import type { Chat } from './chat.ts'
import { writtenLog } from './follow.ts'
import { wordsOf } from './notebook.ts'

export type MaybePending = Message & { runPosition?: string }

export async function withPartials(chat: Chat, user: string, messages: Message[]): Promise<MaybePending[]> {
  return Promise.all(
    messages.map(async (message) => (message.status === 'pending' ? partial(chat, user, message) : message)),
  )
}

async function partial(chat: Chat, user: string, message: Message): Promise<MaybePending> {
  const run = message.runId === null ? null : await chat.store.run(user, message.runId)
  if (!run) return message
  const log = chat.live.get(user, run.id)?.log ?? (await writtenLog(chat.store, run))
  const words = wordsOf(log.parts())
  const runPosition = positionText(log.position)
  if ('text' in words) return { ...message, text: words.text, runPosition }
  const text = words.parts
    .flatMap((part) => (part.type === 'text' && 'text' in part ? [String(part.text)] : []))
    .join('\n\n')
  return { ...message, text, parts: words.parts, runPosition }
}

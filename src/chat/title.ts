// A title from the first exchange, by the model. A title that the user gives wins for ever.

import { titleFrom, titleRequest } from '../core/title.ts'
import type { Chat } from './chat.ts'
import type { RunIds } from './live.ts'

const titleTokens = 40
const titleMs = 20_000
/** A thread that could not be named within its first messages goes without. */
const messagesMax = 8

export async function retitle(chat: Chat, { user, threadId }: RunIds): Promise<void> {
  try {
    const thread = await chat.store.thread(user, threadId)
    if (!thread || thread.title !== null || thread.messageCount > messagesMax) return
    const page = await chat.store.messages(user, threadId, { limit: messagesMax })
    const title = titleFrom(await ask(chat, titleRequest(page?.messages ?? [])))
    if (title === null || (await chat.store.thread(user, threadId))?.title !== null) return
    await chat.store.commit({
      user,
      at: chat.now(),
      changes: [{ kind: 'thread.renamed', threadId, title, titledBy: 'model' }],
    })
  } catch (fault) {
    chat.report('a thread was given no title', fault)
  }
}

async function ask(chat: Chat, request: ReturnType<typeof titleRequest>): Promise<string> {
  let text = ''
  const signal = AbortSignal.timeout(titleMs)
  for await (const event of chat.model.stream({ ...request, maxOutputTokens: titleTokens, signal }))
    if (event.type === 'text') text += event.text
  return text
}

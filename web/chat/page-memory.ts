// Keeps what this browser remembers of conversations near to what is shown of them.

import type { MessagePage } from '../../src/client/client.ts'
import { forget, recall, remember } from '../remembered.ts'
import type { Conversation } from './conversation.ts'
import { pageToRemember } from './remembered-page.ts'

/** What changes together is written down once. */
const writeMs = 400

const changed = new Map<string, Conversation>()
let timer: ReturnType<typeof setTimeout> | undefined

export const recallPage = (threadId: string): Promise<MessagePage | null> =>
  recall<MessagePage>('pages', threadId)

export const forgetPage = (threadId: string): Promise<void> => forget('pages', threadId)

export function rememberSoon(conversation: Conversation): void {
  changed.set(conversation.threadId, conversation)
  timer ??= setTimeout(write, writeMs)
}

function write(): void {
  timer = undefined
  for (const [threadId, { view }] of changed) {
    const page = pageToRemember(view)
    if (page) void remember('pages', threadId, page)
    else if (view.phase === 'missing' || view.phase === 'binned') void forgetPage(threadId)
  }
  changed.clear()
}

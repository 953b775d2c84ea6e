// Get-or-create: the thread that is used when none is named, and the thread behind an outside key. Asked at once by many, it is one.

import { must } from '../core/assert.ts'
import type { Change } from '../core/change.ts'
import { type Kept, keptOrThrow } from '../core/receipt.ts'
import type { Thread, ThreadGiven } from '../core/thread.ts'
import type { Chat } from './chat.ts'

export type FoundThread = { thread: Thread; kept: Kept }

export const mainThread = (chat: Chat, user: string): Promise<FoundThread> =>
  getOrCreate(chat, user, { kind: 'thread.created', threadId: chat.newId(), unless: 'main' })

export const threadByKey = (
  chat: Chat,
  user: string,
  key: string,
  given: ThreadGiven,
): Promise<FoundThread> =>
  getOrCreate(chat, user, {
    ...given,
    kind: 'thread.created',
    threadId: chat.newId(),
    unless: 'keyed',
    externalKey: key,
  })

async function getOrCreate(chat: Chat, user: string, change: Change): Promise<FoundThread> {
  const kept = keptOrThrow(await chat.store.commit({ user, at: chat.now(), changes: [change] }))
  const threadId = must(kept.threadId, 'a thread that was found or created has an id')
  return { thread: must(await chat.store.thread(user, threadId), 'it can be read at once'), kept }
}

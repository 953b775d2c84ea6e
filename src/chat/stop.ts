// Stop is a request of its own: from any tab, device or node, before the first word or after, once or twice. What was said stays.

import { ThreadkeepError } from '../core/errors.ts'
import { limitMax } from '../core/limits.ts'
import { keptOrThrow } from '../core/receipt.ts'
import type { Run } from '../core/run.ts'
import type { Chat } from './chat.ts'
import { overOf } from './elsewhere.ts'
import { runOf } from './known-run.ts'

const stopWaitMs = 10_000

/** Another node hears of it within half a second; where its owner is dead, it is ended as stopped by whoever finds it. */
export async function stopRun(chat: Chat, user: string, runId: string): Promise<Run> {
  keptOrThrow(await chat.store.commit({ user, at: chat.now(), changes: [{ kind: 'run.stopAsked', runId }] }))
  chat.live.get(user, runId)?.stop('asked')
  const patience = new AbortController()
  const timer = setTimeout(() => patience.abort(), stopWaitMs).unref()
  await overOf(chat, user, runId, patience.signal)
  clearTimeout(timer)
  return runOf(chat, user, runId)
}

/** Every run of the thread that is going, or only the one that answers this message, or that this message is the answer of. */
export async function stopThread(
  chat: Chat,
  user: string,
  threadId: string,
  messageId?: string,
): Promise<Run[]> {
  if (!(await chat.store.thread(user, threadId)))
    throw new ThreadkeepError('not_found', `There is no thread "${threadId}" here.`, 'Check the id.')
  const here = chat.live
    .ofThread(user, threadId)
    .filter(({ ids }) => messageId === undefined || ids.messageId === messageId || ids.replyId === messageId)
    .map(({ ids }) => ids.runId)
  const going = new Set([...here, ...(await pendingIn(chat, user, threadId, messageId))])
  return Promise.all(Array.from(going, (runId) => stopRun(chat, user, runId)))
}

/** Also those of other nodes, by their answers: of the newest messages, or of those from the one that is named on. */
async function pendingIn(
  { store }: Chat,
  user: string,
  threadId: string,
  messageId: string | undefined,
): Promise<string[]> {
  const named = messageId === undefined ? null : await store.message(user, threadId, messageId)
  if (messageId !== undefined && !named) return []
  const from = named ? { after: named.seq - 1 } : null
  const page = await store.messages(user, threadId, { limit: limitMax('pageRows'), branch: 'all', ...from })
  return (page?.messages ?? [])
    .filter(({ status }) => status === 'pending')
    .filter(({ id, parentId }) => named === null || id === messageId || parentId === messageId)
    .flatMap(({ runId }) => runId ?? [])
}

// Stop is a request of its own: from any tab, device or node, before the first word or after, once or twice. What was said stays.

import { ThreadkeepError } from '../core/errors.ts'
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
  const isMeant = (ids: { messageId: string; replyId: string }) =>
    messageId === undefined || ids.messageId === messageId || ids.replyId === messageId
  const here = chat.live.ofThread(user, threadId).map(({ ids }) => ids)
  const there = await chat.store.runsUnderWay(user, threadId)
  const kept = there.map(({ id, ...ids }) => ({ ...ids, runId: id }))
  const going = new Set([...here, ...kept].filter(isMeant).map(({ runId }) => runId))
  return Promise.all(Array.from(going, (runId) => stopRun(chat, user, runId)))
}

// Stop is a request of its own: from any tab or device, before the first word or after, once or twice. What was said stays.

import { ThreadkeepError } from '../core/errors.ts'
import { keptOrThrow } from '../core/receipt.ts'
import type { Run } from '../core/run.ts'
import type { Chat } from './chat.ts'

const stopWaitMs = 10_000

export async function stopRun(chat: Chat, user: string, runId: string): Promise<Run> {
  keptOrThrow(await chat.store.commit({ user, at: chat.now(), changes: [{ kind: 'run.stopAsked', runId }] }))
  const live = chat.live.get(user, runId)
  live?.stop('asked')
  if (live) await Promise.race([live.over, patience()])
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
  const going = chat.live
    .ofThread(user, threadId)
    .filter(({ ids }) => messageId === undefined || ids.messageId === messageId || ids.replyId === messageId)
  return Promise.all(going.map(({ ids }) => stopRun(chat, user, ids.runId)))
}

export async function runOf(chat: Chat, user: string, runId: string): Promise<Run> {
  const run = await chat.store.run(user, runId)
  if (run) return run
  throw new ThreadkeepError(
    'not_found',
    `There is no run "${runId}" here.`,
    'Check the id; it may belong to another thread.',
  )
}

const patience = () => new Promise<void>((resolve) => void setTimeout(resolve, stopWaitMs).unref())

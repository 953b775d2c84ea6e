// A run by its id: of the one who asks, or not found.

import { ThreadkeepError } from '../core/errors.ts'
import type { Run } from '../core/run.ts'
import type { Chat } from './chat.ts'

export async function runOf(chat: Chat, user: string, runId: string): Promise<Run> {
  const run = await chat.store.run(user, runId)
  if (run) return run
  throw new ThreadkeepError(
    'not_found',
    `There is no run "${runId}" here.`,
    'Check the id; it may belong to another thread.',
  )
}

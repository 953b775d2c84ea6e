// A batch of a run's log whose answer was lost goes out again as it was, so that the log has neither a gap nor a double.

import { describe, expect, it } from 'vitest'
import { ThreadkeepError } from '../../src/core/errors.ts'
import { RunLog, type RunEntry } from '../../src/core/run-log.ts'
import { Notebook } from '../../src/chat/notebook.ts'
import { LiveRuns } from '../../src/chat/live.ts'
import type { Chat } from '../../src/chat/chat.ts'
import type { Change, Commit } from '../../src/core/change.ts'

const ids = { user: 'ann', threadId: 't', runId: 'r', messageId: 'm', replyId: 'a', attempt: 1, epoch: 1 }
const lost = () => new ThreadkeepError('unavailable', 'The answer was lost.', 'Send it again.')

/** Keeps every batch by its ordinal, as the store does, and loses the answers to these commits, counted from 1. */
function forgetfulStore(losing: readonly number[]) {
  const kept = new Map<number, Change & { kind: 'run.progressed' }>()
  let commits = 0
  const commit = async ({ changes }: Commit) => {
    for (const change of changes)
      if (change.kind === 'run.progressed' && !kept.has(change.ordinal)) kept.set(change.ordinal, change)
    if (losing.includes(++commits)) throw lost()
    return { result: 'kept', receipt: {}, threadId: null, run: null }
  }
  return { kept, commit }
}

describe('a batch whose answer was lost', () => {
  it.each([
    ['is sent again as it was, and the next goes on from its end', [1]],
    ['is sent again as it was, also the one that went out behind another that was sent again', [1, 3]],
  ])('%s', async (_, losing) => {
    const store = forgetfulStore(losing)
    let now = 0
    const chat = { store, now: () => now, report: () => {} } as unknown as Chat
    const live = new LiveRuns().open(ids)
    const notebook = new Notebook(chat, live)
    for (const word of ['one ', 'two ', 'three ', 'four']) {
      live.say({ type: 'delta', part: 0, kind: 'text', text: word })
      now += 1_000
      await new Promise((resolve) => setTimeout(resolve, 120))
    }
    await notebook.end({ status: 'complete', error: null, usage: null })
    const log = new RunLog(1)
    for (const { events } of [...store.kept.values()].toSorted((a, b) => a.ordinal - b.ordinal))
      for (const entry of JSON.parse(events) as RunEntry[]) log.append(entry)
    expect(log.parts()).toEqual([{ type: 'text', text: 'one two three four' }])
  })
})

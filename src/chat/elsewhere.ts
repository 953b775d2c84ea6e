// Runs that other nodes answer and somebody follows here: each is read out of the store as its log grows, once for all who follow it.

import { ThreadkeepError } from '../core/errors.ts'
import type { RunEntry } from '../core/run-log.ts'
import type { Run } from '../core/run.ts'
import type { Chat } from './chat.ts'
import { HeardRun } from './heard-run.ts'
import { runOf } from './known-run.ts'
import { usualPace } from './pace.ts'
import type { Ticker } from './ticker.ts'
import { aborted, pause } from './waiting.ts'

type Watched = { heard: HeardRun; watchers: number; left: AbortController }

export class Elsewhere {
  readonly #ticker: Ticker
  readonly #watched = new Map<string, Watched>()

  constructor(ticker: Ticker) {
    this.#ticker = ticker
  }

  /** How many runs are read here. */
  get size(): number {
    return this.#watched.size
  }

  /** Is read until everybody who watches it has left, or it is over. */
  watch(chat: Chat, run: Run): { heard: HeardRun; leave: () => void } {
    const key = JSON.stringify([run.userId, run.id])
    const watched = this.#watched.get(key) ?? this.#begin(chat, run, key)
    watched.watchers++
    let isThere = true
    const leave = () => {
      if (isThere && --watched.watchers === 0) this.#end(key, watched)
      isThere = false
    }
    return { heard: watched.heard, leave }
  }

  #begin(chat: Chat, run: Run, key: string): Watched {
    const heard = new HeardRun(run.epoch, this.#ticker)
    const watched = { heard, watchers: 0, left: new AbortController() }
    this.#watched.set(key, watched)
    void readAlong(chat, run, heard, watched.left.signal)
      .finally(() => this.#end(key, watched))
      .then(
        () => heard.finish(),
        (fault: unknown) => heard.fail(fault),
      )
    return watched
  }

  #end(key: string, watched: Watched): void {
    watched.left.abort()
    if (this.#watched.get(key) === watched) this.#watched.delete(key)
  }
}

/** Until the run is over, whoever answers it; or nobody can tell; or the signal aborts. */
export async function overOf(chat: Chat, user: string, runId: string, signal: AbortSignal): Promise<void> {
  const live = chat.live.get(user, runId)
  if (live) return Promise.race([live.over, aborted(signal)])
  const run = await chat.store.run(user, runId)
  if (run?.status !== 'running') return
  const { heard, leave } = chat.live.elsewhere.watch(chat, run)
  await Promise.race([heard.over, aborted(signal)])
  leave()
}

/** What is durable, then what is added to it, until the run has ended and all of it was read. */
async function readAlong(chat: Chat, { userId, id }: Run, heard: HeardRun, left: AbortSignal): Promise<void> {
  const { leaseMs, followPollMs } = chat.pace ?? usualPace
  const isForsaken = silence(leaseMs * 3)
  let ordinal = -1
  for (let ended = false; !left.aborted;) {
    const [run, batches] = await Promise.all([
      runOf(chat, userId, id),
      chat.store.runEvents(userId, id, ordinal),
    ])
    for (const batch of batches) {
      for (const entry of JSON.parse(batch.events) as RunEntry[]) heard.say(entry)
      ordinal = batch.ordinal
    }
    if (ended && batches.length === 0) return
    ended = run.status !== 'running'
    if (!ended && isForsaken(run)) throw forsaken(id)
    if (!ended) await pause(followPollMs, left)
  }
}

/** Whether an owner has not been heard of for so long; by this node's clock, which need not agree with any other. */
function silence(silentMsMax: number): (run: Run) => boolean {
  let leaseUntil = 0
  let since = performance.now()
  return (run) => {
    if (run.leaseUntil !== leaseUntil) since = performance.now()
    leaseUntil = run.leaseUntil
    return performance.now() - since > silentMsMax
  }
}

const forsaken = (runId: string) =>
  new ThreadkeepError(
    'unavailable',
    `Whoever answered in the run "${runId}" is gone, and no node has ended it yet.`,
    'Resume from the last position. If it stays so, no node has the login of THREADKEEP_STORE_UPKEEP.',
  )

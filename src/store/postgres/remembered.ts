// What this node remembers of users between commits. It may be behind what another node wrote: whoever writes by it has the store
// check each user's change_seq in the same call.

import type { Ask } from '../plan/ask.ts'
import type { Draft } from '../plan/draft.ts'
import type { Heads, RunHead, ThreadHead, UserHead } from '../plan/heads.ts'

const usersMax = 20_000
const threadsOfUserMax = 500

/** The store has to be asked. */
export class NotRemembered extends Error {}

const notRemembered = (): never => {
  throw new NotRemembered()
}

/** Whoever plans by memory alone asks nothing. */
export const askNothing: Ask = {
  threadIdByKey: notRemembered,
  messageById: notRemembered,
  idAt: notRemembered,
  hasChild: notRemembered,
  departuresAfter: notRemembered,
  isBinned: notRemembered,
  threadPlace: notRemembered,
  runById: notRemembered,
  runByKey: notRemembered,
  runByAttempt: notRemembered,
  lastAttempt: notRemembered,
}

export class Remembered implements Heads {
  readonly #users = new Map<string, UserHead>()

  user(id: string): UserHead {
    return this.#users.get(id) ?? notRemembered()
  }

  thread(user: UserHead, id: string): ThreadHead {
    return user.threads.get(id) ?? notRemembered()
  }

  run(user: UserHead, id: string): RunHead {
    return user.runs.get(id) ?? notRemembered()
  }

  newKey(_of: string, id: string): string {
    return id
  }

  forget(user: string): void {
    this.#users.delete(user)
  }

  /** These are the heads from now on: of a commit that is under way in its turn, or that has been kept. */
  settle({ user, thread, runs, threadGoes }: Draft): void {
    this.#users.delete(user.id)
    this.#users.set(user.id, user)
    if (thread && threadGoes) user.threads.delete(thread.id)
    else if (thread) remember(user, thread)
    for (const run of runs.values()) {
      if (run.status === 0) user.runs.set(run.id, run)
      else user.runs.delete(run.id)
    }
    const oldest = this.#users.keys().next().value
    if (this.#users.size > usersMax && oldest !== undefined) this.#users.delete(oldest)
  }

  /** After a commit that asked the store: what was remembered besides holds on if the memory was not behind. */
  learn(draft: Draft, changeSeqBefore: number): void {
    const known = this.#users.get(draft.user.id)
    if (known?.changeSeq === changeSeqBefore) {
      draft.user.threads = known.threads
      draft.user.runs = known.runs
    }
    this.settle(draft)
  }
}

/** The one that was touched last is the last; one that is not remembered any more is asked for again. */
function remember({ threads }: UserHead, thread: ThreadHead): void {
  threads.delete(thread.id)
  threads.set(thread.id, thread)
  const oldest = threads.keys().next().value
  if (threads.size > threadsOfUserMax && oldest !== undefined) threads.delete(oldest)
}

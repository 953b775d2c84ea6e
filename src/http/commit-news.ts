// Tells whoever follows one user's changes that there are new ones: at once when they were committed on this node, and soon when they
// were committed on another.

import type { Commit } from '../core/change.ts'
import type { Outcome } from '../core/receipt.ts'
import type { Store } from '../core/store.ts'
import { type HintAsked, hintedLook, type Listener } from './hinted-look.ts'
import { type Commits, Writes } from './writes.ts'

export type CommitNews = {
  /** Resolves when this user has changes beyond `since`, or it is time to look, or the signal aborts. */
  next(user: string, since: number, signal: AbortSignal): Promise<void>
  /** What became of the commits of this node. */
  readonly writes?: Writes
}

/** How often another node's commits are looked for: seldom for a user who is quiet, and never so seldom that two seconds pass. */
export type NewsPace = { pollMs: number; pollMsMax: number }
const usualPace: NewsPace = { pollMs: 400, pollMsMax: 1_500 }

const noHints: HintAsked = { upkeep: null, report: () => {} }

export type Heard<S> = {
  /** The same store, whose commits are heard. */
  store: S
  news: CommitNews
  /** To be called when another node hints that it committed something. */
  hinted: () => void
}

export function heard<S extends Store>(store: S, hinting = noHints, pace = usualPace): Heard<S> {
  const listeners = new Map<string, Listening>()
  const writes = new Writes()
  const told = async (asked: Commit, commit: Commits): Promise<Outcome> => {
    const outcome = await writes.heard(asked, commit)
    if (outcome.result === 'kept') listeners.get(asked.user)?.tell(outcome.receipt.changeSeq)
    return outcome
  }
  const now: Commits = (asked) => store.commit(asked)
  const later = store.commitLater?.bind(store)
  const next: CommitNews['next'] = async (user, since, signal) => {
    const listening = listeners.get(user) ?? new Listening(store, user, pace)
    listeners.set(user, listening)
    await listening.wait(since, signal)
    if (listening.isEmpty && listeners.get(user) === listening) listeners.delete(user)
  }
  const hearing = {
    ...store,
    commit: (asked: Commit) => told(asked, now),
    ...(later ? { commitLater: (asked: Commit) => told(asked, later) } : null),
  }
  return { store: hearing, news: { next, writes }, hinted: hintedLook(listeners, hinting) }
}

type Waiting = { since: number; wake: () => void }

/** Everybody here who waits for changes of one user: they look at the store together. */
class Listening implements Listener {
  readonly #store: Pick<Store, 'changes'>
  readonly #user: string
  readonly #pace: NewsPace
  readonly #waiting = new Set<Waiting>()
  #pollMs: number
  #lookedAt = performance.now()
  #timer: NodeJS.Timeout | undefined

  constructor(store: Pick<Store, 'changes'>, user: string, pace: NewsPace) {
    this.#store = store
    this.#user = user
    this.#pace = pace
    this.#pollMs = pace.pollMs
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0
  }

  get lookedAt(): number {
    return this.#lookedAt
  }

  /** What the one who has seen least has seen. */
  get since(): number {
    return Math.min(...Array.from(this.#waiting, ({ since }) => since))
  }

  wait(since: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        signal.removeEventListener('abort', wake)
        this.#waiting.delete(waiting)
        if (this.isEmpty) clearTimeout(this.#timer)
        resolve()
      }
      const waiting = { since, wake }
      if (signal.aborted) return resolve()
      signal.addEventListener('abort', wake)
      this.#waiting.add(waiting)
      if (this.#waiting.size === 1) this.#lookLater()
    })
  }

  /** Whoever has seen this much already is left waiting. */
  tell(changeSeq: number): void {
    for (const { since, wake } of this.#waiting) if (since < changeSeq) wake()
  }

  looked(): void {
    this.#lookedAt = performance.now()
    if (!this.isEmpty) this.#lookLater()
  }

  /** A fault, and a history that is no longer held, are heard by those who wait when they read for themselves. */
  async look(): Promise<void> {
    const rows = await this.#store.changes(this.#user, this.since, 1).catch(() => null)
    this.tell(rows === null ? Infinity : (rows[0]?.changeSeq ?? 0))
    this.looked()
  }

  /** Jittered, so that streams that began together do not look together. */
  #lookLater(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.look(), this.#pollMs * (0.85 + 0.3 * Math.random()))
    this.#pollMs = Math.min(this.#pollMs * 1.3, this.#pace.pollMsMax)
  }
}

/** Waits for the time or the signal. */
export function pause(timeoutMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', wake)
      resolve()
    }
    const timer = setTimeout(wake, timeoutMs)
    if (signal.aborted) return wake()
    signal.addEventListener('abort', wake)
  })
}

// Tells whoever follows one user's changes that something of theirs was committed on this node.

import type { Store } from '../core/store.ts'

export type CommitNews = {
  /** Resolves at the next commit of this user, when the time is over, or when the signal aborts. */
  next(user: string, timeoutMs: number, signal: AbortSignal): Promise<void>
}

/** The same store, whose commits are heard. */
export function heard<S extends Store>(store: S): { store: S; news: CommitNews } {
  const waiting = new Map<string, Set<() => void>>()
  const commit: Store['commit'] = async (asked) => {
    const outcome = await store.commit(asked)
    if (outcome.result === 'kept') for (const wake of waiting.get(asked.user) ?? []) wake()
    return outcome
  }
  return { store: { ...store, commit }, news: { next: (...asked) => nextFor(waiting, ...asked) } }
}

async function nextFor(
  waiting: Map<string, Set<() => void>>,
  user: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<void> {
  const mine = waiting.get(user) ?? new Set()
  waiting.set(user, mine)
  let mineToo = () => {}
  await pause(timeoutMs, signal, (wake) => mine.add((mineToo = wake)))
  mine.delete(mineToo)
  if (mine.size === 0) waiting.delete(user)
}

/** Waits for the time, the signal or whoever was given the way to wake it. */
export function pause(
  timeoutMs: number,
  signal: AbortSignal,
  wakeable: (wake: () => void) => void = () => {},
): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', wake)
      resolve()
    }
    const timer = setTimeout(wake, timeoutMs)
    if (signal.aborted) return wake()
    signal.addEventListener('abort', wake)
    wakeable(wake)
  })
}

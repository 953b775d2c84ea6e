// The store behind its spool: what is said goes to the store, and to the spool while the store cannot be reached or while something of
// the same user still waits there.

import type { Commit } from '../../core/change.ts'
import { ThreadkeepError } from '../../core/errors.ts'
import type { Outcome } from '../../core/receipt.ts'
import type { Store } from '../../core/store.ts'
import { isOutOfReach } from './out-of-reach.ts'
import { Replay, type Replaying } from './replay.ts'
import type { Spool } from './spool.ts'
import { isOfRun, maySpool } from './spoolable.ts'

const probeMs = 1_000
const usersRememberedMax = 10_000

/** What the house is given to set the replay going and to look at. */
export type Spooling = {
  /** Whether something may be taken in. */
  readonly isOn: boolean
  /** Replays from now on whatever waits, until it is disposed of or `over`. */
  begin(replaying: Replaying, over?: AbortSignal): AsyncDisposable
  /** For a scraper. */
  gauges(): Record<string, number>
}

export class SpooledStore implements Spooling {
  readonly isOn: boolean
  readonly #store: Store
  readonly #spool: Spool
  /** Where each user stood when the store was last heard of. */
  readonly #changeSeqs = new Map<string, number>()
  #isAway = false
  #look: (() => void) | null = null
  #replay: Replay | null = null

  constructor(store: Store, spool: Spool, isOn: boolean) {
    this.#store = store
    this.#spool = spool
    this.isOn = isOn
  }

  async commit(commit: Commit): Promise<Outcome> {
    if (isOfRun(commit)) return this.#store.commit(commit)
    if (maySpool(commit)) return this.#said(commit)
    if (this.#spool.waiting.has(commit.user)) throw behind()
    return this.#remembered(commit.user, await this.#store.commit(commit))
  }

  /** A reader who would wait for a store that is known to be away is told so at once. */
  async unlessAway<T>(read: () => Promise<T>): Promise<T> {
    if (this.#isAway && this.isOn) throw away()
    return read()
  }

  /** For what cannot be decided before the store is back. */
  async commitLater(commit: Commit): Promise<Outcome> {
    if (!maySpool(commit) || !this.isOn) throw behind()
    this.#look?.()
    return this.#take(commit)
  }

  begin(replaying: Replaying, ending?: AbortSignal): AsyncDisposable {
    const disposed = new AbortController()
    const over = ending ? AbortSignal.any([disposed.signal, ending]) : disposed.signal
    const replay = new Replay(this.#spool, this.#store, replaying, over)
    this.#replay = replay
    for (const { what, more } of this.#spool.alarms.splice(0))
      replaying.log({ level: 'error', what, ...more })
    let timer: NodeJS.Timeout | undefined
    let looking: Promise<void> | null = null
    const look = () => {
      if (looking || over.aborted) return
      clearTimeout(timer)
      looking = this.#round(replay, replaying).finally(() => {
        looking = null
        if (this.#hasToLook && !over.aborted) timer = setTimeout(look, probeMs).unref()
      })
    }
    this.#look = look
    if (this.#hasToLook) look()
    return {
      [Symbol.asyncDispose]: async () => {
        disposed.abort()
        clearTimeout(timer)
        this.#look = null
        await looking
      },
    }
  }

  gauges(): Record<string, number> {
    return {
      spool_records: this.#spool.waiting.size,
      spool_bytes: this.#spool.bytes,
      spool_oldest_seconds: this.#spool.oldestMs / 1000,
      spool_replayed_total: this.#replay?.replayed ?? 0,
      spool_quarantined_total: this.#spool.quarantine.count,
    }
  }

  get #hasToLook(): boolean {
    return this.#isAway || this.#spool.waiting.size > 0 || this.#spool.bytes > 0
  }

  /** One look at the store, and if it is there everything that waits. */
  async #round(replay: Replay, { log }: Replaying): Promise<void> {
    const wasAway = this.#isAway
    try {
      await (this.#store.catchUp?.() ?? this.#store.user('nobody'))
      this.#isAway = false
      if (wasAway) log({ level: 'warn', what: 'The store is back.', waiting: this.#spool.waiting.size })
      await replay.all()
    } catch (fault) {
      this.#isAway ||= isOutOfReach(fault)
      const isNews = this.#isAway && !wasAway
      if (isNews) log({ level: 'warn', what: 'The store is away: what is said waits in the spool.' })
      else if (!this.#isAway)
        log({ level: 'error', what: 'The spool could not be replayed; it is tried again.', ...codeOf(fault) })
    }
  }

  async #said(commit: Commit): Promise<Outcome> {
    const { user } = commit
    if (this.#spool.waiting.has(user) || (this.#isAway && this.isOn)) return this.#take(commit)
    try {
      return this.#remembered(user, await this.#store.commit(commit))
    } catch (fault) {
      if (!this.isOn || !isOutOfReach(fault)) throw fault
      const taken = this.#take(commit)
      this.#look?.()
      return taken
    }
  }

  /** Begins before it returns, so that what comes next of this user stands behind it. */
  async #take(commit: Commit): Promise<Outcome> {
    const known = {
      changeSeq: this.#changeSeqs.get(commit.user) ?? 0,
      position: this.#store.position(),
    }
    const outcome = await this.#spool.take(commit, known)
    this.#look?.()
    return outcome
  }

  #remembered(user: string, outcome: Outcome): Outcome {
    if (outcome.result !== 'kept' && outcome.result !== 'replayed') return outcome
    const before = this.#changeSeqs.get(user) ?? 0
    this.#changeSeqs.delete(user)
    this.#changeSeqs.set(user, Math.max(before, outcome.receipt.changeSeq))
    const oldest = this.#changeSeqs.keys().next().value
    if (this.#changeSeqs.size > usersRememberedMax && oldest !== undefined) this.#changeSeqs.delete(oldest)
    return outcome
  }
}

function codeOf(fault: unknown): Record<string, unknown> {
  if (!(fault instanceof Error)) return {}
  return { fault: fault.name, ...(fault instanceof ThreadkeepError ? { code: fault.code } : null) }
}

const behind = () =>
  new ThreadkeepError(
    'unavailable',
    'The store cannot be reached, or what you said while it was away is still on its way into it; this has to wait for that.',
    'Nothing was written. Send it again in a moment with the same ids.',
  )

const away = () =>
  new ThreadkeepError(
    'unavailable',
    'The store cannot be reached.',
    'What is said is kept on this node meanwhile; reading goes on when the store is back. Try again in a moment.',
  )

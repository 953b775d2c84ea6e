// The runs that this process answers: which they are, how far each may go, how it is stopped, and whether it is still ours.

import { Elsewhere } from './elsewhere.ts'
import { HeardRun } from './heard-run.ts'
import { type RunLimits, usualLimits } from './limits.ts'
import { Ticker } from './ticker.ts'

export type RunIds = {
  user: string
  threadId: string
  runId: string
  messageId: string
  replyId: string
  attempt: number
  epoch: number
}

/** A run that this process answers. */
export class LiveRun extends HeardRun {
  readonly ids: RunIds
  readonly limits: RunLimits
  /** The model said something that can only be kept as its escape; the message says so. */
  hasEscapes = false
  /** On the clock of performance.now(): for a lease from then on it is ours for certain. */
  leasedAt = performance.now()
  #isLost = false
  readonly #stop = new AbortController()

  constructor(ids: RunIds, ticker: Ticker, limits: RunLimits) {
    super(ids.epoch, ticker)
    this.ids = ids
    this.limits = limits
  }

  get isStopped(): boolean {
    return this.#stop.signal.aborted
  }

  /** Aborted when this run is to stop: somebody asks for it, it is at its limit, or the house closes. */
  get stopped(): AbortSignal {
    return this.#stop.signal
  }

  stop(reason: string): void {
    this.#stop.abort(reason)
  }

  /** Whoever finds it without an owner ends it; this process writes nothing more for it. */
  get isLost(): boolean {
    return this.#isLost
  }

  lose(): void {
    this.#isLost = true
    this.stop('lost')
  }
}

export class LiveRuns {
  readonly #limits: RunLimits
  readonly #ticker = new Ticker()
  /** Those of other nodes that somebody follows here. */
  readonly elsewhere = new Elsewhere(this.#ticker)
  readonly #runs = new Map<string, Map<string, LiveRun>>()
  readonly #attending = new Set<Promise<unknown>>()
  #size = 0

  constructor(limits = usualLimits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#size
  }

  open(ids: RunIds): LiveRun {
    const run = new LiveRun(ids, this.#ticker, this.#limits)
    const mine = this.#runs.get(ids.user) ?? new Map<string, LiveRun>()
    this.#runs.set(ids.user, mine.set(ids.runId, run))
    this.#size++
    return run
  }

  close(run: LiveRun): void {
    const mine = this.#runs.get(run.ids.user)
    if (mine?.delete(run.ids.runId)) this.#size--
    if (mine?.size === 0) this.#runs.delete(run.ids.user)
    run.finish()
  }

  get(user: string, runId: string): LiveRun | undefined {
    return this.#runs.get(user)?.get(runId)
  }

  ofThread(user: string, threadId: string): LiveRun[] {
    return [...(this.#runs.get(user)?.values() ?? [])].filter(({ ids }) => ids.threadId === threadId)
  }

  all(): LiveRun[] {
    return [...this.#runs.values()].flatMap((mine) => [...mine.values()])
  }

  /** For whoever is told of a run of this process to its end: the house does not close before they have heard it. */
  attend<T>(telling: Promise<T>): Promise<T> {
    const told = telling.finally(() => this.#attending.delete(told))
    this.#attending.add(told)
    return told
  }

  async allTold(): Promise<void> {
    await Promise.allSettled(this.#attending)
  }
}

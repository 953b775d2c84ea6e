// The runs that are alive in this process: what each has said so far, who listens, and how it is stopped.

import { type RunEntry, RunLog, type RunPosition } from '../core/run-log.ts'
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

/** What a listener hears besides words: the model is asked once more, or the run is over. */
export type Notice = { type: 'retrying'; attempt: number; afterMs: number; reason: string } | { type: 'over' }
export type Listener = {
  position: RunPosition
  words: (entries: RunEntry[], position: RunPosition) => void
  notice: (notice: Notice) => void
  /** It threw, and hears no more. */
  broke: (fault: unknown) => void
}

export class LiveRun {
  readonly ids: RunIds
  /** The model said something that can only be kept as its escape; the message says so. */
  hasEscapes = false
  readonly log: RunLog
  /** Resolves when the end of the run is durable, or has failed to become so. */
  readonly over: Promise<void>
  readonly #stop = new AbortController()
  readonly #listeners = new Set<Listener>()
  readonly #ticker: Ticker
  readonly #end = Promise.withResolvers<void>()
  /** One tick serves everybody who listens to any run. */
  readonly #tell = () => {
    for (const listener of this.#listeners) this.#catchUp(listener)
  }

  constructor(ids: RunIds, ticker: Ticker) {
    this.ids = ids
    this.log = new RunLog(ids.epoch)
    this.over = this.#end.promise
    this.#ticker = ticker
  }

  get isStopped(): boolean {
    return this.#stop.signal.aborted
  }

  /** Aborted when somebody asks this run to stop. */
  get stopped(): AbortSignal {
    return this.#stop.signal
  }

  stop(reason: string): void {
    this.#stop.abort(reason)
  }

  say(entry: RunEntry): void {
    const first = this.log.length === 0
    this.log.append(entry)
    if (first) this.#tell() // nobody waits for a first word because others are talking
    else if (this.#listeners.size > 0) this.#ticker.touch(this.#tell)
  }

  notice(notice: Notice): void {
    for (const listener of this.#listeners) {
      this.#catchUp(listener)
      this.#spare(listener, () => listener.notice(notice))
    }
  }

  /** Hears everything beyond its position, at once and then as it comes. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener)
    this.#catchUp(listener)
    return () => this.#listeners.delete(listener)
  }

  finish(): void {
    this.notice({ type: 'over' })
    this.#ticker.forget(this.#tell)
    this.#listeners.clear()
    this.#end.resolve()
  }

  #catchUp(listener: Listener): void {
    const entries = this.log.after(listener.position)
    if (entries.length === 0) return
    listener.position = this.log.position
    this.#spare(listener, () => listener.words(entries, this.log.position))
  }

  /** What breaks in one who listens touches neither the run nor the others. */
  #spare(listener: Listener, tell: () => void): void {
    try {
      tell()
    } catch (fault) {
      this.#listeners.delete(listener)
      listener.broke(fault)
    }
  }
}

export class LiveRuns {
  readonly #ticker = new Ticker()
  readonly #runs = new Map<string, Map<string, LiveRun>>()
  #size = 0

  get size(): number {
    return this.#size
  }

  open(ids: RunIds): LiveRun {
    const run = new LiveRun(ids, this.#ticker)
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
}

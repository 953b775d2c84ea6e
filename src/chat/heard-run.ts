// A run as those hear it who follow it here: what it has said so far, and who listens. It speaks in this process, or is read out of
// the store as its log grows.

import { type RunEntry, RunLog, type RunPosition } from '../core/run-log.ts'
import type { Ticker } from './ticker.ts'

/** What a listener hears besides words: the model is asked once more, or the run is over. */
export type Notice = { type: 'retrying'; attempt: number; afterMs: number; reason: string } | { type: 'over' }
export type Listener = {
  position: RunPosition
  words: (entries: RunEntry[], position: RunPosition) => void
  notice: (notice: Notice) => void
  /** It threw, and hears no more. */
  broke: (fault: unknown) => void
}

export class HeardRun {
  readonly log: RunLog
  /** Resolves when the end of the run is durable, or has failed to become so. */
  readonly over: Promise<void>
  readonly #listeners = new Set<Listener>()
  readonly #ticker: Ticker
  readonly #end = Promise.withResolvers<void>()
  /** One tick serves everybody who listens to any run. */
  readonly #tell = () => {
    for (const listener of this.#listeners) this.#catchUp(listener)
  }

  constructor(epoch: number, ticker: Ticker) {
    this.log = new RunLog(epoch)
    this.over = this.#end.promise
    this.#ticker = ticker
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

  /** Nothing more can be heard, and nobody knows how it ends. */
  fail(fault: unknown): void {
    const listeners = [...this.#listeners]
    this.#listeners.clear()
    for (const { broke } of listeners) broke(fault)
    this.finish()
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

// The near end of the writer thread: hands commits over in bundles and gives each sender its own outcome.

import { Worker } from 'node:worker_threads'
import { ThreadkeepError } from '../../core/errors.ts'
import { commitsWaitingMax } from '../../core/limits.ts'
import type { PreparedCommit } from '../../core/prepared.ts'
import type { Outcome } from '../../core/receipt.ts'
import { positionOf } from '../codes.ts'
import { packCommit, type PackedCommit, unpackOutcomes } from './packed.ts'
import type { FromWriter, ToWriter, WriterThreadData } from './writer-thread.ts'
import type { Settled } from './writer.ts'

type Waiting = { resolve: (outcome: Outcome) => void; reject: (fault: Error) => void }

export class CommitQueue {
  #started: Worker | null = null
  readonly #waiting = new Map<number, Waiting>()
  readonly #closed = Promise.withResolvers<void>()
  readonly #data: WriterThreadData
  #bundle: PackedCommit[] = []
  #tickets = 0
  #over: Error | null = null
  #commitNumber: number

  constructor(data: WriterThreadData) {
    this.#data = data
    this.#commitNumber = data.card.commitNumber
  }

  /** Of the newest batch that is known to be durable. */
  get commitNumber(): number {
    return this.#commitNumber
  }

  /** Done by the writer when it gets to it; nobody waits. */
  dropRunLogs(endedBefore: number): void {
    if (!this.#over && this.#started)
      this.#worker.postMessage({ dropRunLogs: { endedBefore } } satisfies ToWriter)
  }

  commit(commit: PreparedCommit): Promise<Outcome> {
    if (this.#over) return Promise.reject(away(this.#over))
    if (this.#waiting.size >= commitsWaitingMax) return Promise.reject(crowded())
    return new Promise((resolve, reject) => {
      const ticket = ++this.#tickets
      if (this.#waiting.size === 0) this.#worker.ref()
      this.#waiting.set(ticket, { resolve, reject })
      if (this.#bundle.push(packCommit(ticket, commit)) === 1) setImmediate(() => this.#send())
    })
  }

  /** Everything handed over before is still committed and answered. */
  async close(): Promise<void> {
    this.#over ??= new Error('the store was closed')
    if (!this.#started && this.#bundle.length === 0) return
    this.#worker.ref()
    this.#send()
    this.#worker.postMessage({ close: true } satisfies ToWriter)
    await this.#closed.promise
  }

  /** Started by the first that needs it: a program that only reads does not wait for a thread. */
  get #worker(): Worker {
    return (this.#started ??= this.#start())
  }

  #start(): Worker {
    const worker = new Worker(new URL('./writer-thread.ts', import.meta.url), {
      workerData: this.#data,
      name: 'threadkeep-writer',
    })
    let cause = new Error('its writer ended')
    worker.on('message', (message: FromWriter) => this.#receive(message))
    worker.on('error', (fault) => (cause = fault instanceof Error ? fault : new Error(String(fault))))
    worker.on('exit', () => this.#ended(cause))
    worker.unref()
    return worker
  }

  #send(): void {
    if (this.#bundle.length === 0) return
    const commits = this.#bundle
    this.#bundle = []
    this.#worker.postMessage({ commits } satisfies ToWriter)
  }

  #receive(message: FromWriter): void {
    if ('closed' in message) return
    this.#commitNumber = message.commitNumber
    const position = positionOf(this.#data.card.storeId, message.commitNumber)
    for (const [ticket, settled] of unpackOutcomes(message.settled, position, this.#data.durability))
      this.#answer(ticket, settled)
    if (this.#waiting.size === 0) this.#worker.unref()
  }

  #answer(ticket: number, settled: Settled): void {
    const waiting = this.#waiting.get(ticket)
    this.#waiting.delete(ticket)
    if (!('fault' in settled)) return waiting?.resolve(settled)
    const { code, message, hint, cause } = settled.fault
    waiting?.reject(new ThreadkeepError(code, message, hint, undefined, cause))
  }

  /**
   * Where it was not told to, it died of a disk on which the file could not even be opened again: nobody knows what became of what it
   * held, and everybody is told so. The next commit starts another, which reads everything anew.
   */
  #ended(cause: Error): void {
    for (const { reject } of this.#waiting.values()) reject(away(cause))
    this.#waiting.clear()
    this.#bundle = []
    this.#started = null
    if (this.#over) this.#closed.resolve()
  }
}

const away = (cause: Error) =>
  new ThreadkeepError(
    'unavailable',
    'The store takes no writes just now.',
    'What was under way happened zero times or once; send it again with the same ids when the store is back.',
    undefined,
    cause,
  )

const crowded = () =>
  new ThreadkeepError(
    'unavailable',
    `${commitsWaitingMax} writes are waiting already.`,
    'Nothing was written. Send it again in a second with the same ids.',
  )

// The bare driver: what the same rows cost on the same tables, indexes and pragmas with group commit in a worker, and without us.

import { Worker } from 'node:worker_threads'

export type RowsKind = 'said' | 'pair' | 'turn' | 'two tables'
export type RawThreadData = { file: string; rows: RowsKind }
export type ToRaw = [ticket: number, job: unknown][] | 'close'
export type FromRaw = [ticket: number, answer: number][] | 'closed'

/** Hands over what gathered in a tick as one message, which was the better of that and one message a pair. */
export class RawWriter<Job> implements AsyncDisposable {
  readonly #worker: Worker
  readonly #waiting = new Map<number, (answer: number) => void>()
  readonly #closed = Promise.withResolvers<void>()
  #bundle: [number, Job][] = []
  #tickets = 0

  constructor(file: string, rows: RowsKind) {
    const workerData: RawThreadData = { file, rows }
    this.#worker = new Worker(new URL('./raw-thread.ts', import.meta.url), { workerData })
    this.#worker.on('message', (message: FromRaw) => this.#receive(message))
    this.#worker.on('error', this.#closed.reject)
  }

  write(job: Job): Promise<number> {
    return new Promise((resolve) => {
      const ticket = ++this.#tickets
      this.#waiting.set(ticket, resolve)
      if (this.#bundle.push([ticket, job]) === 1) setImmediate(() => this.#send())
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#worker.postMessage('close' satisfies ToRaw)
    await this.#closed.promise
  }

  #send(): void {
    const jobs = this.#bundle
    this.#bundle = []
    this.#worker.postMessage(jobs satisfies ToRaw)
  }

  #receive(message: FromRaw): void {
    if (message === 'closed') return this.#closed.resolve()
    for (const [ticket, answer] of message) {
      this.#waiting.get(ticket)?.(answer)
      this.#waiting.delete(ticket)
    }
  }
}

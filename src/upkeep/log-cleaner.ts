// Sees to it that what was forgotten leaves the write-ahead log within a second.

import { Worker } from 'node:worker_threads'

export type Told = (what: string, why?: string) => void

/** One emptying at a time; whatever is forgotten meanwhile is followed by another. */
export class LogCleaner implements AsyncDisposable {
  readonly #place: { file: string; safety: 'FULL' | 'OFF' }
  readonly #told: Told
  #thread: Worker | null = null
  #state: 'idle' | 'emptying' | 'and again' = 'idle'
  #isClosed = false

  constructor(place: { file: string; safety: 'FULL' | 'OFF' }, told: Told) {
    this.#place = place
    this.#told = told
  }

  empty(): void {
    if (this.#isClosed) return
    if (this.#state !== 'idle') {
      this.#state = 'and again'
      return
    }
    this.#state = 'emptying'
    this.#thread ??= this.#start()
    this.#thread.postMessage('empty')
  }

  /** Closing the store empties the log too. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    await this.#thread?.terminate()
  }

  #start(): Worker {
    const thread = new Worker(new URL('../store/sqlite/purge-thread.ts', import.meta.url), {
      workerData: this.#place,
      name: 'threadkeep-purge',
    })
    thread.on('message', (isEmpty: boolean) => {
      if (!isEmpty) this.#told('A reader keeps forgotten words in the write-ahead log for another while.')
      this.#settled()
    })
    thread.on('error', (fault) => {
      this.#thread = null
      this.#told('Forgotten words could not be taken out of the write-ahead log.', String(fault))
      this.#settled()
    })
    thread.unref()
    return thread
  }

  #settled(): void {
    const again = this.#state === 'and again'
    this.#state = 'idle'
    if (again) this.empty()
  }
}

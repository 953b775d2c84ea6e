// Tells other nodes that something was committed here, and hears it of them: beside the data, without content, and at most one in 25 ms.
// Nothing hangs on it: who misses a hint finds by looking what there is, as where there are no hints.

import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'

type Log = (line: { level: 'warn'; what: string } & Record<string, unknown>) => void
/** What the driver's types leave out. */
type Connection = Client & { readonly processID: number | null; ref(): void; unref(): void }

const restMs = 25
const [retryMs, retryMsMax] = [500, 30_000]
const answerMs = 2_000
const listen = { text: 'LISTEN threadkeep' }
/** A transaction by itself, which waits for no disk: a hint that is lost with the power has nobody left to hear it. */
const notify = {
  name: 'hint',
  text: `SELECT set_config('synchronous_commit', 'off', true), pg_notify('threadkeep', '')`,
}

export class Hint {
  readonly #url: string
  readonly #heard: (() => void)[] = []
  #connection: Connection | null = null
  #isDue = false
  #sending: Promise<void> | null = null

  constructor(url: string) {
    this.#url = url
  }

  /** Whenever something may have been committed elsewhere. */
  readonly whenHeard = (look: () => void): void => void this.#heard.push(look)

  /** Something was committed here. Nobody waits for this, and no fault of it is anybody's. */
  send(): void {
    this.#isDue = true
    if (this.#connection && !this.#sending) this.#sending = this.#sendOn(this.#connection)
  }

  /** Listens until it is disposed of, on a connection of its own that is made again whenever it is lost. */
  begin(log: Log): AsyncDisposable {
    const over = new AbortController()
    const staying = this.#stay(log, over.signal)
    return {
      [Symbol.asyncDispose]: async () => {
        over.abort('over')
        await staying
      },
    }
  }

  async #stay(log: Log, over: AbortSignal): Promise<void> {
    const ended = new Promise((resolve) => over.addEventListener('abort', resolve))
    let isAway = false
    const back = () => {
      if (isAway) log({ level: 'warn', what: 'Hints of other nodes are heard again.' })
      isAway = false
    }
    for (let waitMs = retryMs; !over.aborted; waitMs = Math.min(waitMs * 2, retryMsMax)) {
      const began = performance.now()
      const fault = await this.#listen(back, ended).catch((fault: unknown) => fault)
      if (over.aborted) return
      if (!isAway) log({ level: 'warn', what: awayWords, fault: String(fault) })
      isAway = true
      if (performance.now() - began > retryMsMax) waitMs = retryMs
      const jittered = waitMs * (0.75 + 0.5 * Math.random())
      await Promise.race([ended, pause(jittered, null, { ref: false })])
    }
  }

  /** Resolves with the reason for which the connection was lost, or when it has ended. */
  async #listen(listening: () => void, ended: Promise<unknown>): Promise<unknown> {
    const connection = connectionTo(this.#url)
    const lost = new Promise((resolve) => {
      connection.on('error', resolve)
      connection.on('end', () => resolve('the connection ended'))
    })
    connection.on('notification', ({ processId }) => {
      if (processId !== connection.processID) this.#tell()
    })
    try {
      await connection.connect()
      await connection.query(listen)
      connection.unref()
      this.#connection = connection
      listening()
      this.#tell() // of what was hinted at while nobody listened
      if (this.#isDue) this.send()
      return await Promise.race([lost, ended])
    } finally {
      await this.#leave(connection)
    }
  }

  /** The last hint goes out, where it can; and nobody waits for a server that does not answer. */
  async #leave(connection: Connection): Promise<void> {
    this.#connection = null
    connection.ref()
    await this.#sending
    if (this.#isDue) await connection.query(notify).catch(() => {})
    await Promise.race([connection.end(), pause(answerMs, null, { ref: false })])
  }

  #tell(): void {
    for (const look of this.#heard) look()
  }

  /** One after the other while there is something to tell; a connection that cannot is left, and who makes the next tells it there. */
  async #sendOn(connection: Connection): Promise<void> {
    try {
      while (this.#isDue && this.#connection === connection) {
        this.#isDue = false
        await connection.query(notify)
        await pause(restMs)
      }
    } catch {
      this.#isDue = true
      void connection.end()
    } finally {
      this.#sending = null
    }
  }
}

const awayWords =
  'Hints of other nodes are not heard: what they commit is seen by looking, within two seconds. It is tried again.'

const connectionTo = (url: string): Connection =>
  new Client({
    connectionString: url,
    application_name: 'threadkeep hint',
    connectionTimeoutMillis: answerMs,
    query_timeout: answerMs,
    // A line that was cut without a word is found so: nothing need be sent on it for days.
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  }) as Connection

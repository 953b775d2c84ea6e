// The whole server in the hands of a test: started on any free port beside a provider that outlives it, killed, or asked to end.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Pace } from '../../src/chat/pace.ts'
import { assert, must } from '../../src/core/assert.ts'

const program = new URL('stream-load.ts', import.meta.url).pathname
const startMsMax = 30_000

export type StreamManner = 'honest' | 'control-writes-at-end'
type Besides = { settings?: Record<string, string>; pace?: Pace }

export class StreamHouse implements AsyncDisposable {
  readonly url: string
  readonly readyMs: number
  readonly #process: ChildProcess

  private constructor(process: ChildProcess, url: string, readyMs: number) {
    this.#process = process
    this.url = url
    this.readyMs = readyMs
  }

  static async open(
    data: string,
    provider: string,
    manner: StreamManner = 'honest',
    besides: Besides = {},
  ): Promise<StreamHouse> {
    const began = performance.now()
    const own = { THREADKEEP_DATA: data, OPENAI_BASE_URL: provider }
    const env = { PATH: process.env['PATH'], ...settings, ...besides.settings, ...own }
    const words = [program, manner, ...(besides.pace ? [JSON.stringify(besides.pace)] : [])]
    const child = spawn(process.execPath, words, { env, stdio: ['ignore', 'pipe', 'inherit'] })
    const url = await addressOf(child)
    return new StreamHouse(child, url, performance.now() - began)
  }

  async kill(): Promise<void> {
    const ended = once(this.#process, 'exit')
    assert(this.#process.kill('SIGKILL'), 'the house lived until it was killed')
    await ended
  }

  /** Asks it to end; resolves with its exit code. */
  async end(): Promise<number | null> {
    const ended = once(this.#process, 'exit')
    this.#process.kill('SIGTERM')
    await ended
    return this.#process.exitCode
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) await this.kill()
  }
}

const settings = {
  PORT: '0',
  HOST: '127.0.0.1',
  THREADKEEP_MODEL: 'openai-chat:fake',
  OPENAI_API_KEY: 'none',
  THREADKEEP_GUESTS_PER_HOUR: '100000',
}

/** The last that it says before it waits for requests is where it is. */
async function addressOf(child: ChildProcess): Promise<string> {
  const out = must(child.stdout, 'it has somewhere to say it')
  const late = setTimeout(() => child.kill('SIGKILL'), startMsMax)
  let said = ''
  for await (const chunk of out) {
    said += String(chunk)
    const found = /is at (http:\S+)/.exec(said)?.[1]
    if (!found) continue
    clearTimeout(late)
    out.on('data', () => {})
    return found
  }
  throw new Error(`The house ended before it was open, and said: ${said}`)
}

// Nodes of one house as processes: each can be killed or asked to go, and comes back where it was.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type Pace, usualPace } from '../../src/chat/pace.ts'
import { must } from '../../src/core/assert.ts'
import { home, Visitor } from '../http/visitor.ts'
import type { FreshDatabase } from './database.ts'
import type { NodeSettings } from './node-process.ts'
import { settingsFor } from './whole-house.ts'

type MortalAsked = { pace?: Pace; wordMs?: number }

export class MortalNode implements AsyncDisposable {
  readonly #settings: NodeSettings
  readonly #folder: string
  #process: ChildProcess | null = null
  #url = ''

  constructor(database: FreshDatabase, { pace = usualPace, wordMs = 10 }: MortalAsked = {}) {
    this.#folder = mkdtempSync(join(tmpdir(), 'threadkeep-mortal-'))
    this.#settings = { ...settingsFor(database, this.#folder), port: '0', pace, wordMs }
  }

  get url(): string {
    return this.#url
  }

  /** On the port on which it was before. */
  async start(): Promise<this> {
    const port = this.#url === '' ? '0' : new URL(this.#url).port
    const words = [join(import.meta.dirname, 'node-process.ts'), JSON.stringify({ ...this.#settings, port })]
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
    this.#process = child
    const [url] = (await Promise.race([
      once(createInterface(must(child.stdout, 'it is piped')), 'line'),
      once(child, 'exit').then(([code]) => Promise.reject(new Error(`The node ended with ${String(code)}.`))),
    ])) as [string]
    this.#url = url
    return this
  }

  /** Resolves with its exit code when it is gone. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#process
    if (!child || child.exitCode !== null || child.signalCode !== null) return null
    const gone = once(child, 'exit')
    child.kill(signal)
    const [code] = (await gone) as [number | null]
    return code
  }

  as = (user: string): Visitor =>
    new Visitor((request) => fetch(new Request(request.url.replace(home, this.#url), request)), user, user)

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL')
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

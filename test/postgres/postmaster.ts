// The first process of a PostgreSQL server: started, awaited until it takes connections, signalled, ended.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { must } from '../../src/core/assert.ts'
import { program, serverUser } from './programs.ts'
import { watchOver } from './watcher.ts'

const startTimeoutMs = 60_000
const stopTimeoutMs = 10_000
const deadly: NodeJS.Signals[] = ['SIGKILL', 'SIGQUIT', 'SIGINT', 'SIGTERM', 'SIGABRT']

export class Postmaster {
  readonly pid: number
  readonly #process: ChildProcess
  readonly #exited: Promise<unknown>
  readonly #folder: string
  readonly #isKept: boolean
  readonly #release: () => void
  #stopped: Promise<void> | undefined

  private constructor(process: ChildProcess, folder: string, isKept: boolean) {
    this.pid = must(process.pid, 'a program that started has a pid')
    this.#process = process
    this.#exited = once(process, 'exit')
    this.#folder = folder
    this.#isKept = isKept
    this.#release = watchOver(this.pid, isKept ? undefined : folder)
    process.unref()
  }

  static async start(
    folder: string,
    { isKept, settings }: { isKept: boolean; settings: Record<string, string> },
  ): Promise<Postmaster> {
    const words = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    // Into a file: a test that is busy for long must not make the server wait for somebody to read its log.
    const log = fs.openSync(path.join(folder, 'server.log'), 'a')
    const started = spawn(program('postgres'), ['-D', folder, ...words], {
      ...serverUser,
      cwd: folder,
      stdio: ['ignore', log, log],
    })
    fs.closeSync(log)
    await once(started, 'spawn')
    const postmaster = new Postmaster(started, folder, isKept)
    await postmaster.#ready()
    return postmaster
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    // Its number may be somebody else's by now.
    if (this.#isOver()) return
    const children = this.#children()
    // A server that only stands still does so as a whole, as its machine would.
    const standing = signal === 'SIGSTOP' || signal === 'SIGCONT'
    for (const pid of standing ? [this.pid, ...children] : [this.pid]) send(pid, signal)
    if (!deadly.includes(signal)) return
    await this.#ended()
    // Its children notice by themselves, a little later; until then the folder cannot be opened again.
    await Promise.all(children.map(gone))
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  async #stop(): Promise<void> {
    await this.kill('SIGCONT')
    const children = this.#children()
    const tooLong = setTimeout(
      () => [this.pid, ...children].forEach((pid) => send(pid, 'SIGKILL')),
      stopTimeoutMs,
    )
    await this.kill('SIGINT')
    clearTimeout(tooLong)
    this.#release()
    if (!this.#isKept) fs.rmSync(this.#folder, { recursive: true, force: true, maxRetries: 20 })
  }

  async #ended(): Promise<void> {
    this.#process.ref()
    if (!this.#isOver()) await this.#exited
  }

  #isOver(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null
  }

  /** The server says in its pid file whether it takes connections. */
  async #ready(): Promise<void> {
    const until = Date.now() + startTimeoutMs
    while (!this.#takesConnections()) {
      if (this.#isOver() || Date.now() > until) {
        const log = fs.readFileSync(path.join(this.#folder, 'server.log'), 'utf8').slice(-4_000)
        await this.stop()
        throw new Error(`postgres did not start in ${this.#folder}, and said:\n${log}`)
      }
      await sleep(10)
    }
  }

  #takesConnections(): boolean {
    const file = path.join(this.#folder, 'postmaster.pid')
    const lines = fs.existsSync(file) ? fs.readFileSync(file, 'utf8').split('\n') : []
    return lines[0] === String(this.pid) && lines[7]?.trim() === 'ready'
  }

  #children(): number[] {
    const file = `/proc/${this.pid}/task/${this.pid}/children`
    return fs.existsSync(file) ? fs.readFileSync(file, 'utf8').split(' ').filter(Boolean).map(Number) : []
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (fault) {
    // Connections come and go, and the server may have ended by itself.
    if ((fault as NodeJS.ErrnoException).code !== 'ESRCH') throw fault
  }
}

async function gone(pid: number): Promise<void> {
  const until = Date.now() + stopTimeoutMs
  while (isThere(pid)) {
    if (Date.now() > until) send(pid, 'SIGKILL')
    await sleep(10)
  }
}

/** Whether this process is there and not merely waiting to be buried. */
function isThere(pid: number): boolean {
  const file = `/proc/${pid}/stat`
  try {
    return !/\) [ZX] /.test(fs.readFileSync(file, 'latin1'))
  } catch {
    return false
  }
}

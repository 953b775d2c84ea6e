// The loaded process in the hands of a test: started, waited for, stopped for a moment, killed; what it acknowledged is in a file.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { assert } from '../../src/core/assert.ts'
import type { Dwelling } from './dwelling.ts'
import { type Turn, turnNamed, writersCount } from './turn.ts'

const usualProgram = 'load.ts'
const acksMsMax = 30_000

export type Manner = 'honest' | 'control-early-ack' | 'control-unflushed'

export class Victim implements AsyncDisposable {
  readonly #acks: string
  readonly #process: ChildProcess

  constructor(home: Dwelling, life = 0, manner: Manner = 'honest', program = usualProgram) {
    this.#acks = `${home.aside}-acks-${life}`
    const out = openSync(this.#acks, 'w')
    const asked = [join(import.meta.dirname, program), home.address, String(life), manner, home.folder]
    this.#process = spawn(process.execPath, asked, { stdio: ['ignore', out, 'inherit'] })
    closeSync(out)
  }

  get pid(): number {
    return this.#process.pid ?? 0
  }

  /** Looks as often as it can: what follows the birth of a file is over in milliseconds. */
  async birthOf(file: string): Promise<void> {
    while (!existsSync(file)) {
      assert(this.#process.exitCode === null, 'the process lives until it has made its file')
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  firstAck = (): Promise<void> => this.acks(1)

  /** Each writer waits for its answer: so many more acknowledgements than writers mean new commits since now. */
  newCommits = (): Promise<void> => this.acks(this.#heard().length + 2 * writersCount)

  async acks(count: number): Promise<void> {
    const began = performance.now()
    while (this.#heard().length < count) {
      const { exitCode } = this.#process
      assert(exitCode === null, `the loaded process runs, and ended with ${exitCode}`)
      assert(performance.now() - began < acksMsMax, 'the loaded process acknowledges something in time')
      await wait(2)
    }
  }

  pause = (): boolean => this.#process.kill('SIGSTOP')

  /** Stopped in all its threads: from here on it neither writes nor acknowledges. */
  async standStill(): Promise<void> {
    this.pause()
    const began = performance.now()
    const states = () => readdirSync(`/proc/${this.pid}/task`).map((thread) => this.#stateOf(thread))
    while (states().some((state) => state !== 'T')) {
      assert(performance.now() - began < acksMsMax, 'a process that was told to stop stands still in time')
      await wait(1)
    }
  }

  #stateOf(thread: string): string | undefined {
    return /\) (\w) /.exec(readFileSync(`/proc/${this.pid}/task/${thread}/stat`, 'latin1'))?.[1]
  }

  goOn = (): boolean => this.#process.kill('SIGCONT')

  /** What was acknowledged when it died. */
  async kill(): Promise<Turn[]> {
    const { exitCode, signalCode } = this.#process
    assert(exitCode === null, `the loaded process lived until it was killed, and ended with ${exitCode}`)
    if (signalCode === null) {
      const ended = once(this.#process, 'exit')
      this.#process.kill('SIGKILL')
      await ended
    }
    return this.#heard().map(turnNamed)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode === null) await this.kill()
  }

  /** A line cut short by the kill was heard by nobody. */
  #heard = () => readFileSync(this.#acks, 'utf8').split('\n').slice(0, -1)
}

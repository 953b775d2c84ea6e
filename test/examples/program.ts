// An example as a process of its own, until it says where it listens and then until the test is done with it.

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { plainEnv } from './package.ts'

const startMsMax = 20_000
const endMsMax = 40_000

export class Program implements AsyncDisposable {
  readonly url: string
  readonly #child: ChildProcess
  readonly #data: string

  private constructor(child: ChildProcess, data: string, port: number) {
    this.#child = child
    this.#data = data
    this.url = `http://127.0.0.1:${port}`
  }

  /** Its data folder is its own and is gone with it. */
  static async start(...words: string[]): Promise<Program> {
    const data = mkdtempSync(join(tmpdir(), 'threadkeep-example-'))
    const env = { ...plainEnv, PORT: '0', THREADKEEP_DATA: data }
    const child = spawn(process.execPath, words, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    return new Program(child, data, await portOf(child))
  }

  /** The exit code after it was asked to end. */
  async end(): Promise<number | null> {
    if (this.#child.exitCode !== null) return this.#child.exitCode
    const ended = new Promise<number | null>((resolve) => this.#child.once('exit', resolve))
    this.#child.kill('SIGTERM')
    const late = setTimeout(() => this.#child.kill('SIGKILL'), endMsMax)
    const code = await ended
    clearTimeout(late)
    return code
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end()
    rmSync(this.#data, { recursive: true, force: true })
  }
}

function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let said = ''
    const fail = (why: string) => {
      child.kill('SIGKILL')
      reject(new Error(`The example ${why}; it said: ${said}`))
    }
    const late = setTimeout(() => fail(`did not listen in ${startMsMax} ms`), startMsMax)
    const hear = (chunk: Buffer) => {
      said += chunk.toString()
      const port = /listening on .*"port":(\d+)/.exec(said)?.[1]
      if (port === undefined) return
      clearTimeout(late)
      resolve(Number(port))
    }
    child.stdout?.on('data', hear)
    child.stderr?.on('data', hear)
    child.once('exit', (code) => fail(`ended with ${code}`))
  })
}

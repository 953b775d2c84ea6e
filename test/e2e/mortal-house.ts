// A house in a process of its own, to be killed: its first answer never ends, and every later one does.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { hang, says } from '../../src/model/scripted.ts'
import { openPageHouse } from './page-house.ts'

export type MortalHouse = AsyncDisposable & {
  readonly url: string
  /** At once, without a word of farewell. */
  kill(): Promise<void>
  /** In the same place, with what is on its disk. */
  back(): Promise<void>
}

export async function openMortalHouse(): Promise<MortalHouse> {
  const data = fs.mkdtempSync(path.join(os.tmpdir(), 'threadkeep-mortal-'))
  let { child, url } = await born(data, 0, 'hangs')
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
  const back = async () => void ({ child, url } = await born(data, Number(new URL(url).port), 'says'))
  const dispose = async () => {
    await kill()
    fs.rmSync(data, { recursive: true, force: true })
  }
  return { url, kill, back, [Symbol.asyncDispose]: dispose }
}

async function born(data: string, port: number, answers: 'hangs' | 'says') {
  const child = fork(import.meta.filename, [data, String(port), answers])
  const [url] = (await once(child, 'message')) as [string]
  return { child, url }
}

if (import.meta.main) {
  const [data = '', port = '0', answers] = process.argv.slice(2)
  const play = answers === 'hangs' ? (['Roses ', 'grow', hang] as const) : says('Roses grow by the wall.')
  const { url } = await openPageHouse({ script: () => play, data, port: Number(port) })
  process.send?.(url)
}

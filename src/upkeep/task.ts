// The near end of a task that is carried out on a thread of its own.

import { Worker } from 'node:worker_threads'
import { ThreadkeepError } from '../core/errors.ts'
import type { BackupSource } from './backup.ts'

export type Task =
  | { do: 'backup'; source: BackupSource; shelf: string; keep: number }
  | { do: 'scrub'; file: string; folder: string; rows: number; everyMs: number }

export type Tasked = { done: Promise<unknown>; stop: () => Promise<void> }

/** `hears` is told whatever the task says on its way; the last of it is what the task came to. */
export function carryOut(task: Task, hears: (news: unknown) => void = () => {}): Tasked {
  const thread = new Worker(new URL('./task-thread.ts', import.meta.url), {
    workerData: task,
    name: `threadkeep ${task.do}`,
  })
  thread.unref()
  let last: unknown
  const done = new Promise<unknown>((resolve, reject) => {
    thread.on('message', (news: unknown) => {
      last = news
      hears(news)
    })
    thread.on('error', (fault: unknown) => reject(inWords(task, fault)))
    thread.on('exit', () => resolve(last))
  })
  done.catch(() => {}) // whoever asked for the task is told; whoever only stops it need not be
  const stop = async () => {
    if (task.do === 'scrub') thread.postMessage('stop')
    else await thread.terminate()
    await done.catch(() => {})
  }
  return { done, stop }
}

/** An error that crossed between threads has lost its class, and kept its words. */
function inWords(task: Task, fault: unknown): unknown {
  if (!(fault instanceof Error) || !('hint' in fault)) return fault
  return new ThreadkeepError('unavailable', fault.message, String(fault.hint), { task: task.do }, fault)
}

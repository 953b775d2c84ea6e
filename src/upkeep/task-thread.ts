// The far end of a task: work on whole files, on a thread of its own, so that nobody who waits for an answer waits for it.

import { setTimeout as pause } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { Scrub } from '../store/sqlite/scrub.ts'
import { beginning, readScrub, writeScrub } from '../store/sqlite/scrub-state.ts'
import { makeBackup } from './backup.ts'
import { keepNewest } from './shelf.ts'
import type { Task } from './task.ts'
import { verifyBackup } from './verify-backup.ts'

const task = workerData as Task
const stopping = new AbortController()
parentPort?.on('message', () => stopping.abort())
parentPort?.postMessage(await carryOut())
parentPort?.close()

async function carryOut(): Promise<unknown> {
  switch (task.do) {
    case 'backup':
      return backUp(task)
    case 'scrub':
      return scrub(task)
  }
}

async function backUp({ source, shelf, keep }: Extract<Task, { do: 'backup' }>) {
  const { folder } = await makeBackup(source, shelf)
  const { manifest, tookMs } = await verifyBackup(folder)
  return { folder, commitNumber: manifest.commitNumber, tookMs, gone: keepNewest(shelf, keep, Date.now()) }
}

/** Until it is stopped: so many rows, a pause, and its place kept. */
async function scrub({ file, folder, rows, everyMs }: Extract<Task, { do: 'scrub' }>): Promise<void> {
  using scrubbing = new Scrub(file)
  for (let state = readScrub(folder) ?? beginning; !stopping.signal.aborted;) {
    const next = scrubbing.look(state, rows)
    const found = next.mismatches > state.mismatches ? next.found : []
    state = next
    writeScrub(folder, state)
    parentPort?.postMessage({ state, found })
    await pause(everyMs)
  }
}

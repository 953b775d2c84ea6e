// The thread that empties the write-ahead log whenever it is asked to, and says whether it did. It loads next to nothing, because
// whoever has something forgotten has a second.

import { setTimeout as pause } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import type { Safety } from './connection.ts'
import { emptyLog } from './purge.ts'

const { file, safety } = workerData as { file: string; safety: Safety }
const triesMax = 40

parentPort?.on('message', () => void empty())

/** A reader of a moment that is over lets go within its page. */
async function empty(): Promise<void> {
  for (let tries = 0; tries < triesMax; tries++) {
    if (emptyLog(file, safety)) return parentPort?.postMessage(true)
    await pause(25)
  }
  parentPort?.postMessage(false)
}

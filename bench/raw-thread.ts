// The bare driver's own thread: group commit without timers, a batch being what arrived while the last one committed.

import type { DatabaseSync } from 'node:sqlite'
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { must } from '../src/core/assert.ts'
import { openWriting } from '../src/store/sqlite/connection.ts'
import type { FromRaw, RawThreadData, RowsKind, ToRaw } from './raw.ts'
import { commitNumber, pairRows } from './raw-pair.ts'
import { saidRows } from './raw-said.ts'
import { turnRows } from './raw-turn.ts'
import { openTwoTables, twoTableRows } from './two-tables.ts'

const batchMax = 256

const port = must(parentPort, 'raw writes on a thread of its own')
const { file, rows } = workerData as RawThreadData
const db = rows === 'two tables' ? openTwoTables(file) : openWriting(file, 'FULL')
const write = rowsOf(rows, db)
const begin = db.prepare('BEGIN IMMEDIATE')
const commit = db.prepare('COMMIT')
const beforeCommit = rows === 'two tables' ? () => {} : commitNumber(db)
let waiting: [number, unknown][] = []
let closing = false

port.on('message', (message: ToRaw) => {
  receive(message)
  drainPort()
  while (waiting.length > 0) {
    serve()
    drainPort()
  }
  if (closing) close()
})

function rowsOf(kind: RowsKind, db: DatabaseSync): (job: never) => number {
  switch (kind) {
    case 'said':
      return saidRows(db)
    case 'pair':
      return pairRows(db)
    case 'turn':
      return turnRows(db)
    case 'two tables':
      return twoTableRows(db)
  }
}

function receive(message: ToRaw): void {
  if (message === 'close') closing = true
  else waiting = waiting.length === 0 ? message : waiting.concat(message)
}

function drainPort(): void {
  for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port))
    receive(next.message as ToRaw)
}

function serve(): void {
  const batch = waiting.slice(0, batchMax)
  waiting = waiting.slice(batchMax)
  begin.run()
  const answers = batch.map(([ticket, job]): [number, number] => [ticket, write(job as never)])
  beforeCommit()
  commit.run()
  port.postMessage(answers satisfies FromRaw)
}

function close(): void {
  db.close()
  port.postMessage('closed' satisfies FromRaw)
  port.close()
}

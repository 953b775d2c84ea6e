// The thread that owns the one writing connection. A batch is what arrived while the last one was being committed, and waits for no timer.

import { dirname } from 'node:path'
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { must } from '../../core/assert.ts'
import { commitsPerBatchMax } from '../../core/limits.ts'
import type { PreparedCommit } from '../../core/prepared.ts'
import type { Durability } from '../../core/receipt.ts'
import { type Card, cardKeeper } from './card.ts'
import { confine, openWriting, type Safety } from './connection.ts'
import { packOutcomes, type PackedCommit, type PackedOutcomes, unpackCommit } from './packed.ts'
import { roomOn } from './room.ts'
import { Turns } from '../turns.ts'
import { type Settled, Writer } from './writer.ts'

export type WriterThreadData = {
  file: string
  folder: string
  safety: Safety
  durability: Durability
  card: Card
}
/** Commits with the numbers under which their senders wait; `close` once, at the end. */
export type ToWriter =
  | { commits: PackedCommit[] }
  | { dropRunLogs: { endedBefore: number } }
  | { close: true }
export type FromWriter = { settled: PackedOutcomes; commitNumber: number } | { closed: true }

const port = must(parentPort, 'the writer runs on a thread of its own')
const { file, folder, safety, durability, card } = workerData as WriterThreadData
const keeper = cardKeeper(folder, card)
const writer = new Writer({
  open: () => confine(openWriting(file, safety)),
  durability,
  hasRoom: roomOn(dirname(file)),
  came: keeper.came,
})
const turns = new Turns<[number, PreparedCommit]>()
let closing = false
const dropPauseMs = 50

port.on('message', (message: ToWriter) => {
  receive(message)
  drainPort()
  while (turns.size > 0) {
    serve()
    drainPort()
  }
  if (closing) close()
})

function receive(message: ToWriter): void {
  if ('close' in message) closing = true
  else if ('dropRunLogs' in message) dropRunLogs(message.dropRunLogs.endedBefore)
  else for (const packed of message.commits) turns.add(packed[1], [packed[0], unpackCommit(packed)])
}

/** A few runs at a time, with commits in between. */
function dropRunLogs(endedBefore: number): void {
  if (closing || writer.dropRunLogs(endedBefore) === 0) return
  setTimeout(dropRunLogs, dropPauseMs, endedBefore).unref()
}

function drainPort(): void {
  for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port))
    receive(next.message as ToWriter)
}

function serve(): void {
  const batch = turns.take(commitsPerBatchMax)
  const { settled, commitNumber } = writer.commit(batch.map(([, commit]) => commit))
  const answers = batch.map(([ticket], i): [number, Settled] => [
    ticket,
    must(settled[i], 'every commit is settled'),
  ])
  port.postMessage({ settled: packOutcomes(answers), commitNumber } satisfies FromWriter)
}

function close(): void {
  writer.close()
  keeper[Symbol.dispose]()
  port.postMessage({ closed: true } satisfies FromWriter)
  port.close()
}

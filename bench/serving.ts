// One server in a process of its own, ours or the bare one, which says what it has cost so far whenever it is asked.

import type { AddressInfo } from 'node:net'
import type { Model, ModelMessage } from '../src/core/model.ts'
import type { Store } from '../src/core/store.ts'
import { end } from '../src/model/scripted.ts'
import { threadkeep } from '../src/server.ts'
import { bareServer } from './bare-server.ts'
import { writtenBytes } from './crowd.ts'
import { Speaking } from './speaking.ts'
import { fileIn } from './world.ts'

/** `unwritten`: ours, whose runs are not written down before they end. */
export type ServingAsked = { way: 'ours' | 'unwritten' | 'raw'; folder: string }
export type ToServing = 'gauge' | 'start' | 'stop'
export type FromServing = { url: string } | Gauge
/** CPU of every thread of the process, what it sent to the disk, and tokens said, all since it began. */
export type Gauge = { cpuMicros: number; writtenBytes: number; tokens: number }

const { way, folder } = JSON.parse(process.argv[2] ?? '') as ServingAsked
const speaking = new Speaking()
process.on('message', (told: ToServing) => {
  if (told === 'start') speaking.start()
  if (told === 'stop') speaking.stop()
  const { user, system } = process.cpuUsage()
  tell({ cpuMicros: user + system, writtenBytes: writtenBytes(), tokens: speaking.said })
})
tell({ url: await (way === 'raw' ? raw() : ours()) })

function tell(message: FromServing): void {
  process.send?.(message)
}

async function ours(): Promise<string> {
  const keep = await threadkeep({ data: folder, store: '', host: '127.0.0.1', port: 0, model: speaker() })
  if (way === 'unwritten') Object.assign(keep.chat, { store: forgetting(keep.chat.store) })
  const { url } = await keep.listen()
  return url
}

/** Says that what was written of a run is kept, and keeps nothing of it. */
function forgetting(store: Store): Store {
  const none = { seq: null, changeSeq: 0, position: '', forked: false, headId: null } as const
  return {
    ...store,
    commit: async (commit) => {
      const { changes } = commit
      const [first] = changes
      if (first?.kind !== 'run.progressed' || changes.length > 1) return store.commit(commit)
      const receipt = { ...none, id: first.runId, durability: 'none', result: 'kept' } as const
      return { result: 'kept', receipt, threadId: null, run: null }
    },
  }
}

function raw(): Promise<string> {
  const server = bareServer(fileIn(folder), speaking)
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
  })
}

function speaker(): Model {
  return {
    provider: 'bench',
    name: 'bench',
    async *stream({ messages }) {
      for await (const text of speaking.wordsFor(wishOf(messages))) yield { type: 'text', text }
      yield end()
    },
  }
}

function wishOf(messages: readonly ModelMessage[]): string {
  const part = messages.at(-1)?.parts[0]
  return part && 'text' in part ? String(part.text) : ''
}

// One server in a process of its own, ours or the bare one, which says what it has cost so far whenever it is asked.

import type { AddressInfo } from 'node:net'
import type { Model, ModelMessage } from '../src/core/model.ts'
import { end } from '../src/model/scripted.ts'
import { threadkeep } from '../src/server.ts'
import { bareServer } from './bare-server.ts'
import { Speaking } from './speaking.ts'
import { fileIn } from './world.ts'

export type ServingAsked = { way: 'ours' | 'raw'; folder: string }
export type ToServing = 'gauge' | 'start' | 'stop'
export type FromServing = { url: string } | Gauge
/** CPU of every thread of the process, and tokens said, both since it began. */
export type Gauge = { cpuMicros: number; tokens: number }

const { way, folder } = JSON.parse(process.argv[2] ?? '') as ServingAsked
const speaking = new Speaking()
process.on('message', (told: ToServing) => {
  if (told === 'start') speaking.start()
  if (told === 'stop') speaking.stop()
  const { user, system } = process.cpuUsage()
  tell({ cpuMicros: user + system, tokens: speaking.said })
})
tell({ url: await (way === 'ours' ? ours() : raw()) })

function tell(message: FromServing): void {
  process.send?.(message)
}

async function ours(): Promise<string> {
  const keep = await threadkeep({ data: folder, store: '', host: '127.0.0.1', port: 0, model: speaker() })
  const { url } = await keep.listen()
  return url
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

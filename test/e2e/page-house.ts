// A whole house with its page on a port of its own, and a model that says what it is told; it can go away and come back.

import fs from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { titleMark } from '../../src/core/title.ts'
import { type Script, type ScriptedModel, says, scriptedModel } from '../../src/model/scripted.ts'
import { type Threadkeep, threadkeep } from '../../src/server.ts'

export type HouseOptions = {
  /** What the model says; left out: one short sentence, as often as it is asked. */
  script?: Script | undefined
  /** `memory:` keeps nothing; left out, a file in the folder. */
  store?: string | undefined
  /** A folder that outlives the house; left out, one of its own. */
  data?: string | undefined
  port?: number | undefined
}

export type PageHouse = AsyncDisposable & {
  readonly url: string
  readonly keep: Threadkeep
  readonly model: ScriptedModel
  /** Connections are cut and none is taken until it is back. */
  away(): Promise<void>
  back(): Promise<void>
}

export const usualTitle = 'A title'

export async function openPageHouse(options: HouseOptions = {}): Promise<PageHouse> {
  const { script = () => says('Roses grow ', 'by the wall.'), store } = options
  const data = options.data ?? fs.mkdtempSync(path.join(os.tmpdir(), 'threadkeep-page-'))
  const model = scriptedModel(answering(script))
  const keep = await threadkeep({
    data,
    model,
    page: true,
    log: () => {},
    guestsPerHour: '10000',
    ...(store ? { store } : {}),
  })
  const server = createServer((req, res) => keep.node(req, res))
  const port = await listening(server, options.port ?? 0)
  const dispose = async () => {
    for (const run of keep.chat.live.all()) run.stop('shutdown')
    if (server.listening) await closed(server)
    await keep.close()
    if (options.data === undefined) fs.rmSync(data, { recursive: true, force: true })
  }
  return {
    url: `http://127.0.0.1:${port}`,
    keep,
    model,
    away: () => closed(server),
    back: async () => void (await listening(server, port)),
    [Symbol.asyncDispose]: dispose,
  }
}

/** A list of plays has one for each answer of a thread: the title that is asked for too must not use one up. */
const answering =
  (script: Script): Script =>
  (request, call) => {
    if (request.instructions.startsWith(titleMark)) return says(usualTitle)
    if (typeof script === 'function') return script(request, call)
    const answers = request.messages.filter(({ role }) => role === 'assistant').length
    return script[Math.min(answers, script.length - 1)] ?? says('Nothing more to say.')
  }

function listening(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

/** What a model is asked last. */
export const lastWords = ({ messages }: { messages: readonly { parts: readonly object[] }[] }): string => {
  const [part] = messages.at(-1)?.parts ?? []
  return part && 'text' in part ? String(part.text) : ''
}

// A whole house with its page behind a port, for a real browser: a scripted model, a store in a folder, and the web app as it is built.
import fs from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { type Script, type ScriptedModel, says, scriptedModel } from '../../src/model/scripted.ts'
import { type Threadkeep, threadkeep } from '../../src/server.ts'

export type PageHouse = AsyncDisposable & {
  readonly url: string
  readonly keep: Threadkeep
  readonly model: ScriptedModel
}

/** The title that the model is asked for must not use up a play of the script. */
export const answering =
  (script: Script): Script =>
  (request, call) => {
    if (request.messages.at(-1)?.parts.some((part) => 'text' in part && /title/i.test(String(part.text))))
      return says('A title')
    if (typeof script === 'function') return script(request, call)
    const answers = request.messages.filter(({ role }) => role === 'assistant').length
    return script[Math.min(answers, script.length - 1)] ?? says('Nothing more to say.')
  }

export type PageHouseOptions = { store?: string; data?: string; port?: number }

export async function openPageHouse(script: Script, options: PageHouseOptions = {}): Promise<PageHouse> {
  const { store, port = 0 } = options
  const data = options.data ?? fs.mkdtempSync(path.join(os.tmpdir(), 'threadkeep-e2e-'))
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
  await new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const dispose = async () => {
    for (const run of keep.chat.live.all()) run.stop('shutdown')
    server.closeAllConnections()
    server.close()
    await keep.close()
    if (options.data === undefined) fs.rmSync(data, { recursive: true, force: true })
  }
  return { url, keep, model, [Symbol.asyncDispose]: dispose }
}

// A proxy before a house that does what no proxy should: changes bytes, drops events, lets strangers in.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Passing = { method: string; path: string; headers: Headers; body: string }
type Told = { status: number; text: string }
export type Meddling = {
  /** Before the house sees it. */
  asked?: (passing: Passing) => Partial<Passing> | null
  /** A JSON answer of the house, before the asker sees it. */
  answered?: (answer: Told, passing: Passing) => Told | Promise<Told>
  /** One event of a stream as it stands on the wire; null drops it. */
  event?: (event: string) => string | null
}

export type Meddler = AsyncDisposable & { url: string }

export async function meddlerBefore(house: string, meddling: Meddling): Promise<Meddler> {
  const server = createServer((req, res) => void pass(house, meddling, req, res).catch(() => res.destroy()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const dispose = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, [Symbol.asyncDispose]: dispose }
}

async function pass(house: string, meddling: Meddling, req: IncomingMessage, res: ServerResponse) {
  const passing = await passingOf(req)
  const { method, path, headers, body } = { ...passing, ...meddling.asked?.(passing) }
  const left = new AbortController()
  res.once('close', () => left.abort())
  const answer = await fetch(`${house}${path}`, {
    method,
    headers,
    body: method === 'GET' || method === 'DELETE' ? null : body,
    signal: left.signal,
  })
  const type = answer.headers.get('content-type') ?? ''
  if (answer.body && type.startsWith('text/event-stream')) {
    res.writeHead(answer.status, { 'content-type': type })
    for await (const event of eventsOf(answer.body)) {
      const meddled = meddling.event ? meddling.event(event) : event
      if (meddled !== null) res.write(meddled)
    }
    res.end()
    return
  }
  const told = { status: answer.status, text: await answer.text() }
  const { status, text } = (await meddling.answered?.(told, passing)) ?? told
  res.writeHead(status, { 'content-type': type }).end(text)
}

async function passingOf(req: IncomingMessage): Promise<Passing> {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk as Buffer)
  const headers = new Headers({ accept: req.headers.accept ?? '*/*' })
  for (const name of ['authorization', 'content-type'] as const)
    if (req.headers[name]) headers.set(name, req.headers[name])
  return {
    method: req.method ?? 'GET',
    path: req.url ?? '/',
    headers,
    body: Buffer.concat(chunks).toString(),
  }
}

async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let begun = ''
  const decoder = new TextDecoder()
  for await (const bytes of body) {
    const events = (begun + decoder.decode(bytes, { stream: true })).split(/(?<=\n\n)/)
    begun = events.at(-1)?.endsWith('\n\n') ? '' : (events.pop() ?? '')
    yield* events
  }
}

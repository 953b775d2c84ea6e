// The bare server: node:http that parses a body, hands its rows to the bare driver or writes one frame a token, and does nothing else.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { must } from '../src/core/assert.ts'
import { RawWriter } from './raw.ts'
import type { RawSaid } from './raw-said.ts'
import type { Speaking } from './speaking.ts'
import { type Keys, keysIn, placesIn } from './world.ts'

type Body = { id: string; text: string }

export function bareServer(file: string, speaking: Speaking): Server {
  const keysOf = keysIn(file)
  const keys = new Map(placesIn(file).map((place) => [place.threadId, keysOf(place)]))
  const writer = new RawWriter<RawSaid>(file, 'said')
  return createServer((req, res) => {
    const chunks: Buffer[] = []
    req.on('data', (chunk: Buffer) => chunks.push(chunk))
    req.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Body
      void (req.headers.accept === 'text/event-stream'
        ? passOn(res, speaking.wordsFor(body.text))
        : keep(res, writer, threadOf(req, keys), body))
    })
  })
}

function threadOf({ url = '' }: IncomingMessage, keys: Map<string, Keys>): Keys {
  return must(keys.get(url.split('/')[3] ?? ''), 'the thread is in the copy')
}

async function keep(
  res: ServerResponse,
  writer: RawWriter<RawSaid>,
  keys: Keys,
  { id, text }: Body,
): Promise<void> {
  const seq = await writer.write({ ...keys, at: Date.now(), id, text })
  const answer = JSON.stringify({ id, seq })
  res.writeHead(201, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) })
  res.end(answer)
}

async function passOn(res: ServerResponse, words: AsyncGenerator<string>): Promise<void> {
  res.writeHead(200, { 'content-type': 'text/event-stream' })
  res.flushHeaders()
  let bytes = 0
  for await (const text of words) {
    bytes += text.length
    const data = JSON.stringify({ part: 0, kind: 'text', text })
    res.write(`event: run.delta\nid: 1.${bytes}.0\ndata: ${data}\n\n`)
  }
  res.end()
}

// A provider on a real port that speaks four wires, behaves or misbehaves on command, and counts who is connected.

import http from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { type FakeAnswer, type FakeWire, greeting } from './answer.ts'
import { anthropic } from './anthropic.ts'
import { google } from './google.ts'
import { markedIn, type Misbehaviour, play } from './misbehaviour.ts'
import { openaiChat } from './openai-chat.ts'
import { openaiResponses } from './openai-responses.ts'

const wires: [path: RegExp, wire: FakeWire][] = [
  [/\/chat\/completions$/, openaiChat],
  [/\/responses$/, openaiResponses],
  [/\/messages$/, anthropic],
  [/:streamGenerateContent/, google],
]

export type Seen = { path: string; headers: http.IncomingHttpHeaders; body: string }

export class FakeProvider implements AsyncDisposable {
  answer: FakeAnswer = greeting
  /** How it meets each request, in turn; the last one again and again. Empty: it behaves. */
  script: (Misbehaviour | null)[] = []
  readonly seen: Seen[] = []
  bytesSent = 0
  readonly #sockets = new Set<Socket>()
  readonly #server: http.Server

  constructor() {
    this.#server = http.createServer((request, response) => void this.#meet(request, response))
  }

  get requests(): number {
    return this.seen.length
  }

  /** Those that carried a request: Node's fetch may open a spare one in the place of one that it closed. */
  get openSockets(): number {
    return this.#sockets.size
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`
  }

  async listen(port = 0): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve))
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #meet(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const path = request.url ?? ''
    this.#count(request.socket)
    const body = await text(request)
    this.seen.push({ path, headers: request.headers, body })
    const wire = wires.find(([at]) => at.test(path))?.[1]
    if (wire === undefined) return void response.writeHead(404).end()
    const turn = Math.min(this.requests, this.script.length) - 1
    await play(response, wire, this.answer, markedIn(body) ?? this.script[turn] ?? null)
  }

  #count(socket: Socket): void {
    if (this.#sockets.has(socket)) return
    this.#sockets.add(socket)
    socket.on('close', () => {
      this.#sockets.delete(socket)
      this.bytesSent += socket.bytesWritten
    })
  }
}

export const openFakeProvider = (...script: (Misbehaviour | null)[]): Promise<FakeProvider> => {
  const fake = new FakeProvider()
  fake.script = script
  return fake.listen()
}

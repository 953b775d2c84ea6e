// A house of a few lines on a real port: it keeps messages in a map, answers each with the same words, and misbehaves as it is told.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Part } from '../../src/core/part.ts'
import {
  positionFrom,
  positionText,
  type RunEntry,
  RunLog,
  type RunPosition,
  startOfRun,
} from '../../src/core/run-log.ts'

/** What goes wrong with one request; the requests take their troubles in the order of the list. */
export type Trouble =
  | null
  /** The connection is reset before anything was done, or after the message was kept. */
  | 'reset'
  | 'reset once kept'
  | { status: number; headers?: Record<string, string>; body?: string }
  /** The bytes of a stream that are sent before it is reset, ended too early, or falls silent. */
  | { cutAt: number; by: 'reset' | 'end' | 'silence' }
  /** The events that the stream is made of, in the place of what would be right. */
  | { instead: Frame[] }

export type Frame = { event: string; id?: string; data: unknown }
export type Seen = { method: string; path: string; headers: IncomingMessage['headers']; body: Record<string, unknown> } // prettier-ignore

export const answered: RunEntry[] = [
  { type: 'delta', part: 0, kind: 'reasoning', text: 'Roses… ' },
  { type: 'delta', part: 0, kind: 'reasoning', text: 'which?' },
  {
    type: 'part',
    part: 1,
    value: { type: 'tool-call', callId: 'c1', name: 'look', input: { at: 'garden' } },
  },
  { type: 'delta', part: 2, kind: 'text', text: 'You said: ' },
  { type: 'delta', part: 2, kind: 'text', text: 'žluté růže 🌹' },
  { type: 'delta', part: 2, kind: 'text', text: '🌹 by the wall.' },
]
export const answeredText = 'You said: žluté růže 🌹🌹 by the wall.'

export class ScriptedHouse implements AsyncDisposable {
  readonly seen: Seen[] = []
  /** Every message that was kept, by its id. */
  readonly kept = new Map<string, Record<string, unknown>>()
  readonly stopped: string[] = []
  readonly troubles: Trouble[]
  /** Of one message by its words, whatever else is sent at the same time. */
  readonly troublesOf = new Map<string, Trouble[]>()
  entries = answered
  closedByReader = 0
  #server = createServer((request, response) => void this.#answer(request, response))
  url = ''

  private constructor(troubles: Trouble[]) {
    this.troubles = troubles
  }

  static async open(...troubles: Trouble[]): Promise<ScriptedHouse> {
    const house = new ScriptedHouse(troubles)
    await new Promise<void>((resolve) => house.#server.listen(0, '127.0.0.1', resolve))
    house.url = `http://127.0.0.1:${(house.#server.address() as AddressInfo).port}`
    return house
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  /** The ids under which a message was sent, one for each request. */
  get sentIds(): unknown[] {
    return this.seen.filter(({ path }) => path.endsWith('/messages')).map(({ body }) => body['id'])
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (JSON.parse((await text(request)) || '{}') ?? {}) as Record<string, unknown>
    const { method = '', url = '', headers } = request
    this.seen.push({ method, path: url, headers, body })
    response.on('close', () => void (response.writableEnded || this.closedByReader++))
    const trouble = this.troublesOf.get(String(body['text']))?.shift() ?? this.troubles.shift() ?? null
    if (trouble === 'reset') return void request.socket.destroy()
    if (trouble && typeof trouble === 'object' && 'status' in trouble)
      return void response.writeHead(trouble.status, trouble.headers).end(trouble.body)
    if (url.endsWith('/stop')) return this.#stop(url, response)
    const frames = this.#frames(method, url, body)
    if (trouble === 'reset once kept') return void request.socket.destroy()
    const instead = trouble !== null && 'instead' in trouble ? trouble.instead : frames
    const bytes = Buffer.from(instead.map(framed).join(': a beat\n\n'))
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    if (!trouble || !('cutAt' in trouble)) return void response.end(bytes)
    response.write(bytes.subarray(0, trouble.cutAt), () => {
      if (trouble.by === 'end') response.end()
      if (trouble.by === 'reset') response.destroy()
    })
  }

  #frames(method: string, url: string, body: Record<string, unknown>): Frame[] {
    if (method === 'POST') this.kept.set(String(body['id']), body)
    const after = positionFrom(new URL(url, 'http://h').searchParams.get('after') ?? '')
    const kept = method === 'POST' ? [keptFrame(body)] : []
    return [...kept, startedFrame, ...saidFrames(this.entries, after), ...endFrames(this.entries)]
  }

  #stop(url: string, response: ServerResponse): void {
    this.stopped.push(url)
    response.end(JSON.stringify({ run: { id: 'r1', status: 'stopped' }, receipt: receipt('a1') }))
  }
}

export const startedFrame: Frame = {
  event: 'run.started',
  id: '1.0.0',
  data: { runId: 'r1', threadId: 't1', messageId: 'm1', replyId: 'a1', attempt: 1 },
}

/** In the pieces in which it was said; to a reader who has some of it, the rest in as few as possible. */
export function saidFrames(entries: readonly RunEntry[], after: RunPosition | null): Frame[] {
  const begin = after ?? startOfRun(1)
  const said = new RunLog(1)
  return (after ? new RunLog(1, entries).after(after) : entries).map((entry) => {
    said.append(entry)
    const { bytes, pieces } = said.position
    const position = { epoch: 1, bytes: begin.bytes + bytes, pieces: begin.pieces + pieces }
    const { type, ...data } = entry
    return { event: `run.${type}`, id: positionText(position), data }
  })
}

export function endFrames(entries: readonly RunEntry[]): Frame[] {
  const data = { message: finishedMessage(entries), receipt: receipt('a1') }
  return [
    { event: 'run.ended', data: { status: 'complete', error: null } },
    { event: 'message.finished', data },
  ]
}

export function keptFrame(body: Record<string, unknown>): Frame {
  const message = { id: body['id'], text: body['text'], role: 'user', status: 'complete' }
  return {
    event: 'message.kept',
    data: { message, receipt: receipt(String(body['id'])), replyId: 'a1', runId: 'r1' },
  }
}

export function finishedMessage(entries: readonly RunEntry[]) {
  const parts = new RunLog(1, entries).parts()
  return { id: 'a1', role: 'assistant', status: 'complete', text: wordsOf(parts), parts }
}

export const wordsOf = (parts: readonly Part[]): string =>
  parts.map((part) => (part.type === 'text' && 'text' in part ? String(part.text) : '')).join('')

const receipt = (id: string) => ({
  id,
  seq: 1,
  changeSeq: 1,
  position: 'p',
  durability: 'disk',
  result: 'kept',
})

const framed = ({ event, id, data }: Frame): string =>
  `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`

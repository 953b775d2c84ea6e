// How a fake provider misbehaves, given by the test or by a mark like `fault(stall after=2)` in the last thing the user said.

import { setTimeout as sleep } from 'node:timers/promises'
import type { ServerResponse } from 'node:http'
import type { FakeAnswer, FakeError, FakeWire } from './answer.ts'

export type Misbehaviour =
  | { kind: 'status'; status: number; retryAfter?: string; message?: string; code?: string; holds?: boolean }
  /** No headers, ever. */
  | { kind: 'hang' }
  /** The socket is destroyed before the headers. */
  | { kind: 'reset' }
  | { kind: 'stall'; after: number }
  /** The stream stops after so many bytes: politely, or with the socket. */
  | { kind: 'cut'; at: number; how: 'close' | 'destroy' }
  | { kind: 'garbage'; after: number }
  | { kind: 'split'; bytes: number }
  | { kind: 'double-end' }
  /** Ends its answer and keeps the connection. */
  | { kind: 'linger' }
  | { kind: 'flood'; bytes: number }
  | { kind: 'one-line'; bytes: number }
  | { kind: 'slow'; everyMs: number }
  | { kind: 'error-event'; after: number; error: FakeError }
  | { kind: 'page' }

type Silent = Extract<Misbehaviour, { kind: 'status' | 'hang' | 'reset' | 'page' }>

/** Plays an answer, well or badly; resolves when there is nothing more to send. */
export async function play(
  response: ServerResponse,
  wire: FakeWire,
  answer: FakeAnswer,
  fault: Misbehaviour | null,
): Promise<void> {
  if (fault !== null && isSilent(fault)) return silence(response, wire, fault)
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  if (fault === null) response.end(framesOf(wire, answer).join(''))
  else await stream(response, wire, answer, fault)
}

const isSilent = (fault: Misbehaviour): fault is Silent =>
  ['status', 'hang', 'reset', 'page'].includes(fault.kind)

function silence(response: ServerResponse, wire: FakeWire, fault: Silent): void {
  switch (fault.kind) {
    case 'status':
      return refuse(response, wire, fault)
    case 'page':
      return void response
        .writeHead(200, { 'content-type': 'text/html' })
        .end('<h1>Sign in to the network</h1>')
    case 'reset':
      return void response.destroy()
    case 'hang':
  }
}

export const framesOf = (wire: FakeWire, answer: FakeAnswer): string[] => [
  ...wire.opening(answer),
  ...wire.pieces(answer),
  ...wire.ending(answer),
]

async function stream(
  response: ServerResponse,
  wire: FakeWire,
  answer: FakeAnswer,
  fault: Exclude<Misbehaviour, Silent>,
): Promise<void> {
  const frames = framesOf(wire, answer)
  const bytes = Buffer.from(frames.join(''))
  switch (fault.kind) {
    case 'stall':
      return void response.write(frames.slice(0, fault.after).join('') || ':\n\n')
    case 'linger':
      return void response.write(bytes)
    case 'cut':
      return cut(response, bytes.subarray(0, fault.at), fault.how)
    case 'garbage':
      return void response.end(
        [...frames.slice(0, fault.after), 'data: {"choices":[{"del\n\n', ...frames.slice(fault.after)].join(
          '',
        ),
      )
    case 'error-event':
      return void response.end(
        [...frames.slice(0, fault.after), wire.errorEvent(fault.error, 'The fake says so.')].join(''),
      )
    case 'double-end':
      return void response.end([...frames, ...wire.ending(answer)].join(''))
    case 'split':
      return paced(response, slices(bytes, fault.bytes), 0)
    case 'slow':
      return paced(
        response,
        frames.map((frame) => Buffer.from(frame)),
        fault.everyMs,
      )
    case 'flood':
      return flood(response, wire, answer, fault.bytes)
    case 'one-line':
      return oneLine(response, wire, answer, fault.bytes)
  }
}

function refuse(response: ServerResponse, wire: FakeWire, fault: Misbehaviour & { kind: 'status' }): void {
  const headers = fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter }
  response.writeHead(fault.status, { 'content-type': 'application/json', ...headers })
  const body = wire.refusal(fault.code ?? 'fake_error', fault.message ?? 'The fake refuses.')
  if (fault.holds === true) response.write(body)
  else response.end(body)
}

function cut(response: ServerResponse, bytes: Buffer, how: 'close' | 'destroy'): void {
  if (how === 'close') return void response.end(bytes)
  response.write(bytes.length === 0 ? ':' : bytes, () => response.destroy())
}

async function paced(response: ServerResponse, chunks: Iterable<Buffer>, everyMs: number): Promise<void> {
  for (const chunk of chunks) {
    if (response.destroyed) return
    response.write(chunk)
    await sleep(everyMs)
  }
  response.end()
}

/** The same words again and again until so many bytes were sent, as fast as they are taken. */
async function flood(
  response: ServerResponse,
  wire: FakeWire,
  answer: FakeAnswer,
  bytesMax: number,
): Promise<void> {
  const words = 'words '.repeat(40)
  const pieces = wire.pieces({ ...answer, text: [words] })
  const spoken = pieces.findIndex((piece) => piece.includes(words))
  const head = Buffer.from([...wire.opening(answer), ...pieces.slice(0, spoken)].join(''))
  const more = Buffer.from((pieces[spoken] ?? '').repeat(200))
  let sent = await taken(response, head)
  while (sent < bytesMax && !response.destroyed) sent += await taken(response, more)
  response.end()
}

async function oneLine(
  response: ServerResponse,
  wire: FakeWire,
  answer: FakeAnswer,
  bytesMax: number,
): Promise<void> {
  const letters = Buffer.alloc(64 * 1024, 'a')
  let sent = await taken(response, Buffer.from(`${wire.opening(answer).join('')}data: {"text":"`))
  while (sent < bytesMax && !response.destroyed) sent += await taken(response, letters)
  response.end('"}\n\n')
}

async function taken(response: ServerResponse, bytes: Buffer): Promise<number> {
  await new Promise<void>((resolve) => {
    if (response.write(bytes) || response.destroyed) return resolve()
    const settle = (): void => {
      response.off('drain', settle).off('close', settle)
      resolve()
    }
    response.on('drain', settle).on('close', settle)
  })
  return bytes.length
}

function* slices(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const mark = /fault\(([\w-]+)((?: \w+=[\w.-]+)*)\)/g

/** The mark in what the user said last, if there is one. What else a body holds is history. */
export function markedIn(body: string): Misbehaviour | null {
  const last = body.slice(body.lastIndexOf('"role":"user"'))
  const found = [...last.matchAll(mark)].at(-1)
  if (found === undefined) return null
  const pairs = (found[2] ?? '')
    .trim()
    .split(' ')
    .filter(Boolean)
    .map((pair) => pair.split('='))
  const given = pairs.map(([name, value]) => [name, /^\d+$/.test(value ?? '') ? Number(value) : value])
  return { kind: found[1], ...Object.fromEntries(given) } as Misbehaviour
}

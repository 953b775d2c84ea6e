// Server-sent events come out the same wherever the network cut their bytes, and however their lines end.
import { describe, expect, it } from 'vitest'
import { eventCharsMax, eventParser, serverEvents, StreamCut } from '../../src/client/event-stream.ts'
import { randomFrom, seeds } from '../random.ts'

const recorded = [
  ': a comment\n\n',
  'event: run.delta\nid: 1.7.0\ndata: {"text":"žluté 🌹"}\n\n',
  'data:two\ndata:  lines\n\n',
  'event: nothing\n\n',
  'event\nid\ndata\n\n',
  ':\nretry: 100\nunknown: field\nevent: end\ndata: last\n\n',
].join('')
const events = [
  { event: 'run.delta', id: '1.7.0', data: '{"text":"žluté 🌹"}' },
  { event: 'message', id: null, data: 'two\n lines' },
  { event: 'message', id: '', data: '' },
  { event: 'end', id: null, data: 'last' },
]

function parsed(...chunks: Uint8Array[]) {
  const parse = eventParser()
  return chunks.flatMap((chunk) => parse(chunk))
}
const bytesOf = (text: string) => new TextEncoder().encode(text)

describe.each(['\n', '\r', '\r\n'])('an event stream whose lines end with %j', (end) => {
  const bytes = bytesOf(recorded.replaceAll('\n', end))

  it('is read, cut at every byte', () => {
    for (let at = 0; at <= bytes.length; at++)
      expect(parsed(bytes.subarray(0, at), bytes.subarray(at)), `cut at ${at}`).toEqual(events)
  })

  it('is read byte by byte', () => {
    expect(parsed(...Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(events)
  })

  it.each(seeds(3))('is read in pieces of any size, empty ones too (seed %i)', (seed) => {
    const { int } = randomFrom(seed)
    const pieces: Uint8Array[] = []
    for (let at = 0; at < bytes.length;) pieces.push(bytes.subarray(at, (at += int(6))))
    expect(parsed(...pieces)).toEqual(events)
  })
})

describe('an event', () => {
  it('is nothing until its blank line has come', () => {
    expect(parsed(bytesOf('data: half'))).toEqual([])
    expect(parsed(bytesOf('data: half\n'))).toEqual([])
    expect(parsed(bytesOf('data: whole\n\n'))).toHaveLength(1)
  })

  it('has no id that holds a NUL, and no byte order mark', () => {
    expect(parsed(bytesOf('\uFEFFid: a\0b\ndata: 1\n\n'))).toEqual([
      { event: 'message', id: null, data: '1' },
    ])
  })

  it('may have lines that end in different ways', () => {
    expect(parsed(bytesOf('data: 1\r\ndata: 2\rdata: 3\n\r\n'))).toMatchObject([{ data: '1\n2\n3' }])
  })

  it('may not have a line without end', () => {
    const parse = eventParser()
    const piece = new Uint8Array(eventCharsMax / 4 + 1).fill(0x61)
    for (let i = 0; i < 3; i++) expect(parse(piece)).toEqual([])
    expect(() => parse(piece)).toThrow(expect.objectContaining({ code: 'internal' }))
  })
})

describe('a stream', () => {
  const body = (...chunks: string[]) =>
    new ReadableStream<Uint8Array>({
      start: (controller) => chunks.forEach((chunk) => controller.enqueue(bytesOf(chunk))),
    })

  it('that falls silent is cut', async () => {
    const reading = serverEvents(body('data: 1\n\n'), 20, undefined)
    expect(await reading.next()).toMatchObject({ value: { data: '1' } })
    await expect(reading.next()).rejects.toThrow(StreamCut)
    await expect(reading.next()).resolves.toMatchObject({ done: true })
  })

  it('that is looked away from throws the reason, and lets its body go', async () => {
    const away = new AbortController()
    const gone = Promise.withResolvers<void>()
    const silent = new ReadableStream<Uint8Array>({ cancel: () => gone.resolve() })
    const reading = serverEvents(silent, 60_000, away.signal).next()
    away.abort(new Error('enough'))
    await expect(reading).rejects.toThrow('enough')
    await gone.promise
  })
})

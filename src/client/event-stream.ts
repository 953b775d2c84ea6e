// The bytes of a server-sent event stream as events, wherever the network cut them.

import { strange } from './errors.ts'
import { unlessAborted } from './retry.ts'

export type ServerEvent = { event: string; data: string; id: string | null }

/** No event of the house comes near; a stream without an end of line must not fill the memory. */
export const eventCharsMax = 32 * 1024 * 1024

/** The stream stopped, by an end, a fault of the network or a silence. What it was for may go on elsewhere. */
export class StreamCut extends Error {}

/** Every event of a body until it is cut, which is always thrown; leaving early closes the connection. */
export async function* serverEvents(
  body: ReadableStream<Uint8Array>,
  silenceMsMax: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<ServerEvent, never> {
  const reader = body.getReader()
  const parse = eventParser()
  try {
    for (;;) {
      const { done, value } = await nextOf(reader, silenceMsMax, signal)
      if (done) throw new StreamCut('the stream ended')
      yield* parse(value)
    }
  } finally {
    // A reader whose stream has failed cannot be cancelled, and need not be.
    reader.cancel().catch(() => undefined)
  }
}

async function nextOf(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  silenceMsMax: number,
  signal: AbortSignal | undefined,
) {
  const silence = new AbortController()
  const late = () => silence.abort(new Error(`the stream was silent for ${silenceMsMax} ms`))
  const timer = setTimeout(late, silenceMsMax)
  const either = AbortSignal.any(signal ? [signal, silence.signal] : [silence.signal])
  try {
    return await unlessAborted(reader.read(), either)
  } catch (cause) {
    signal?.throwIfAborted()
    throw new StreamCut(cause instanceof Error ? cause.message : String(cause), { cause })
  } finally {
    clearTimeout(timer)
  }
}

export function dataOf({ event, data }: ServerEvent): unknown {
  try {
    return JSON.parse(data)
  } catch (cause) {
    throw strange('A stream', `an event "${event}" that is not JSON`, cause)
  }
}

/** Takes bytes as they come and gives the events that are whole. What has no end yet is kept; at the end of a stream it is nothing. */
export function eventParser(): (bytes: Uint8Array) => ServerEvent[] {
  const decoder = new TextDecoder()
  const lines = lineSplitter()
  let fields: { event: string; data: string[]; id: string | null } = { event: '', data: [], id: null }

  function take(line: string): ServerEvent | null {
    if (line === '') {
      const { event, data, id } = fields
      fields = { event: '', data: [], id: null }
      return data.length === 0 ? null : { event: event || 'message', data: data.join('\n'), id }
    }
    const { name, value } = fieldOf(line)
    if (name === 'data') fields.data.push(value)
    else if (name === 'event') fields.event = value
    else if (name === 'id' && !value.includes('\0')) fields.id = value
    return null
  }

  return (bytes) =>
    lines(decoder.decode(bytes, { stream: true }))
      .map(take)
      .filter((event) => event !== null)
}

/** A line ends with LF, CR or CRLF, and the two of a CRLF may come apart. */
function lineSplitter(): (text: string) => string[] {
  let begun: string[] = []
  let chars = 0
  let afterReturn = false
  return (text) => {
    const rest = afterReturn && text.startsWith('\n') ? text.slice(1) : text
    if (text !== '') afterReturn = text.endsWith('\r')
    const [first = '', ...others] = rest.split(/\r\n|\r|\n/)
    chars += first.length
    if (chars > eventCharsMax) throw endless()
    begun.push(first)
    const last = others.pop()
    if (last === undefined) return []
    const whole = [begun.join(''), ...others]
    begun = [last]
    chars = last.length
    return whole
  }
}

/** A line that begins with a colon is a comment: its name is empty. */
function fieldOf(line: string): { name: string; value: string } {
  const colon = line.indexOf(':')
  if (colon < 0) return { name: line, value: '' }
  const value = line.slice(colon + 1)
  return { name: line.slice(0, colon), value: value.startsWith(' ') ? value.slice(1) : value }
}

const endless = () => strange('A stream', `a line of more than ${eventCharsMax} characters`)

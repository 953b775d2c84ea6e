// What really came over the wire: every event of every stream, so that a gap is seen that the client would have mended.

import { type AnswerEvent, type Client, createClient, type Message } from '../client/client.ts'
import { dataOf, eventParser, type ServerEvent } from '../client/event-stream.ts'
import { positionFrom, type RunPosition } from '../core/run-log.ts'
import { utf8Bytes } from '../core/text.ts'
import { holds } from './verify-step.ts'

/** Somebody at the house, and what each stream that they opened has brought so far. */
export type Listener = { client: Client; token: string | null; streams: ServerEvent[][] }

const retry = { triesMax: 3, waitMs: 100, waitMsMax: 1_000 }
const timeoutMs = 15_000

export function listenerAt(url: string, token: string | null, deadline: AbortSignal): Listener {
  const streams: ServerEvent[][] = []
  const tapped = async (request: Request): Promise<Response> => {
    const response = await fetch(request, { signal: AbortSignal.any([request.signal, deadline]) })
    const { body, headers, status } = response
    if (!body || !headers.get('content-type')?.startsWith('text/event-stream')) return response
    const events: ServerEvent[] = []
    streams.push(events)
    return new Response(body.pipeThrough(tap(events)), { status, headers })
  }
  return { client: createClient({ url, token, fetch: tapped, retry, timeoutMs }), token, streams }
}

function tap(events: ServerEvent[]): TransformStream<Uint8Array, Uint8Array> {
  const parse = eventParser()
  return new TransformStream({
    transform(bytes, controller) {
      events.push(...parse(bytes))
      controller.enqueue(bytes)
    },
  })
}

/** Every word and piece that follows `after` (null: the beginning), without a gap, as one text. */
export function saidOn(events: readonly ServerEvent[], after: string | null): string {
  let at = after === null ? null : positionFrom(after)
  const said: string[] = []
  for (const event of events) {
    if (event.event !== 'run.delta' && event.event !== 'run.part') {
      holds(event.event !== 'run.rewound', 'The house took back words that it had said.')
      continue
    }
    const to = positionFrom(event.id ?? '')
    holds(to !== null, `A ${event.event} came without a position.`)
    const { text, value } = dataOf(event) as { text?: string; value?: unknown }
    const size = text === undefined ? { bytes: 0, pieces: 1 } : { bytes: utf8Bytes(text), pieces: 0 }
    at ??= { epoch: to.epoch, bytes: 0, pieces: 0 }
    holds(isNext(at, to, size), `After the position ${shown(at)} came what ends at ${shown(to)}: an event between them is missing, or its words were changed.`) // prettier-ignore
    said.push(text ?? JSON.stringify(value))
    at = to
  }
  return said.join('')
}

type Size = Pick<RunPosition, 'bytes' | 'pieces'>

const isNext = (at: RunPosition, to: RunPosition, { bytes, pieces }: Size): boolean =>
  at.bytes + bytes === to.bytes && at.pieces + pieces === to.pieces

const shown = ({ bytes, pieces }: Size): string => `${bytes}.${pieces}`

/** The same of the message into which the answer was folded. */
export function saidIn({ text, parts }: Pick<Message, 'text' | 'parts'>): string {
  if (!parts) return text
  return parts
    .map((part) =>
      part.type === 'text' || part.type === 'reasoning'
        ? String('text' in part && part.text)
        : JSON.stringify(part),
    ) // prettier-ignore
    .join('')
}

/** How a stream of a run ends, from wherever it was begun. */
export function holdsEnd(events: readonly ServerEvent[]): void {
  const names = events.map(({ event }) => event)
  holds(
    names.at(-1) === 'message.finished' && names.at(-2) === 'run.ended',
    `A stream ended with "${names.slice(-2).join(', ')}" instead of "run.ended, message.finished".`,
  )
}

export const isWord = ({ type }: AnswerEvent): boolean => type === 'run.delta'

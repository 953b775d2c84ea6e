// What happens in a run, as the events that a browser reads. An event's id is the place from which the rest can be asked for again.

import type { Deliver, Followed } from '../chat/follow.ts'
import { ThreadkeepError } from '../core/errors.ts'
import { positionFrom, positionText, type RunPosition } from '../core/run-log.ts'
import { utf8Bytes } from '../core/text.ts'
import { messageBody } from './shapes/message.ts'
import type { Send } from './sse.ts'

export const runEvents =
  (send: Send): Deliver =>
  (event) => {
    switch (event.type) {
      case 'run.delta':
        return sendDelta(send, event)
      case 'run.rewound':
        return send({ event: event.type, id: positionText(event.to), data: { to: positionText(event.to) } })
      case 'run.snapshot':
        return sendAt(send, event, { message: messageBody(event.message) })
      case 'message.finished':
        return send({
          event: event.type,
          data: { message: messageBody(event.message), receipt: event.receipt },
        })
      case 'run.ended':
        return send({ event: event.type, data: { status: event.status, error: event.error } })
      case 'run.started':
        return sendAt(send, event, event.run)
      case 'run.part':
        return sendAt(send, event, { part: event.part, value: event.value })
      case 'run.retrying':
        return sendAt(send, event, {
          attempt: event.attempt,
          afterMs: event.afterMs,
          reason: event.reason,
        })
    }
  }

const sendAt = (
  send: Send,
  { type, position }: { type: Followed['type']; position: RunPosition },
  data: unknown,
) => send({ event: type, id: positionText(position), data })

const deltaCharsMax = 16 * 1024

/** A long text goes in steps, so that a reader on a poor line has got somewhere when it is cut off. */
function sendDelta(send: Send, event: Extract<Followed, { type: 'run.delta' }>): void {
  const { type, part, kind, position } = event
  if (event.text.length <= deltaCharsMax) return sendAt(send, event, { part, kind, text: event.text })
  let bytes = position.bytes - utf8Bytes(event.text)
  for (let rest = event.text; rest !== '';) {
    const text = rest.slice(0, stepOf(rest))
    rest = rest.slice(text.length)
    bytes += utf8Bytes(text)
    sendAt(send, { type, position: { ...position, bytes } }, { part, kind, text })
  }
}

/** Never between the two halves of a character. */
function stepOf(text: string): number {
  if (text.length <= deltaCharsMax) return text.length
  const last = text.charCodeAt(deltaCharsMax - 1)
  return last >= 0xd800 && last <= 0xdbff ? deltaCharsMax - 1 : deltaCharsMax
}

/** Where a reader wants to go on: named by itself, or by its browser. Null is the beginning. */
export function positionAsked(request: Request, after: string | undefined): RunPosition | null {
  const named = after ?? request.headers.get('last-event-id') ?? ''
  if (named === '') return null
  const position = positionFrom(named)
  if (position) return position
  throw new ThreadkeepError(
    'malformed',
    'This is no position in a run.',
    'Send the id of the last event that arrived, or leave it out to begin at the beginning.',
  )
}

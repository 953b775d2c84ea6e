// What a handler works with: the doors it was handed, and what the app made of them once.

import { ThreadkeepError } from '../core/errors.ts'
import type { Answer } from './answer.ts'
import { type CommitNews, pause } from './commit-news.ts'
import { Cursors } from './cursor.ts'
import type { Doors } from './doors.ts'
import { traceOf } from './errors.ts'
import type { Asked } from './route.ts'
import { eventStream, type Send } from './sse.ts'
import { StoreTrouble } from './store-trouble.ts'
import { Tally } from './tally.ts'

export type Room = Doors & {
  readonly cursors: Cursors
  readonly limits: RoomLimits
  readonly tally: Tally
  readonly trouble: StoreTrouble
  readonly news: CommitNews
  /** openapi.json, made when it is first asked for. */
  readonly document: () => string
}

/** What holds where the settings say nothing. */
const limits = {
  /** A text of 1 MiB in which every character needs an escape, and everything that may stand beside it. */
  bodyBytesMax: (2 * 1024 + 256) * 1024,
  answerTimeoutMs: 120_000,
  heartbeatMs: 15_000,
  waitingBytesMax: 1024 * 1024,
  changesPollMs: 1000,
}
export type RoomLimits = typeof limits

export function roomOf(doors: Doors, document: () => string): Room {
  const { settings } = doors
  const given = Object.entries(limits).map(([name, usual]) => [name, Reflect.get(settings, name) ?? usual])
  const kept = Object.fromEntries(given) as RoomLimits
  return {
    ...doors,
    cursors: new Cursors(doors.cursorSecret),
    limits: kept,
    tally: new Tally(),
    trouble: new StoreTrouble(doors.log),
    news: doors.news ?? { next: (_user, _since, signal) => pause(kept.changesPollMs, signal) },
    document,
  }
}

/** Opens a stream of events. Its route is told by the signal when nobody listens any more. */
export function streamed(
  { closing, log, limits, tally }: Room,
  { request }: Pick<Asked, 'request'>,
  follow: (send: Send, signal: AbortSignal) => Promise<void>,
): Answer {
  const type = 'text/event-stream; charset=utf-8'
  const headers = { 'x-accel-buffering': 'no' }
  if (request.method === 'HEAD') return { status: 200, body: '', type, headers }
  const report = (fault: unknown) => {
    if (fault instanceof ThreadkeepError && fault.code !== 'internal') return
    log({ level: 'error', what: 'A stream was cut by a fault.', ...traceOf(fault) })
  }
  const counted = (send: Send, signal: AbortSignal) => tally.stream(() => follow(send, signal))
  return { status: 200, body: eventStream(counted, { ...limits, closing, report }), type, headers }
}

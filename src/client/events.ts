// The events of one run from wherever a reader is to its end, over as many connections as it takes.

import { ThreadkeepError } from '../core/errors.ts'
import type { Part } from '../core/part.ts'
import type { Receipt } from '../core/receipt.ts'
import type { RunError, RunStatus } from '../core/run.ts'
import { positionFrom, type RunEntry, type RunPosition } from '../core/run-log.ts'
import { type Asked, type Door, path, told } from './door.ts'
import { cutFault, strange } from './errors.ts'
import { dataOf, type ServerEvent, serverEvents, StreamCut } from './event-stream.ts'
import type { RetryOptions } from './retry.ts'
import type { Transcript } from './transcript.ts'
import type { Message, MessageKept } from './wire.ts'

/** What happens to an answer, by the names that it has on the wire. */
export type AnswerEvent =
  | ({ type: 'message.kept' } & MessageKept)
  | ({ type: 'run.started' } & RunBegun)
  /** Words to put after those that are there. `position` is how far the answer goes with them. */
  | { type: 'run.delta'; position: string; part: number; kind: 'text' | 'reasoning'; text: string }
  /** A whole piece that is not words: a tool call, its result, a source. */
  | { type: 'run.part'; position: string; part: number; value: Part }
  | { type: 'run.retrying'; attempt: number; afterMs: number; reason: string }
  /** What came beyond this position did not survive a crash: drop it. */
  | { type: 'run.rewound'; to: string }
  /** The whole answer so far: put it in the place of all that came before. */
  | { type: 'run.snapshot'; position: string | null; message: Message }
  | { type: 'run.ended'; status: RunStatus; error: RunError | null }
  /** Always the last. */
  | { type: 'message.finished'; message: Message; receipt: Receipt | null }

export type RunBegun = {
  runId: string
  threadId: string
  messageId: string
  replyId: string
  attempt: number
}

/** Where a run is read: known from the start, or after the request that starts it has been answered. */
export type RunSource = {
  threadId: string
  runId: string | null
  start: Asked | null
  /** The patience until it is kept. */
  retry?: RetryOptions | undefined
}

/** Ends after `message.finished`, or throws. What was cut is taken up again where it was cut. */
export async function* runEvents(
  door: Door,
  source: RunSource,
  transcript: Transcript,
  signal: AbortSignal | undefined,
): AsyncGenerator<AnswerEvent> {
  let patience = door.patience(signal, source.retry)
  const said = new Set<string>()
  let { runId } = source
  for (;;) {
    const asked =
      runId === null ? startOf(source, signal) : resumption(source.threadId, runId, transcript, signal)
    const body = await door.stream(asked, patience)
    try {
      for await (const event of serverEvents(body, door.silenceMsMax, signal)) {
        const news = newsOf(event, transcript)
        if (news === null || isRepeated(news, said)) continue
        if (!isIdle(news)) patience.refresh()
        yield news
        if (news.type === 'message.kept') {
          patience = door.patience(signal)
          runId = news.runId ?? unanswered(news)
        }
        if (news.type === 'message.finished') return
      }
    } catch (cut) {
      if (!(cut instanceof StreamCut)) throw cut
      await patience.wait(cutFault(told(asked), cut))
    }
  }
}

function startOf({ start }: RunSource, signal: AbortSignal | undefined): Asked {
  if (!start)
    throw new Error('Threadkeep is wrong about itself: a run without an id has a request that starts it')
  return { ...start, signal }
}

function resumption(
  threadId: string,
  runId: string,
  { position }: Transcript,
  signal: AbortSignal | undefined,
): Asked {
  const query = { after: position ?? undefined }
  return { method: 'GET', path: path`/v1/threads/${threadId}/runs/${runId}/events`, query, signal }
}

/** What an event adds to what is known; null when it adds nothing. */
function newsOf(raw: ServerEvent, transcript: Transcript): AnswerEvent | null {
  const data = dataOf(raw) as Record<string, unknown>
  const position = raw.id === null ? null : positionFrom(raw.id)
  switch (raw.event) {
    case 'run.delta':
      return entryNews(
        { ...data, type: 'delta', kind: data['kind'] ?? 'text' } as RunEntry,
        position,
        transcript,
      )
    case 'run.part':
      return entryNews({ ...data, type: 'part' } as RunEntry, position, transcript)
    case 'run.rewound': {
      const to = positionFrom(String(data['to']))
      if (!to) throw strange('A stream', `a run.rewound to ${String(data['to'])}`)
      transcript.rewind(to)
      return { type: 'run.rewound', to: String(data['to']) }
    }
    case 'run.snapshot': {
      const message = data['message'] as Message
      transcript.replace(message, position)
      return { type: 'run.snapshot', position: transcript.position, message }
    }
    case 'message.finished':
      transcript.replace(data['message'] as Message, null)
      return { type: raw.event, ...data } as AnswerEvent
    case 'message.kept':
    case 'run.started':
    case 'run.retrying':
    case 'run.ended':
      return { type: raw.event, ...data } as AnswerEvent
    default:
      return null // A newer house may say more than we know.
  }
}

function entryNews(
  entry: RunEntry,
  position: RunPosition | null,
  transcript: Transcript,
): AnswerEvent | null {
  if (!position) throw strange('A stream', `a run.${entry.type} without a position`)
  const fresh = transcript.take(entry, position)
  if (fresh === 'gap') throw new StreamCut('the stream left something out')
  if (fresh === null) return null
  return { ...fresh, type: `run.${fresh.type}`, position: transcript.position } as AnswerEvent
}

/** A stream that says no more than this before each cut would be taken up for ever. */
const isIdle = ({ type }: AnswerEvent): boolean =>
  type === 'run.rewound' || type === 'run.retrying' || type === 'run.snapshot'

/** What is said again after a cut, and is no news the second time. */
function isRepeated(event: AnswerEvent, said: Set<string>): boolean {
  const repeatable = ['message.kept', 'run.started', 'run.retrying', 'run.ended']
  if (!repeatable.includes(event.type)) return false
  const name = event.type === 'run.retrying' ? `${event.type} ${event.attempt}` : event.type
  if (said.has(name)) return true
  said.add(name)
  return false
}

function unanswered({ message }: MessageKept): never {
  throw new ThreadkeepError(
    'unavailable',
    `The message "${message.id}" is kept, and nothing answers it yet.`,
    'Read the thread again later; the same send with the same id asks for the answer again.',
    { messageId: message.id },
  )
}

// Everything of a run from a position on, whether it is alive here or at another node, ended a moment ago, or was folded into its
// message long since. The end is always told.

import { ThreadkeepError } from '../core/errors.ts'
import type { Message } from '../core/message.ts'
import type { Part } from '../core/part.ts'
import type { Receipt } from '../core/receipt.ts'
import { type RunEntry, RunLog, type RunPosition, startOfRun } from '../core/run-log.ts'
import type { Run, RunStatus } from '../core/run.ts'
import type { Store } from '../core/store.ts'
import type { Chat } from './chat.ts'
import type { HeardRun, Notice } from './heard-run.ts'
import { runOf } from './known-run.ts'
import type { LiveRun } from './live.ts'

type RunFacts = { runId: string; threadId: string; messageId: string; replyId: string; attempt: number }

export type Followed =
  | { type: 'run.started'; position: RunPosition; run: RunFacts }
  | { type: 'run.delta'; position: RunPosition; part: number; kind: 'text' | 'reasoning'; text: string }
  | { type: 'run.part'; position: RunPosition; part: number; value: Part }
  | { type: 'run.retrying'; position: RunPosition; attempt: number; afterMs: number; reason: string }
  | { type: 'run.rewound'; to: RunPosition }
  | { type: 'run.snapshot'; position: RunPosition; message: Message }
  | { type: 'run.ended'; status: RunStatus; error: unknown }
  | { type: 'message.finished'; message: Message; receipt: Receipt }

export type Deliver = (event: Followed) => void

/** Resolves when the end was delivered or the signal aborted. A null position is the beginning. */
export async function follow(
  chat: Chat,
  user: string,
  runId: string,
  after: RunPosition | null,
  deliver: Deliver,
  signal: AbortSignal,
): Promise<void> {
  const run = await runOf(chat, user, runId)
  const start = startOfRun(run.epoch)
  if (after === null) deliver({ type: 'run.started', position: start, run: factsOf(run) })
  const live = chat.live.get(user, runId)
  if (live) return chat.live.attend(followLive(chat, live, after ?? start, deliver, signal))
  if (run.status === 'running') return followElsewhere(chat, run, after ?? start, deliver, signal)
  await recount(chat, run, after ?? start, deliver)
  if (!signal.aborted) await tellEnd(chat, run, deliver)
}

/** Where its end could not be written here, another may write it. */
async function followLive(
  chat: Chat,
  live: LiveRun,
  after: RunPosition,
  deliver: Deliver,
  signal: AbortSignal,
): Promise<void> {
  const { user, runId } = live.ids
  const reached = await hear(live, rewound(live.log, after, deliver), deliver, signal)
  if (signal.aborted) return
  const run = await runOf(chat, user, runId)
  if (run.status === 'running') return followElsewhere(chat, run, reached, deliver, signal)
  // Somebody else ended it with what was written down by then, and more than that may have been heard.
  if (live.isLost) await recount(chat, run, reached, deliver)
  if (!signal.aborted) await tellEnd(chat, run, deliver)
}

/** Resolves with how far it was heard. */
async function hear(
  heard: HeardRun,
  position: RunPosition,
  deliver: Deliver,
  signal: AbortSignal,
): Promise<RunPosition> {
  if (signal.aborted) return position
  const left = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => left.resolve(), { once: true })
  const listener = {
    position,
    words: (entries: RunEntry[], reached: RunPosition) => tell(entries, heard.log, reached, deliver),
    notice: (notice: Notice) => {
      if (notice.type === 'retrying')
        deliver({ ...notice, type: 'run.retrying', position: heard.log.position })
    },
    broke: left.reject,
  }
  const leave = heard.listen(listener)
  try {
    await Promise.race([heard.over, left.promise])
  } finally {
    leave()
  }
  return listener.position
}

/** At another node, or without an owner: its log is behind what a reader may have heard, until it grows or the run has ended. */
async function followElsewhere(
  chat: Chat,
  run: Run,
  after: RunPosition,
  deliver: Deliver,
  signal: AbortSignal,
): Promise<void> {
  const { heard, leave } = chat.live.elsewhere.watch(chat, run)
  try {
    const from = after.epoch === run.epoch ? after : rewound(heard.log, after, deliver)
    const reached = await hear(heard, from, deliver, signal)
    if (signal.aborted) return
    rewound(heard.log, reached, deliver)
    await tellEnd(chat, await runOf(chat, run.userId, run.id), deliver)
  } finally {
    leave()
  }
}

/** Over: what was written down, or the message that it was folded into. */
async function recount(chat: Chat, run: Run, after: RunPosition, deliver: Deliver): Promise<void> {
  const log = await writtenLog(chat.store, run)
  const message = await replyOf(chat, run)
  if (log.length === 0 && message.text !== '' && message.status !== 'pending') {
    deliver({ type: 'run.snapshot', position: after, message })
    return
  }
  tell(log.after(rewound(log, after, deliver)), log, log.position, deliver)
}

type Events = Pick<Store, 'runEvents'>

export const writtenLog = async (store: Events, run: Run): Promise<RunLog> =>
  (await writtenBatches(store, run)).log

/** The log, and of how many batches it is. */
export async function writtenBatches(store: Events, run: Run): Promise<{ log: RunLog; batches: number }> {
  const log = new RunLog(run.epoch)
  for (let ordinal = -1; ;) {
    const batches = await store.runEvents(run.userId, run.id, ordinal)
    for (const { events } of batches) for (const entry of JSON.parse(events) as RunEntry[]) log.append(entry)
    const last = batches.at(-1)
    if (!last) return { log, batches: ordinal + 1 }
    ordinal = last.ordinal
  }
}

/** A reader who is ahead of what survived, or comes from another epoch, is told how far to go back. */
function rewound(log: RunLog, after: RunPosition, deliver: Deliver): RunPosition {
  const start = startOfRun(log.epoch)
  if (after.epoch === log.epoch && !log.isAhead(after)) return after
  const to = after.epoch === log.epoch ? log.position : start
  deliver({ type: 'run.rewound', to })
  return to
}

function tell(entries: readonly RunEntry[], log: RunLog, reached: RunPosition, deliver: Deliver): void {
  for (const [i, entry] of entries.entries()) {
    const position = i === entries.length - 1 ? reached : positionAfter(entries, i, log, reached)
    if (entry.type === 'part') deliver({ type: 'run.part', position, part: entry.part, value: entry.value })
    else deliver({ type: 'run.delta', position, part: entry.part, kind: entry.kind, text: entry.text })
  }
}

/** Counted back from where the last entry reached. */
function positionAfter(
  entries: readonly RunEntry[],
  index: number,
  log: RunLog,
  reached: RunPosition,
): RunPosition {
  const rest = new RunLog(log.epoch, entries.slice(index + 1)).position
  return { epoch: reached.epoch, bytes: reached.bytes - rest.bytes, pieces: reached.pieces - rest.pieces }
}

async function tellEnd(chat: Chat, run: Run, deliver: Deliver): Promise<void> {
  const message = await replyOf(chat, run)
  deliver({ type: 'run.ended', status: run.status, error: run.error })
  deliver({ type: 'message.finished', message, receipt: await receiptOf(chat, run, message) })
}

async function replyOf(chat: Chat, run: Run): Promise<Message> {
  const message = await chat.store.message(run.userId, run.threadId, run.replyId)
  if (message) return message
  throw new ThreadkeepError(
    'deleted',
    `The thread of the run "${run.id}" is in the bin.`,
    'Restore it first.',
  )
}

async function receiptOf(chat: Chat, run: Run, message: Message): Promise<Receipt> {
  const thread = await chat.store.thread(run.userId, run.threadId)
  return {
    id: message.id,
    seq: message.seq,
    changeSeq: thread?.changeSeq ?? 0,
    position: chat.store.position(),
    durability: chat.store.durability,
    result: 'kept',
    forked: false,
    headId: thread?.headId ?? null,
  }
}

const factsOf = ({ id, threadId, messageId, replyId, attempt }: Run): RunFacts => ({
  runId: id,
  threadId,
  messageId,
  replyId,
  attempt,
})

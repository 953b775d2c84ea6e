// All that the page knows of one thread at one moment, and what follows from it for what is shown.

import type { Message, MessageKept, Receipt } from '../../src/client/client.ts'
import { emptyWindow, type PathWindow, upTo } from './path-window.ts'
import type { Unsent } from './unsent.ts'

export type Phase =
  | 'loading'
  | 'ready'
  /** It could not be read; what is known of it is shown if there is any. */
  | 'failed'
  /** Not here, or another's. */
  | 'missing'
  | 'binned'

export type Reading = {
  /** Any message of the branch. */
  through: string
  /** Its end, where the next message goes. */
  leafId: string
}

export type ThreadView = {
  readonly phase: Phase
  readonly fault: { readonly message: string; readonly hint: string } | null
  readonly window: PathWindow
  readonly headId: string | null
  /** A branch that is looked at and is not the one that the thread shows. */
  readonly reading: Reading | null
  /** Said here and kept beside the path, because somebody else had said something there meanwhile. */
  readonly strays: readonly Message[]
  /** Said here and not known to be kept, oldest first. */
  readonly unsent: readonly Unsent[]
  /** The newest that was said on this very page, and not in another tab. */
  readonly saidHere: string | null
  /** The house cannot be reached: what is shown may be old. */
  readonly isAway: boolean
  /** When the house last said what is shown; null: never. */
  readonly readAt: number | null
  /** How safe the messages said here are, as their receipts said. */
  readonly durability: Receipt['durability'] | null
}

export const blankView: ThreadView = {
  phase: 'loading',
  fault: null,
  window: emptyWindow,
  headId: null,
  reading: null,
  strays: [],
  unsent: [],
  saidHere: null,
  isAway: false,
  readAt: null,
  durability: null,
}

export type Entry = { readonly key: string; readonly message: Message; readonly unsent: Unsent | null }

/** What stands on the page from top to bottom. What is not kept yet stands where it will go. */
export function entriesOf({ window, unsent }: Pick<ThreadView, 'window' | 'unsent'>): Entry[] {
  const placed = unsent.filter(({ id }) => !window.messages.some((message) => message.id === id))
  const edit = placed.find(({ parentId }) => parentId !== undefined)
  const shown = edit ? (upTo(window, edit.parentId ?? null) ?? window) : window
  const kept = shown.messages.map((message) => ({ key: message.id, message, unsent: null }))
  return [...kept, ...placed.map((unsent) => ({ key: unsent.id, message: sketchOf(unsent), unsent }))]
}

/** Where the next message goes: after the newest of the branch that is looked at, else after the head. */
export const leafOf = ({ reading, headId }: ThreadView): string | null => reading?.leafId ?? headId

/** Answers that are being given on this page. */
export const pendingOf = ({ window }: ThreadView): Message[] =>
  window.messages.filter(({ status }) => status === 'pending')

/** What was said here last, for whoever wants to mend it; what waits is mended as well. */
export function lastOwn({ window, unsent }: ThreadView): Message | undefined {
  const waiting = unsent.findLast(({ isSpooled }) => !isSpooled)
  if (waiting) return sketchOf(waiting)
  return window.messages.findLast(({ role, status }) => role === 'user' && status !== 'deleted')
}

const blankMessage = {
  parentId: null,
  personaId: null,
  personaVersion: null,
  sessionId: null,
  runId: null,
  siblings: { index: 0, count: 1, ids: [] },
  provider: null,
  model: null,
  usage: null,
  tag: null,
  intent: null,
  confidence: null,
  entities: null,
  sources: null,
  metadata: null,
  origin: null,
  finishedAt: null,
}

/** An unsent message as the house will show it. */
function sketchOf({ id, threadId, text, at, parentId }: Unsent): Message {
  const createdAt = new Date(at).toISOString()
  return {
    ...blankMessage,
    id,
    threadId,
    seq: Infinity,
    parentId: parentId ?? null,
    role: 'user',
    status: 'complete',
    text,
    createdAt,
    finishedAt: createdAt,
  }
}

/** The answer to a message that was kept a moment ago, before the house has told more of it. */
export function replySketch(
  { message, replyId, runId }: MessageKept & { replyId: string },
  personaId: string | null,
): Message {
  return {
    ...blankMessage,
    id: replyId,
    threadId: message.threadId,
    seq: message.seq + 1,
    parentId: message.id,
    role: 'assistant',
    status: 'pending',
    text: '',
    personaId,
    runId,
    createdAt: message.finishedAt ?? message.createdAt,
  }
}

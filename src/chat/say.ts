// Something is said: one commit that holds the message and, where an answer is wanted, the run and the pending answer; only then is
// the model asked.

import type { Change, Commit, MessageSaid, RunStarted, Words } from '../core/change.ts'
import { ThreadkeepError } from '../core/errors.ts'
import type { MessageNotes, Role } from '../core/message.ts'
import { resolvePersona } from '../core/persona.ts'
import { type Kept, keptOrThrow, type Outcome } from '../core/receipt.ts'
import type { Thread, ThreadGiven } from '../core/thread.ts'
import { answer } from './answer.ts'
import type { Chat, KnownPersona } from './chat.ts'
import type { LiveRun } from './live.ts'
import { usualPace } from './pace.ts'

export type SayAsked = {
  threadId: string
  id?: string
  words: Words
  role?: Role
  reply: boolean
  personaId?: string | null
  /** Create the thread in the same commit if it is not there. */
  thread?: ThreadGiven
  parentId?: string | null
  expectedHead?: string | null
  notes?: MessageNotes
  origin?: string | null
}

/** `live` is the run in this process, if it is still going; also for a replay of the message that started it. */
export type Said = {
  kept: Kept
  live: LiveRun | null
  /** What was said and waits in the spool: the store cannot be asked for it yet. */
  waiting?: { said: MessageSaid; at: number }
}

export async function say(chat: Chat, user: string, asked: SayAsked): Promise<Said> {
  const role = asked.role ?? 'user'
  if (asked.reply && role !== 'user')
    throw new ThreadkeepError(
      'invalid',
      `A message of the role "${role}" asks for no answer.`,
      'Send it with reply: false.',
    )
  const persona = asked.reply ? await personaOrLater(chat, user, asked) : null
  const messageId = asked.id ?? chat.newId()
  const said = saidChange(asked, role, messageId)
  const first = { threadId: asked.threadId, messageId, attempt: 'first' as const }
  const started =
    persona &&
    (persona === 'later' ? laterChange(chat, asked, first) : startedChange(chat, { ...first, persona }))
  const changes: Change[] = []
  if (asked.thread)
    changes.push({ kind: 'thread.created', threadId: asked.threadId, unless: 'there', ...asked.thread })
  changes.push(said)
  if (started) changes.push(started)
  const at = chat.now()
  const kept = keptOrThrow(await keep(chat, persona === 'later', { user, at, changes }))
  if (kept.receipt.durability === 'spooled') return { kept, live: null, waiting: { said, at } }
  const isNow = persona !== null && persona !== 'later'
  return { kept, live: isNow ? wake(chat, user, kept, started?.runId ?? '', messageId, persona) : null }
}

/** Who answers is asked of the store; while it is away and there is a spool, that can wait until it is back. */
async function personaOrLater(chat: Chat, user: string, asked: SayAsked): Promise<KnownPersona | 'later'> {
  try {
    return await personaFor(chat, user, asked.threadId, asked.personaId, asked.thread)
  } catch (fault) {
    const isAway = fault instanceof ThreadkeepError && fault.code === 'unavailable'
    if (!isAway || !chat.store.commitLater) throw fault
    return 'later'
  }
}

const keep = ({ store }: Chat, isLater: boolean, commit: Commit): Promise<Outcome> =>
  isLater && store.commitLater ? store.commitLater(commit) : store.commit(commit)

function saidChange(asked: SayAsked, role: Role, id: string): MessageSaid {
  const { threadId, words, parentId, expectedHead, notes, origin } = asked
  return {
    kind: 'message.said',
    threadId,
    id,
    role,
    ...words,
    ...(parentId === undefined ? null : { parentId }),
    ...(expectedHead === undefined ? null : { expectedHead }),
    ...(role === 'assistant' && asked.personaId ? { personaId: asked.personaId } : null),
    ...(origin === undefined ? null : { origin }),
    ...notes,
  }
}

type StartedAsked = {
  threadId: string
  messageId: string
  attempt: 'first' | 'another'
  persona: KnownPersona
  replyId?: string | undefined
}

export function startedChange(chat: Chat, { threadId, messageId, attempt, persona, replyId }: StartedAsked) {
  return {
    kind: 'run.started' as const,
    threadId,
    messageId,
    attempt,
    runId: chat.newId(),
    replyId: replyId ?? chat.newId(),
    ...startedBy(chat, persona),
  }
}

/** Who answers, by which model, and whose it is to bring it to its end. */
export const startedBy = (chat: Chat, persona: KnownPersona) => ({
  personaId: persona.definition.id,
  personaVersion: persona.version,
  provider: chat.model.provider,
  model: chat.model.name,
  ...ownedBy(chat),
})

const ownedBy = ({ owner, pace }: Chat) => ({ owner, leaseMs: (pace ?? usualPace).leaseMs })

/** Who answers is said when the store is back; a persona that was asked for by name is known already. */
const laterChange = (
  chat: Chat,
  { personaId }: SayAsked,
  first: Pick<RunStarted, 'threadId' | 'messageId' | 'attempt'>,
): RunStarted => ({
  kind: 'run.started',
  ...first,
  runId: chat.newId(),
  replyId: chat.newId(),
  ...(personaId ? { personaId } : null),
  ...ownedBy(chat),
})

/** The run that this commit started begins to be answered; one that an earlier send started is only looked up. */
export function wake(
  chat: Chat,
  user: string,
  kept: Kept,
  runId: string,
  messageId: string,
  persona: KnownPersona,
): LiveRun | null {
  const { run, threadId } = kept
  if (!run || threadId === null) return null
  if (run.runId !== runId) return chat.live.get(user, run.runId) ?? null
  const { replyId, attempt, epoch } = run
  const live = chat.live.open({ user, threadId, runId, messageId, replyId, attempt, epoch })
  void answer(chat, live, persona)
  return live
}

export async function personaFor(
  chat: Chat,
  user: string,
  threadId: string,
  requested: string | null | undefined,
  given?: ThreadGiven,
): Promise<KnownPersona> {
  const [thread, owner] = await Promise.all([chat.store.thread(user, threadId), chat.store.user(user)])
  const wishes = { requested, thread: wishOf(thread, given), user: owner?.defaultPersonaId }
  const { personaId } = resolvePersona(
    wishes,
    chat.personas.map(({ definition }) => definition),
  )
  const found = chat.personas.find(({ definition }) => definition.id === personaId)
  if (found) return found
  throw new ThreadkeepError(
    'internal',
    `The default persona "${personaId}" is not among those that are known.`,
    'Put its file back into src/personas.',
  )
}

const wishOf = (thread: Thread | null, given: ThreadGiven | undefined) =>
  thread?.defaultPersonaId ?? given?.defaultPersonaId

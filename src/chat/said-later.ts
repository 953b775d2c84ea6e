// What was said while the store was away goes into it now: who answers is decided, and the answer begins on this node.

import type { Commit, RunStarted, ThreadCreated } from '../core/change.ts'
import { ThreadkeepError } from '../core/errors.ts'
import type { Kept } from '../core/receipt.ts'
import type { Chat, KnownPersona } from './chat.ts'
import { personaFor, startedBy, wake } from './say.ts'

const answersAtOnceMax = 100
const lookEveryMs = 50

export type SettledSaid = { commit: Commit; begin: (kept: Kept) => Promise<void> }

export async function settleSaid(chat: Chat, commit: Commit): Promise<SettledSaid> {
  const asked = commit.changes.find((change) => change.kind === 'run.started')
  if (!asked) return { commit, begin: async () => {} }
  await room(chat)
  const persona = await personaThen(chat, commit, asked)
  if (!persona) {
    const changes = commit.changes.filter((change) => change !== asked)
    return { commit: { ...commit, changes }, begin: async () => {} }
  }
  const started = { ...asked, ...startedBy(chat, persona) }
  const changes = commit.changes.map((change) => (change === asked ? started : change))
  return {
    commit: { ...commit, changes },
    begin: (kept) => begin(chat, commit.user, kept, started, persona),
  }
}

/** After a long outage many answers are owed: no provider is asked for all of them at once. */
async function room({ live }: Chat): Promise<void> {
  while (live.size >= answersAtOnceMax) await new Promise((resolve) => setTimeout(resolve, lookEveryMs))
}

/** The message is worth keeping also where nobody is left who could answer it. */
async function personaThen(chat: Chat, commit: Commit, asked: RunStarted): Promise<KnownPersona | null> {
  const given = commit.changes.find((change): change is ThreadCreated => change.kind === 'thread.created')
  try {
    return await personaFor(chat, commit.user, asked.threadId, asked.personaId, given)
  } catch (fault) {
    if (!(fault instanceof ThreadkeepError) || fault.code !== 'unknown_persona') throw fault
    chat.report('a message that waited is kept without an answer', fault)
    return null
  }
}

/** A run that was kept before the line was cut is answered only if nobody has ended it meanwhile. */
async function begin(
  chat: Chat,
  user: string,
  kept: Kept,
  { runId, messageId }: RunStarted,
  persona: KnownPersona,
): Promise<void> {
  if (kept.run?.runId !== runId || chat.live.get(user, runId)) return
  if (kept.result === 'replayed') {
    const run = await chat.store.run(user, runId)
    if (run?.status !== 'running' || run.owner !== chat.owner) return
  }
  wake(chat, user, kept, runId, messageId, persona)
}

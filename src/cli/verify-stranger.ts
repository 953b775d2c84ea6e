// What somebody else learns of a conversation: at every door the same as of one that never was.

import type { Client, Message } from '../client/client.ts'
import { ThreadkeepError } from '../core/errors.ts'
import { holds } from './verify-step.ts'
import type { Visitors } from './verify-visitors.ts'

type Names = { threadId: string; messageId: string; runId: string }

const doors = {
  'its thread': (client: Client, { threadId }: Names) => client.threads.get(threadId),
  'its messages': (client: Client, { threadId }: Names) => client.messages.page(threadId),
  'its message': (client: Client, { threadId, messageId }: Names) => client.messages.get(threadId, messageId),
  'its run': (client: Client, { threadId, runId }: Names) => client.run(threadId, runId),
  'its answer': (client: Client, { threadId, runId }: Names) => client.follow(threadId, runId).finished,
  'its stop': (client: Client, { threadId }: Names) => client.stop(threadId),
  'a word in it': (client: Client, { threadId }: Names) => client.messages.keep(threadId, { text: 'Mine.' }),
  'its end': (client: Client, { threadId }: Names) => client.threads.bin(threadId, { forever: true }),
} as const

export async function lookFrom(
  { other: { client }, threadId, id }: Visitors & { threadId: string; id: string },
  { runId }: Message,
): Promise<{ words: string }> {
  const theirs = { threadId, messageId: id, runId: runId ?? '' }
  const nobodys = { threadId: client.newId(), messageId: client.newId(), runId: client.newId() }
  for (const [what, ask] of Object.entries(doors)) {
    const there = await refusal(() => ask(client, theirs), theirs)
    holds(there !== null, `Somebody else was let in: ${what}.`)
    holds(there.status === 404, `Somebody else was refused with ${there.status ?? 'no status'} instead of 404: ${what}.`) // prettier-ignore
    const absent = await refusal(() => ask(client, nobodys), nobodys)
    holds(JSON.stringify(there) === JSON.stringify(absent), `Somebody else can tell that it is there: ${what}.`) // prettier-ignore
  }
  return { words: `Somebody else is told at ${Object.keys(doors).length} doors what they are told of what never was: 404.` } // prettier-ignore
}

type Refusal = { status: number | undefined; code: string; message: string; hint: string; details: object }

/** Without what differs in any case: the names that were asked for, and the number of the request. */
async function refusal(ask: () => Promise<unknown>, names: Names): Promise<Refusal | null> {
  try {
    await ask()
    return null
  } catch (fault) {
    if (!(fault instanceof ThreadkeepError)) throw fault
    const { status, requestId: _, ...details } = (fault.details ?? {}) as { status?: number; requestId?: string } // prettier-ignore
    const nameless = Object.entries(names).reduce((text, [name, id]) => text.replaceAll(id, name), fault.message) // prettier-ignore
    return { status, code: fault.code, message: nameless, hint: fault.hint, details }
  }
}

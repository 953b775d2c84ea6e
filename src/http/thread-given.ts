// What a body says of a thread, as the changes that say it to the store.

import type { z } from 'zod'
import type { Chat } from '../chat/chat.ts'
import type { Change } from '../core/change.ts'
import type { ThreadGiven } from '../core/thread.ts'
import { keptJson } from './kept-json.ts'
import { knownPersonaId } from './persona-named.ts'
import type { threadGiven, threadPatch } from './shapes/thread.ts'

export function threadGivenOf(given: z.output<typeof threadGiven>, chat: Chat): ThreadGiven {
  const { title, externalKey } = given
  return defined({ title, externalKey, ...keptFields(given, chat) })
}

/** Everything that one PATCH names, in one commit. */
export function threadPatched(threadId: string, patch: z.output<typeof threadPatch>, chat: Chat): Change[] {
  const { title, headId, archived, pinned } = patch
  const changed = defined({ archived, pinned, ...keptFields(patch, chat) })
  const changes: Change[] = []
  if (title !== undefined) changes.push({ kind: 'thread.renamed', threadId, title, titledBy: 'user' })
  if (Object.keys(changed).length > 0) changes.push({ kind: 'thread.changed', threadId, ...changed })
  if (headId !== undefined) changes.push({ kind: 'head.moved', threadId, messageId: headId })
  return changes
}

type Kept = Pick<z.output<typeof threadGiven>, 'defaultPersonaId' | 'context' | 'metadata'>

const keptFields = ({ defaultPersonaId, context, metadata }: Kept, { personas }: Chat) => ({
  defaultPersonaId: knownPersonaId(defaultPersonaId, personas),
  context: keptJson(context, 'context'),
  metadata: keptJson(metadata, 'metadata'),
})

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** Without the fields that nobody named: left out means as it was. */
export const defined = <T extends object>(fields: T): Defined<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>

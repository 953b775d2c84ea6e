// What a body says to be said, as the chat takes it; and what a caller of this kind may not say.

import type { SayAsked } from '../chat/say.ts'
import type { Words } from '../core/change.ts'
import { ThreadkeepError } from '../core/errors.ts'
import { type MessageNotes, type Role, roleOf } from '../core/message.ts'
import type { Principal } from '../core/principal.ts'
import { must } from '../core/assert.ts'
import { keptJson } from './kept-json.ts'
import { knownPersonaId } from './persona-named.ts'
import type { Room } from './room.ts'
import type { Asked } from './route.ts'
import type { Sent } from './shapes/message.ts'
import { defined, threadGivenOf } from './thread-given.ts'

type SendAsked = Pick<Asked<'/:threadId', unknown, Sent>, 'params' | 'body' | 'principal'>

export function sayAsked({ params, body, principal }: SendAsked, { chat }: Room): SayAsked {
  const { id, parentId, expectedHead, reply, thread } = body
  const role = must(roleOf(body.role), 'the schema lets only known roles through')
  refuseRole(role, principal)
  return {
    threadId: params.threadId,
    words: wordsOf(body),
    role,
    reply,
    notes: notesOf(body),
    origin: originOf(role, principal),
    ...defined({ id, parentId, expectedHead, personaId: knownPersonaId(body.personaId, chat.personas) }),
    ...(thread ? { thread: threadGivenOf(thread, chat) } : null),
  }
}

const wordsOf = ({ text, parts }: Sent): Words => (parts ? { parts } : { text: text ?? '' })

const notesOf = ({ tag, intent, confidence, entities, sources, metadata }: Sent): MessageNotes =>
  defined({
    tag,
    intent,
    confidence,
    entities: keptJson(entities, 'entities'),
    sources: keptJson(sources, 'sources'),
    metadata: keptJson(metadata, 'metadata'),
  })

/** What the user says needs no origin; what is put beside it by somebody else says through which credential it came. */
const originOf = (role: Role, principal: Principal | null): string | null =>
  role === 'user' ? null : (principal?.by ?? null)

function refuseRole(role: Role, principal: Principal | null): void {
  if (role === 'user' || role === 'assistant' || principal?.by === 'embedder') return
  throw new ThreadkeepError(
    'forbidden',
    `A message of the role "${role}" may only come from the program that embeds this house. Nothing was written.`,
    'Send the role "user" or "assistant".',
  )
}

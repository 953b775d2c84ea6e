// One page of a thread as the text of a body: as the engine made it, unless an answer on it is still being written.

import { z } from 'zod'
import { withPartials } from '../chat/pending.ts'
import { assert } from '../core/assert.ts'
import type { MessagePage, MessagesAsked } from '../core/store.ts'
import type { Answer } from './answer.ts'
import { whyAbsent } from './message-read.ts'
import { personaFilter } from './persona-named.ts'
import type { Room } from './room.ts'
import { isStale, staleHeader } from './stale.ts'
import { id, pageRows, seq, words } from './shapes/fields.ts'
import { messageBody } from './shapes/message.ts'
import { defined } from './thread-given.ts'

const pageRowsUsual = 20

export const pageAsked = z
  .strictObject({
    limit: pageRows.default(pageRowsUsual),
    before: seq.optional(),
    after: seq.optional(),
    around: id.optional(),
    branch: id.optional(),
    persona: words('personaIdChars', 1).optional(),
  })
  .refine(({ around, before, after }) => around === undefined || (before ?? after) === undefined, {
    path: ['around'],
    message: 'A page is either around a message, or before or after a seq',
  })

export async function messagePage(
  room: Room,
  user: string,
  threadId: string,
  query: z.output<typeof pageAsked>,
): Promise<Answer> {
  const { limit, before, after, around, branch, persona } = query
  const personaId = persona === undefined ? undefined : personaFilter(persona, room.chat.personas)
  const asked: MessagesAsked = { limit, ...defined({ before, after, around, branch, personaId }) }
  const json = await room.store.messagesJson(user, threadId, asked)
  if (!json) throw await whyAbsent(room, user, { threadId, messageId: around ?? branch ?? '' })
  if (!json.pending) return bodyOf(user, json, json.json, staleHeader(room, json))
  const page = await room.store.messages(user, threadId, asked)
  if (!page) throw await whyAbsent(room, user, { threadId, messageId: around ?? branch ?? '' })
  const messages = await withPartials(room.chat, user, page.messages)
  return bodyOf(user, page, JSON.stringify(messages.map(messageBody)))
}

type PageFacts = Pick<MessagePage, 'userId' | 'headId' | 'hasMore'>

function bodyOf(
  user: string,
  { userId, headId, hasMore }: PageFacts,
  messages: string,
  headers: Answer['headers'] = {},
): Answer {
  assert(userId === user, 'a page goes only to its owner')
  const stale = isStale(headers) ? { stale: true } : null
  const rest = JSON.stringify({ headId, hasMore, ...stale }).slice(1)
  return { status: 200, body: `{"messages":${messages},${rest}`, headers }
}

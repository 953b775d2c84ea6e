// Messages: said, read a page at a time, thrown away and taken back.

import { z } from 'zod'
import { say } from '../../chat/say.ts'
import { keptOrThrow } from '../../core/receipt.ts'
import { ok, written } from '../answer.ts'
import { messagePage, pageAsked } from '../message-page.ts'
import { messageOf } from '../message-read.ts'
import { mine, route } from '../route.ts'
import { answerTo } from '../answer-to.ts'
import { saidAnswers } from '../shapes/said.ts'
import { forever, maybeText } from '../shapes/fields.ts'
import { message, messageBody, sent } from '../shapes/message.ts'
import { receipt } from '../shapes/receipt.ts'
import { sayAsked } from '../say-asked.ts'

const one = '/v1/threads/:threadId/messages/:messageId'

export const messageRoutes = [
  route({
    method: 'GET',
    path: '/v1/threads/:threadId/messages',
    policy: mine('thread', 'read'),
    summary: 'A page of a thread, in the order in which it was said.',
    query: pageAsked,
    answers: {
      200: z.strictObject({
        messages: z.array(message),
        headId: maybeText,
        hasMore: z.strictObject({ before: z.boolean(), after: z.boolean() }),
        stale: z.literal(true).optional(),
      }),
    },
    handle: ({ user, params, query }, room) => messagePage(room, user, params.threadId, query),
  }),
  route({
    method: 'POST',
    path: '/v1/threads/:threadId/messages',
    policy: mine('thread', 'write'),
    summary:
      'Says something, and has it answered unless "reply" is false. Repeat it with the same id until it is acknowledged.',
    body: sent,
    streams: true,
    answers: saidAnswers,
    async handle(asked, room) {
      const said = await say(room.chat, asked.user, sayAsked(asked, room))
      return answerTo(room, asked, said)
    },
  }),
  route({
    method: 'GET',
    path: one,
    policy: mine('message', 'read'),
    summary: 'One message, wherever in the tree it stands.',
    answers: { 200: message },
    handle: async ({ user, params }, room) => ok(messageBody(await messageOf(room, user, params))),
  }),
  route({
    method: 'DELETE',
    path: one,
    policy: mine('message', 'write'),
    summary:
      'Puts the words of a message in the bin, or removes them at once everywhere. Its place in the tree stays.',
    query: forever,
    answers: { 200: z.strictObject({ receipt }) },
    async handle({ user, params, query }, { store, chat }) {
      const kind = query.forever ? ('message.forgotten' as const) : ('message.deleted' as const)
      const change = { kind, ...params }
      const { receipt } = keptOrThrow(await store.commit({ user, at: chat.now(), changes: [change] }))
      return written({}, receipt)
    },
  }),
  route({
    method: 'POST',
    path: `${one}/restore`,
    policy: mine('message', 'write'),
    summary: 'Takes the words of a message back out of the bin.',
    body: z.strictObject({}),
    answers: { 200: z.strictObject({ message, receipt }) },
    async handle({ user, params }, room) {
      const change = { kind: 'message.restored' as const, ...params }
      const outcome = await room.store.commit({ user, at: room.chat.now(), changes: [change] })
      const { receipt } = keptOrThrow(outcome)
      return written({ message: messageBody(await messageOf(room, user, params)) }, receipt)
    },
  }),
]

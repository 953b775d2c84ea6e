// Where the caller is in a thread: how far they have read, and what they have begun to write, the same on all their devices.

import { z } from 'zod'
import { keptOrThrow } from '../../core/receipt.ts'
import { ok, written } from '../answer.ts'
import { whyAbsent } from '../message-read.ts'
import type { Room } from '../room.ts'
import { mine, route } from '../route.ts'
import { place, placeBody, placeGiven } from '../shapes/place.ts'
import { receipt } from '../shapes/receipt.ts'
import { defined } from '../thread-given.ts'

const one = '/v1/threads/:threadId/place'

export const placeRoutes = [
  route({
    method: 'GET',
    path: one,
    policy: mine('thread', 'read'),
    summary: 'How far the caller has read in a thread, and what they have begun to write there.',
    answers: { 200: place },
    handle: async ({ user, params }, room) => ok(await placeOf(room, user, params.threadId)),
  }),
  route({
    method: 'PUT',
    path: one,
    policy: mine('thread', 'write'),
    summary: 'Notes how far the caller has read, which never goes back, or what they have begun to write.',
    body: placeGiven,
    answers: { 200: z.strictObject({ place, receipt }) },
    async handle({ user, params: { threadId }, body }, room) {
      const change = { kind: 'place.put' as const, threadId, ...defined(body) }
      const commit = { user, at: room.chat.now(), changes: [change] }
      const { receipt } = keptOrThrow(await room.store.commit(commit))
      return written({ place: await placeOf(room, user, threadId) }, receipt)
    },
  }),
]

async function placeOf(room: Room, user: string, threadId: string) {
  const place = await room.store.place(user, threadId)
  if (!place) throw await whyAbsent(room, user, { threadId, messageId: '' })
  return placeBody(place)
}

// What people put on a message later, beside it and never in it: a pin, a thumb, a note, tags.

import { z } from 'zod'
import type { Change } from '../../core/change.ts'
import { ThreadkeepError } from '../../core/errors.ts'
import { ownJson } from '../../core/json.ts'
import { type MarkName, markNames } from '../../core/message.ts'
import { keptOrThrow } from '../../core/receipt.ts'
import { type Answer, written } from '../answer.ts'
import { messageOf } from '../message-read.ts'
import type { Room } from '../room.ts'
import { mine, route } from '../route.ts'
import { words } from '../shapes/fields.ts'
import { message, messageBody } from '../shapes/message.ts'
import { receipt } from '../shapes/receipt.ts'
import { wellFormed } from '../well-formed.ts'

const one = '/v1/threads/:threadId/messages/:messageId/marks/:mark'

const tagsMax = 20

/** What each mark says; a pin says only that it is there. */
const valueOf = {
  pin: z.strictObject({ value: z.literal(true).default(true) }),
  thumb: z.strictObject({ value: z.enum(['up', 'down']) }),
  note: z.strictObject({ value: words('messageBytes', 1) }),
  tag: z.strictObject({ value: z.array(words('tagChars', 1)).min(1).max(tagsMax) }),
} satisfies Record<MarkName, z.ZodType>

export const markRoutes = [
  route({
    method: 'PUT',
    path: one,
    policy: mine('message', 'write'),
    summary: 'Puts a mark on a message, in the place of one of the same kind: pin, thumb, note or tag.',
    body: z.looseObject({ value: z.unknown().optional() }),
    answers: { 200: z.strictObject({ message, receipt }) },
    async handle({ user, params: { mark: named, ...place }, body }, room) {
      const mark = markNamed(named)
      const { value } = wellFormed(valueOf[mark], body, 'body') as { value: unknown }
      return marked(room, user, { kind: 'mark.put', ...place, mark, value: ownJson(value) })
    },
  }),
  route({
    method: 'DELETE',
    path: one,
    policy: mine('message', 'write'),
    summary: 'Takes a mark off a message.',
    answers: { 200: z.strictObject({ message, receipt }) },
    handle: ({ user, params: { mark, ...place } }, room) =>
      marked(room, user, { kind: 'mark.removed', ...place, mark: markNamed(mark) }),
  }),
]

type Marking = Extract<Change, { kind: 'mark.put' | 'mark.removed' }>

async function marked(room: Room, user: string, change: Marking): Promise<Answer> {
  const { store, chat } = room
  const { receipt } = keptOrThrow(await store.commit({ user, at: chat.now(), changes: [change] }))
  return written({ message: messageBody(await messageOf(room, user, change)) }, receipt)
}

function markNamed(named: string): MarkName {
  const mark = markNames.find((name) => name === named)
  if (mark) return mark
  throw new ThreadkeepError(
    'invalid',
    'There is no mark of this name.',
    `The marks are ${markNames.join(', ')}.`,
    { known: markNames },
  )
}

// A thread as it is read, and as it may be given or changed.

import { z } from 'zod'
import { assert } from '../../core/assert.ts'
import type { Thread } from '../../core/thread.ts'
import { count, id, iso, jsonObject, maybeText, personaId, text, time, words } from './fields.ts'
import { receipt } from './receipt.ts'

const fields = {
  id: text,
  title: maybeText,
  titledBy: z.enum(['user', 'model']).nullable(),
  defaultPersonaId: maybeText,
  headId: maybeText,
  externalKey: maybeText,
  context: z.unknown(),
  metadata: z.unknown(),
  messageCount: count,
  createdAt: time,
  updatedAt: time,
  archived: z.boolean(),
  pinned: z.boolean(),
  binned: z.boolean(),
}

export const thread = z.strictObject(fields).meta({ id: 'Thread' })
export const writtenThread = z.strictObject({ ...fields, receipt }).meta({ id: 'WrittenThread' })

const given = {
  title: words('titleChars').nullable().optional(),
  defaultPersonaId: personaId.optional(),
  context: jsonObject.optional(),
  metadata: jsonObject.optional(),
}
const externalKey = words('externalKeyChars', 1).nullable().optional()

export const threadGiven = z.strictObject({ ...given, externalKey })
export const keyedThreadGiven = z.strictObject(given)
export const newThread = z.strictObject({ id: id.optional(), ...given, externalKey })
export const threadPatch = z
  .strictObject({
    ...given,
    headId: id.optional(),
    archived: z.boolean().optional(),
    pinned: z.boolean().optional(),
  })
  .refine((patch) => Object.keys(patch).length > 0, 'Nothing to change was named')

/** The last look before a byte leaves: it is the caller's own. */
export function threadBody(user: string, thread: Thread) {
  assert(thread.userId === user, 'a thread goes only to its owner')
  const { id, title, titledBy, defaultPersonaId, headId, externalKey, context, metadata, messageCount } =
    thread
  return {
    id,
    title,
    titledBy,
    defaultPersonaId,
    headId,
    externalKey,
    context,
    metadata,
    messageCount,
    createdAt: iso(thread.createdAt),
    updatedAt: iso(thread.updatedAt),
    archived: thread.archivedAt !== null,
    pinned: thread.pinnedAt !== null,
    binned: thread.binnedAt !== null,
  }
}

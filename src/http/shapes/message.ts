// A message as it is read, and as it may be sent.

import { z } from 'zod'
import { limitMax, limitSentence } from '../../core/limits.ts'
import { type MarkName, type Message, messageStatuses, roles } from '../../core/message.ts'
import type { Part } from '../../core/part.ts'
import { anyJson, count, id, iso, jsonList, jsonObject, maybeIso, maybeText, maybeTime, personaId, text, time, words } from './fields.ts' // prettier-ignore
import { threadGiven } from './thread.ts'

const part = z.looseObject({ type: text }).meta({ id: 'Part' })

const marks = z.strictObject({
  pin: z.unknown().optional(),
  thumb: z.unknown().optional(),
  note: z.unknown().optional(),
  tag: z.unknown().optional(),
} satisfies Record<MarkName, z.ZodType>)

export const message = z
  .strictObject({
    id: text,
    threadId: text,
    seq: count,
    parentId: maybeText,
    role: z.enum(roles),
    status: z.enum(messageStatuses),
    text,
    parts: z.array(part).optional(),
    runId: maybeText,
    /** Only while it is pending: where to resume its run. */
    runPosition: text.optional(),
    usage: z.unknown(),
    tag: maybeText,
    intent: maybeText,
    confidence: z.number().min(0).max(1).nullable(),
    entities: z.unknown(),
    sources: z.unknown(),
    metadata: z.unknown(),
    origin: maybeText,
    personaId: maybeText,
    personaVersion: maybeText,
    sessionId: maybeText,
    provider: maybeText,
    model: maybeText,
    siblings: z.strictObject({ index: count, count, ids: z.array(text) }),
    marks,
    createdAt: time,
    finishedAt: maybeTime,
  })
  .meta({ id: 'Message' })

export type ShownMessage = Message & { runPosition?: string }

/** The same as the engine makes for a page, out of an object. */
export function messageBody({ createdAt, finishedAt, ...message }: ShownMessage) {
  return { ...message, createdAt: iso(createdAt), finishedAt: maybeIso(finishedAt) }
}

/** What the parts that we know must have; other kinds are kept as they are. */
const neededText: Record<string, readonly string[]> = {
  text: ['text'],
  reasoning: ['text'],
  image: ['url'],
  file: ['url'],
  'tool-call': ['callId', 'name'],
  'tool-result': ['callId', 'name'],
}

/** Looked over and passed on untouched, so that the keys of a part stay in the order in which they came. */
const partsIn = z
  .unknown()
  .superRefine((value, context) => {
    const fault = partsFault(value)
    if (fault !== null) context.addIssue({ code: 'custom', message: fault })
  })
  .transform((value) => value as readonly Part[])
  .meta({ type: 'array', minItems: 1, maxItems: limitMax('parts'), items: { $ref: '#/$defs/Part' } })

function partsFault(value: unknown): string | null {
  if (!Array.isArray(value) || value.length === 0) return 'Expected a list of parts'
  if (value.length > limitMax('parts')) return limitSentence('parts')
  for (const [index, part] of value.entries()) {
    if (typeof part !== 'object' || part === null || typeof part.type !== 'string' || part.type === '')
      return `Part ${index} has no "type"`
    const needed = Object.hasOwn(neededText, part.type) ? (neededText[part.type] ?? []) : []
    const absent = needed.find((name) => typeof part[name] !== 'string')
    if (absent !== undefined) return `Part ${index} is of type ${part.type} and needs "${absent}" as text`
  }
  return null
}

export const sent = z
  .strictObject({
    id: id.optional(),
    text: text.meta({ description: limitSentence('messageBytes') }).optional(),
    parts: partsIn.optional(),
    parentId: id.nullable().optional(),
    expectedHead: id.nullable().optional(),
    personaId: personaId.optional(),
    reply: z.boolean().default(true),
    role: z.enum([...roles, 'ai']).default('user'),
    tag: words('tagChars').nullable().optional(),
    intent: words('intentChars').nullable().optional(),
    confidence: z.number().min(0).max(1).nullable().optional(),
    entities: anyJson.optional(),
    sources: jsonList.optional(),
    metadata: jsonObject.optional(),
    thread: threadGiven.optional(),
  })
  .refine(({ text, parts }) => (text === undefined) !== (parts === undefined), 'Send either text or parts')
  .refine(({ text, role }) => text !== '' || role !== 'user', {
    path: ['text'],
    message: 'The text is empty',
  })
  .refine(({ role, reply }) => role === 'user' || !reply, {
    path: ['reply'],
    message: 'Only a message of the user is answered: send "reply": false with any other role',
  })

export type Sent = z.output<typeof sent>

export const again = z.strictObject({
  id: id.optional(),
  personaId: personaId.optional(),
  personaVersion: words('idChars', 1).nullable().optional(),
})

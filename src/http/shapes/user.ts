// The caller, as they read and change themselves.

import { z } from 'zod'
import { limitMax, limitSentence } from '../../core/limits.ts'
import { textFault, utf8Exceeds } from '../../core/text.ts'
import type { User } from '../../core/user.ts'
import { count, maybeIso, maybeText, maybeTime, personaId, text, words } from './fields.ts'
import { receipt } from './receipt.ts'

const fields = {
  id: text,
  name: maybeText,
  language: maybeText,
  defaultPersonaId: maybeText,
  personaPrompt: z.unknown(),
  mainThreadId: maybeText,
  changeSeq: count,
  createdAt: maybeTime,
}

export const user = z.strictObject(fields).meta({ id: 'User' })
export const writtenUser = z.strictObject({ ...fields, receipt }).meta({ id: 'WrittenUser' })

const personaPrompt = z.strictObject({
  text: text.superRefine((text, context) => {
    const fault = textFault(text)
    if (fault !== null) context.addIssue({ code: 'custom', message: `The text ${fault}` })
    if (utf8Exceeds(text, limitMax('personaPromptBytes')))
      context.addIssue({ code: 'custom', message: limitSentence('personaPromptBytes') })
  }),
})

export const userPatch = z
  .strictObject({
    name: words('nameChars').nullable().optional(),
    language: words('languageChars')
      .regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/, 'Expected a language tag like "en" or "pt-BR"')
      .nullable()
      .optional(),
    defaultPersonaId: personaId.optional(),
    personaPrompt: personaPrompt.nullable().optional(),
  })
  .refine((patch) => Object.keys(patch).length > 0, 'Nothing to change was named')

/** Somebody who has said nothing yet is nowhere stored, and is somebody all the same. */
export function userBody(id: string, user: User | null) {
  return {
    id,
    name: user?.name ?? null,
    language: user?.language ?? null,
    defaultPersonaId: user?.defaultPersonaId ?? null,
    personaPrompt: user?.personaPrompt ? (JSON.parse(user.personaPrompt) as unknown) : null,
    mainThreadId: user?.mainThreadId ?? null,
    changeSeq: user?.changeSeq ?? 0,
    createdAt: maybeIso(user?.createdAt ?? null),
  }
}

// The small rules that bodies and queries are made of, each said once: for validation, for types and for openapi.json.

import { z } from 'zod'
import { idFault } from '../../core/id.ts'
import { type Limit, limitMax, limitSentence } from '../../core/limits.ts'
import { textFault } from '../../core/text.ts'

/** Text that can be kept, up to a limit. */
export const words = (limit: Limit, charsMin = 0) =>
  z
    .string()
    .min(charsMin)
    .max(limitMax(limit), limitSentence(limit))
    .superRefine((text, context) => {
      const fault = textFault(text)
      if (fault !== null) context.addIssue({ code: 'custom', message: `The text ${fault}` })
    })

/** An id of the caller's choosing. `.` and `..` cannot stand in a path, so that a thing named so could never be asked for. */
export const id = z
  .string()
  .superRefine((text, context) => {
    const fault = text === '.' || text === '..' ? 'is "." or "..", which no path can hold' : idFault(text)
    if (fault !== null) context.addIssue({ code: 'custom', message: `The id ${fault}` })
  })
  .meta({ minLength: 1, maxLength: limitMax('idChars') })

/** Null and the empty string mean "nobody said". */
export const personaId = words('personaIdChars').nullable()

/** Kept as it comes, keys in their order; what cannot be kept exactly is refused before this. */
export const anyJson = z.unknown().meta({ description: 'Any JSON value.' })

export const jsonObject = z
  .unknown()
  .refine((value) => typeof value === 'object' && !Array.isArray(value), 'Expected an object or null')
  .meta({ type: ['object', 'null'] })

export const jsonList = z
  .unknown()
  .refine((value) => value === null || Array.isArray(value), 'Expected a list or null')
  .meta({ type: ['array', 'null'] })

/** A whole number out of a query string. */
export const whole = (min: number, max: number, sentence = `Expected a whole number from ${min} to ${max}`) =>
  z
    .string()
    .regex(/^\d{1,16}$/, sentence)
    .transform(Number)
    .pipe(z.number().min(min, sentence).max(max, sentence))
    .meta({ type: 'integer', minimum: min, maximum: max })

export const seq = whole(0, Number.MAX_SAFE_INTEGER)
export const pageRows = whole(1, limitMax('pageRows'), limitSentence('pageRows'))
/** Whether what is deleted goes for good and at once, or waits in the bin. */
export const forever = z.strictObject({
  forever: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true'),
})

export const time = z.string().meta({ format: 'date-time', examples: ['2026-11-20T11:33:00.000Z'] })
export const text = z.string()
export const maybeText = z.string().nullable()
export const maybeTime = time.nullable()
export const count = z.number().int().min(0)

export const iso = (ms: number): string => new Date(ms).toISOString()
export const maybeIso = (ms: number | null): string | null => (ms === null ? null : iso(ms))

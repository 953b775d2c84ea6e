// What a persona's definition must look like, and what is wrong with one that does not, in words that name the persona and the field.

import { z } from 'zod'
import { limitMax } from './limits.ts'
import type { PersonaDefinition } from './persona.ts'
import { textFault } from './text.ts'

export type PersonaVerdict = { ok: true; definition: PersonaDefinition } | { ok: false; faults: string[] }

const idChars = limitMax('personaIdChars')
const lineChars = 400
const passageChars = 2_000

const missingOr = (otherwise: string) => ({
  error: ({ input }: { input?: unknown }): string => (input === undefined ? 'is missing' : otherwise),
})

const passage = (charsMax: number) =>
  z
    .string(missingOr('must be text'))
    .max(charsMax, `is longer than ${charsMax} characters`)
    .refine((text) => text.trim() !== '', 'is empty')
    .superRefine((text, context) => {
      const fault = textFault(text)
      if (fault !== null) context.addIssue({ code: 'custom', message: fault })
    })

/** One line: it stands beside a mark in the instructions, or in a list. */
const line = (charsMax: number) =>
  passage(charsMax).refine((text) => !/[\n\v\f\r\u0085\u2028\u2029]/.test(text), 'must be a single line')

const id = z
  .string(missingOr('must be text'))
  .max(idChars, `is longer than ${idChars} characters`)
  .regex(/^[a-z][a-z0-9_]*$/, 'must be small letters, digits and _, beginning with a letter')

const lines = (countMax: number) =>
  z
    .array(line(lineChars), missingOr('must be a list'))
    .min(1, 'must name at least one')
    .max(countMax, `holds more than ${countMax}`)

const hueRule = 'must be a whole number from 0 to 359'

export const personaSchema = z.strictObject(
  {
    id,
    name: line(60),
    aliases: z.array(id, missingOr('must be a list')).max(16, 'holds more than 16'),
    description: line(200),
    hue: z.int(missingOr(hueRule)).min(0, hueRule).max(359, hueRule),
    identity: passage(passageChars),
    voice: lines(16),
    values: lines(16),
    boundaries: lines(16),
    examples: z
      .array(
        z.strictObject(
          { user: passage(lineChars), answer: passage(passageChars) },
          'must be { user, answer }',
        ),
        missingOr('must be a list'),
      )
      .max(8, 'holds more than 8'),
    languageNotes: passage(passageChars),
    greeting: line(lineChars),
  },
  'must be an object',
) satisfies z.ZodType<PersonaDefinition>

/** All that is wrong with one definition, a sentence each. */
export function readPersona(value: unknown): PersonaVerdict {
  const read = personaSchema.safeParse(value)
  if (read.success) return { ok: true, definition: read.data }
  const who = `Persona ${nameOf(value)}`
  return { ok: false, faults: read.error.issues.flatMap((issue) => sentences(who, issue)) }
}

/** What is wrong with several together: a name must lead to one persona. */
export function personaClashes(definitions: readonly PersonaDefinition[]): string[] {
  const owners = new Map<string, string>()
  const faults: string[] = []
  const claim = (name: string, owner: string, what: string): void => {
    const first = owners.get(name)
    if (first !== undefined)
      faults.push(`Persona "${owner}": ${what} "${name}" belongs to "${first}" already.`)
    else owners.set(name, owner)
  }
  for (const { id } of definitions) claim(id, id, 'the id')
  for (const { id, aliases } of definitions) for (const alias of aliases) claim(alias, id, 'the alias')
  return faults
}

function sentences(who: string, issue: z.core.$ZodIssue): string[] {
  const field = fieldOf(issue.path)
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => `${who}: ${fieldOf([...issue.path, key])} is not a field of a persona.`)
  return [`${who}${field && `: ${field}`} ${issue.message}.`]
}

function fieldOf(path: readonly PropertyKey[]): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step).slice(0, 80)}`))
    .join('')
    .replace(/^\./, '')
}

function nameOf(value: unknown): string {
  const id = typeof value === 'object' && value !== null && 'id' in value ? value.id : undefined
  return typeof id === 'string' && id !== '' ? `"${id.slice(0, 80)}"` : 'without an id'
}

// What was sent, as its schema reads it; or the first thing that is wrong with it, in words and with its place.

import type { z } from 'zod'
import { ThreadkeepError } from '../core/errors.ts'

const issuesShown = 10
const none = {}

export function wellFormed(schema: z.ZodType | undefined, sent: unknown, where: 'body' | 'query'): unknown {
  if (!schema) return where === 'query' ? nothingIn(sent) : undefined
  const parsed = schema.safeParse(sent)
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.slice(0, issuesShown).map(issueOf)
  const [first] = issues
  throw new ThreadkeepError(
    'invalid',
    `The ${where} is not what this door takes: ${first?.path ? `${first.path}: ` : ''}${first?.message ?? ''}.`,
    'Nothing was written. GET /openapi.json has the schema of every body and query.',
    { issues },
  )
}

/** The place and the rule; never the value, which may be a person's words. */
function issueOf({ path, message }: z.core.$ZodIssue): { path: string; message: string } {
  return { path: shortened(path.map(String).join('.')), message: shortened(message) }
}

const shortened = (text: string) => (text.length > 160 ? `${text.slice(0, 160).toWellFormed()}…` : text)

function nothingIn(sent: unknown): unknown {
  const [name] = Object.keys(sent ?? none)
  if (name === undefined) return none
  throw new ThreadkeepError(
    'invalid',
    `This door takes no query parameter "${shortened(name)}".`,
    'Leave it out.',
  )
}

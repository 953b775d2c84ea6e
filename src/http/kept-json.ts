// JSON out of a body in the form in which it is kept, or the words that say why it cannot be.

import { ThreadkeepError } from '../core/errors.ts'
import { type CanonicalJson, canonicalJson } from '../core/json.ts'

type Optional = CanonicalJson | null | undefined

export function keptJson(value: unknown, name: string): Optional {
  if (value === undefined || value === null) return value
  const verdict = canonicalJson(value)
  if (verdict.ok) return verdict.json
  throw new ThreadkeepError('invalid', `${name} ${verdict.fault}.`, 'Nothing was written.')
}

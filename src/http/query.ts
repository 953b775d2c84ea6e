// A query string as an object. A name that comes twice could mean either, so it is refused.

import { ThreadkeepError } from '../core/errors.ts'

const none = {}

export function queryOf(request: Request): object {
  if (!request.url.includes('?')) return none
  const { searchParams } = new URL(request.url)
  const names = [...searchParams.keys()]
  if (new Set(names).size === names.length) return Object.fromEntries(searchParams)
  throw new ThreadkeepError('invalid', 'The query names a parameter twice.', 'Name each parameter once.')
}

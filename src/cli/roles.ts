// threadkeep roles: the SQL that a superuser runs once, before the first migration.

import { parseArgs } from 'node:util'
import { roles as rolesOf } from '../server.ts'

export function roles(words: string[]): number {
  const { values } = parseArgs({ args: words, options: { database: { type: 'string' } } })
  console.log(rolesOf(values.database))
  return 0
}

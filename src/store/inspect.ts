// A look at a store that need not be able to open, whichever engine keeps it.

import type { SchemaLine } from '../core/upkeep.ts'
import { ThreadkeepError } from '../core/errors.ts'
import { isPostgres, sqliteFile } from './open.ts'
import { type Acceptance, acceptance, schemaOf } from './sqlite/inspect.ts'

type Looked = { store: string; data: string }

export async function schemaAt({ store }: Looked): Promise<{ place: string; lines: SchemaLine[] }> {
  if (isPostgres(store)) return (await postgresLooks()).postgresSchemaAt(store)
  const file = fileOf(store)
  return { place: file, lines: schemaOf(file) }
}

/** What `threadkeep accept` would do; null when the store is the expected one. The folder stays locked until it is disposed. */
export async function acceptanceAt({
  store,
  data,
}: Looked): Promise<Disposable & { offer: Acceptance | null }> {
  return isPostgres(store)
    ? (await postgresLooks()).postgresAcceptance(store, data)
    : acceptance(fileOf(store), data)
}

const postgresLooks = () => import('./postgres/inspect.ts')

function fileOf(store: string): string {
  if (store !== 'memory:') return sqliteFile(store)
  throw new ThreadkeepError(
    'config',
    'THREADKEEP_STORE is memory:, which leaves nothing to look at.',
    'Name a store: sqlite:<path> or postgres://….',
  )
}

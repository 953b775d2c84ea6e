// Where the files of a house are, for work that is done to files: only a house on SQLite has them.

import { join } from 'node:path'
import { ThreadkeepError } from '../core/errors.ts'
import { isPostgres, sqliteFile } from '../store/open.ts'
import { identityName } from './manifest.ts'

export type Looked = { store: string; data: string; storeUpkeep?: string }
export type Places = { file: string; folder: string; identity: string }

export function placesOf({ store, data }: Looked, what: string): Places {
  if (isPostgres(store))
    throw new ThreadkeepError(
      'config',
      `${what} is for a store in a file, and THREADKEEP_STORE names a PostgreSQL.`,
      'Use the tools of PostgreSQL: docs/backup.md names them and says how to try a restore.',
    )
  if (store === 'memory:')
    throw new ThreadkeepError(
      'config',
      `${what} needs a store in a file, and THREADKEEP_STORE is memory:, which keeps nothing.`,
      'Name a store: sqlite:<path>.',
    )
  return { file: sqliteFile(store), folder: data, identity: join(data, identityName) }
}

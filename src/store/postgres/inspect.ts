// A look at a PostgreSQL store that may refuse to open, without writing to it.

import type { SchemaLine } from '../../core/upkeep.ts'
import { ThreadkeepError } from '../../core/errors.ts'
import { cardFile, removeCard, writeCard } from '../card-file.ts'
import { migrationsOf } from '../migrations.ts'
import { lockFolder } from '../sqlite/folder-lock.ts'
import type { Acceptance } from '../sqlite/inspect.ts'
import { placeOf, tried } from './address.ts'
import { type PostgresCard, postgresCardOf, readPostgresCard, whatIsOther } from './card.ts'
import { refuseOther } from './migrate.ts'
import { Pool } from './pool.ts'
import { schemaReport } from './schema-report.ts'
import { type Standing, standingOf } from './standing.ts'

export async function postgresSchemaAt(url: string): Promise<{ place: string; lines: SchemaLine[] }> {
  return { place: placeOf(url), lines: await looking(url, schemaReport) }
}

/** The folder stays locked until it is disposed. */
export async function postgresAcceptance(
  url: string,
  folder: string,
): Promise<Disposable & { offer: Acceptance | null }> {
  using opening = new DisposableStack()
  opening.use(lockFolder(folder))
  const offer = offerFor(await looking(url, standingOf), folder, placeOf(url))
  const held = opening.move()
  return { offer, [Symbol.dispose]: () => held.dispose() }
}

function offerFor(found: Standing, folder: string, where: string): Acceptance | null {
  const card = cardOrUnreadable(folder)
  if (card === null) return null
  if (found.meta.storeId === '')
    return {
      found: `${cardFile(folder)} belongs to a store that is not there. Accepting begins a new, empty one in ${where} at the next migration.`,
      accept: () => removeCard(folder),
    }
  refuseOther(found.meta, migrationsOf('postgres'))
  const why = card === 'unreadable' ? 'the store card is none of this store.' : whatIsOther(card, found)
  if (why === null) return null
  return {
    found: `${where} is not as this data folder remembers it: ${why} Accepting takes the database as it is.`,
    accept: () => writeCard(folder, postgresCardOf(found)),
  }
}

function cardOrUnreadable(folder: string): PostgresCard | 'unreadable' | null {
  try {
    return readPostgresCard(folder)
  } catch (fault) {
    if (fault instanceof ThreadkeepError) return 'unreadable'
    throw fault
  }
}

async function looking<T>(url: string, look: (pool: Pool) => Promise<T>): Promise<T> {
  await using pool = new Pool({ url, connectionsMax: 1, waitMs: 5_000, statementMs: 30_000 })
  return await tried({ setting: 'THREADKEEP_STORE', url }, 'Looking at the store', () => look(pool))
}

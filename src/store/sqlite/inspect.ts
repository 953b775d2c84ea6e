// A look at a store that may refuse to open, without taking its folder or changing a byte of it.

import { existsSync } from 'node:fs'
import { ThreadkeepError } from '../../core/errors.ts'
import type { SchemaLine } from '../../core/upkeep.ts'
import { migrationsOf } from '../migrations.ts'
import { type Card, cardFile, cardOf, readCard, removeCard, writeCard } from './card.ts'
import { openReading } from './connection.ts'
import { lockFolder } from './folder-lock.ts'
import { inWordsSync } from './in-words.ts'
import { hasMeta, type Meta, readMeta } from './migrate.ts'
import { refuseForeign, refuseNewerOrAltered } from './provenance.ts'
import { schemaReport } from './schema-report.ts'

export function schemaOf(file: string): SchemaLine[] {
  if (!existsSync(file))
    throw new ThreadkeepError(
      'store_refused',
      `There is no store at ${file}.`,
      'Start Threadkeep once to make one.',
    )
  return inWordsSync(file, () => {
    using db = openReading(file)
    return schemaReport(db, migrationsOf('sqlite'))
  })
}

export type Acceptance = { found: string; accept: () => void }

/** What `threadkeep accept` would do here; null when the store is the expected one. The folder stays locked until it is disposed. */
export function acceptance(file: string, folder: string): Disposable & { offer: Acceptance | null } {
  const lock = lockFolder(folder)
  try {
    return {
      offer: inWordsSync(file, () => offerFor(file, folder)),
      [Symbol.dispose]: () => lock[Symbol.dispose](),
    }
  } catch (fault) {
    lock[Symbol.dispose]()
    throw fault
  }
}

function offerFor(file: string, folder: string): Acceptance | null {
  const card = cardOrUnreadable(folder)
  const meta = metaIn(file)
  if (meta === null) {
    if (card === null) return null
    const found = `${cardFile(folder)} belongs to a store that is not there. Accepting begins a new, empty one at ${file}.`
    return { found, accept: () => removeCard(folder) }
  }
  if (card !== 'unreadable' && card?.storeId === meta.storeId && meta.commitNumber >= card.commitNumber)
    return null
  const found = `${file} holds ${meta.commitNumber} commits; ${expectation(card, meta)} Accepting takes the file as it is.`
  return { found, accept: () => writeCard(folder, cardOf(file, meta)) }
}

function expectation(card: Card | 'unreadable' | null, meta: Meta): string {
  if (card === 'unreadable') return 'the store card cannot be read.'
  if (card === null) return 'the folder has no store card.'
  if (card.storeId !== meta.storeId) return 'the folder belonged to another store.'
  return `${card.commitNumber} were acknowledged, so ${card.commitNumber - meta.commitNumber} are missing.`
}

function cardOrUnreadable(folder: string): Card | 'unreadable' | null {
  try {
    return readCard(folder)
  } catch (fault) {
    if (fault instanceof ThreadkeepError) return 'unreadable'
    throw fault
  }
}

function metaIn(file: string): Meta | null {
  if (!existsSync(file)) return null
  refuseForeign(file)
  using db = openReading(file)
  if (!hasMeta(db)) return null
  refuseNewerOrAltered(db, file, migrationsOf('sqlite'))
  return readMeta(db)
}

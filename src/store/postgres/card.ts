// The store card of a PostgreSQL database: which store this data folder belongs to, and the place in the server's log of the last
// commit that this node saw, so that a restored backup or a lost failover is noticed.

import { ThreadkeepError } from '../../core/errors.ts'
import { openCard, readCardOf } from '../card-file.ts'
import { numberOf } from './log-place.ts'
import type { Standing } from './standing.ts'

export type PostgresCard = {
  program: 'threadkeep'
  engine: 'postgres'
  storeId: string
  schemaVersion: number
  /** What initdb gave the server and its standbys; null where this login may not ask. */
  system: string | null
  timeline: number | null
  /** The server's own number for it; a card of before has none. */
  database?: string
  lsn: string
}

export const readPostgresCard = (folder: string): PostgresCard | null =>
  readCardOf<PostgresCard>(folder, 'postgres', ({ lsn }) => typeof lsn === 'string' && lsn.includes('/'))

export const postgresCardOf = ({ meta, system, timeline, database, lsn }: Standing): PostgresCard => ({
  program: 'threadkeep',
  engine: 'postgres',
  storeId: meta.storeId,
  schemaVersion: meta.schemaVersion,
  system,
  timeline,
  database,
  lsn,
})

const acceptOnPurpose = 'If this is on purpose, `threadkeep accept` says what it found and takes it as it is.'

export function refuseOtherThan(card: PostgresCard | null, found: Standing, where: string): void {
  const why = card && whatIsOther(card, found)
  if (why === null) return
  throw new ThreadkeepError(
    'store_refused',
    `${where} is not as this data folder remembers it: ${why}`,
    `Point THREADKEEP_STORE to the right database, or put the right state back. ${acceptOnPurpose}`,
  )
}

/** In words, or null for the expected store at the place where it was, or later. */
export function whatIsOther(card: PostgresCard, found: Standing): string | null {
  const { meta, system, timeline, database, lsn } = found
  if (meta.storeId === '') return 'it holds no Threadkeep, and one was kept there.'
  if (meta.storeId !== card.storeId) return 'it holds another store.'
  if (card.system !== null && system !== null && card.system !== system)
    return `the store is the same, on another server (system identifier ${system}, and it was ${card.system}). A copy may lack what was kept after it was taken.`
  if (card.timeline !== null && timeline !== null && card.timeline !== timeline)
    return `the server is on timeline ${timeline}, and was on ${card.timeline}: a standby was promoted or a backup restored. What was acknowledged last may not have come along.`
  if (card.database !== undefined && card.database !== database)
    return `the store is the same, in another database of the same server (number ${database}, and it was ${card.database}): a dump that was loaded lacks what was kept after it was taken.`
  if (numberOf(lsn) < numberOf(card.lsn))
    return `its log stands at ${lsn}, and this node saw a commit at ${card.lsn}: what was acknowledged after the first is missing.`
  return null
}

const writeEveryMs = 1_000

export type PostgresCardKeeper = { came: (lsn: string) => void } & Disposable

/** Behind by a second at most, and not at all once it is disposed. */
export function postgresCardKeeper(folder: string, card: PostgresCard): PostgresCardKeeper {
  const written = openCard(folder)
  let [newest, timer]: [string, NodeJS.Timeout | null] = [card.lsn, null]
  const write = () => {
    timer = null
    written.write({ ...card, lsn: newest })
  }
  return {
    came: (lsn) => {
      if (numberOf(lsn) <= numberOf(newest)) return
      newest = lsn
      timer ??= setTimeout(write, writeEveryMs).unref()
    },
    [Symbol.dispose]: () => {
      if (timer) clearTimeout(timer)
      write()
      written[Symbol.dispose]()
    },
  }
}

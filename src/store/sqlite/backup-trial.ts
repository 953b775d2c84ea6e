// Tries a copy of a store as if it were to be used from now on: its bytes, its rows, and every word against its checksum and chain.

import { hash } from 'node:crypto'
import { dirname } from 'node:path'
import { type Difference, differencesOf } from '../move/verify.ts'
import { type Census, censusOf, chainLines } from './backup-census.ts'
import { inWords } from './in-words.ts'
import { openReading, openWriting } from './connection.ts'
import { SqliteDestination, SqliteOrigin } from './moving.ts'
import { openSqlite } from './open.ts'

export type Trial = {
  census: Census
  /** sha-256 of the lines that say each user's chains. */
  chains: string
  /** What SQLite says of its pages, indexes and foreign keys; none when all is well. */
  faults: string[]
  differences: Difference[]
}

const faultsMax = 20
const differencesMax = 100

/** The file is this trial's own: it is brought to the schema of this program on the way. */
export function tryStore(file: string): Promise<Trial> {
  return inWords(file, async () => {
    const { faults, census, chains } = asItStands(file)
    if (faults.length > 0) return { census, chains, faults, differences: [] }
    const store = await openSqlite({ file, folder: dirname(file), ephemeral: false })
    await store[Symbol.asyncDispose]()
    return { census, chains, faults, differences: await wordsOf(file) }
  })
}

function asItStands(file: string): Pick<Trial, 'faults' | 'census' | 'chains'> {
  using db = openReading(file)
  const rows = db.prepare(`PRAGMA integrity_check(${faultsMax})`).all() as { integrity_check: string }[]
  const loose = db.prepare('PRAGMA foreign_key_check').all()
  const faults = rows.map((row) => row.integrity_check).filter((line) => line !== 'ok')
  if (loose.length > 0) faults.push(`${loose.length} rows name a row that is not there`)
  const lines = [...chainLines(db)].join('')
  return { faults, census: censusOf(db), chains: hash('sha256', lines) }
}

/** Compared with itself: its rows are those of its standing, and its words add up to its chains. */
async function wordsOf(file: string): Promise<Difference[]> {
  using reading = openReading(file)
  using writing = openWriting(file, 'OFF')
  const [from, to] = [new SqliteOrigin(reading, file), new SqliteDestination(writing, file)]
  const differences: Difference[] = []
  for await (const user of from.users()) {
    differences.push(...(await differencesOf(from, to, user)))
    if (differences.length >= differencesMax) break
  }
  return differences
}

// The doctor: what is found in a store, what of it was mended, and what a salvage could not read, each kept in a report where it matters.

import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ThreadkeepError } from '../core/errors.ts'
import type { Examination } from '../store/doctor/examination.ts'
import type { Finding } from '../store/doctor/finding.ts'
import { readTally, type ScrubTally } from '../store/doctor/scrub-tally.ts'
import { isPostgres } from '../store/open.ts'
import { refuseAbsent } from '../store/sqlite/backup.ts'
import { inWords } from '../store/sqlite/in-words.ts'
import { examineStore } from '../store/sqlite/doctor.ts'
import { evidenceFolder, type Repair, repairStore } from '../store/sqlite/doctor-repair.ts'
import { refuseForeign } from '../store/sqlite/provenance.ts'
import { type Salvage, salvageStore } from '../store/sqlite/salvage.ts'
import { type Looked, placesOf } from './places.ts'

export type Report = Examination & { place: string; scrub: ScrubTally | null }
export type { Finding }

export async function examine(looked: Looked): Promise<Report> {
  if (isPostgres(looked.store)) return examineDatabase(looked)
  const { file, folder } = placesOf(looked, 'The doctor')
  refuseAbsent(file)
  refuseForeign(file)
  const seen = await inWords(file, () => examineStore(file, folder))
  return { place: file, ...seen, scrub: scrubIn(folder) }
}

export async function repair(looked: Looked): Promise<Repair & { place: string }> {
  if (isPostgres(looked.store)) return repairDatabase(looked)
  const { file, folder } = placesOf(looked, 'The doctor')
  refuseAbsent(file)
  refuseForeign(file)
  const mended = await repairStore(file, folder)
  if (mended.evidence) writeReport(join(mended.evidence, 'report.json'), mended)
  return { place: file, ...mended }
}

const scrubIn = (folder: string) => readTally<ScrubTally>(folder, ({ round }) => Number.isSafeInteger(round))

async function examineDatabase(looked: Looked): Promise<Report> {
  const { examineDatabase: examineIt } = await import('../store/postgres/doctor.ts')
  const { placeOf } = await import('../store/postgres/address.ts')
  const seen = await examineIt(databaseOf(looked))
  return { place: placeOf(looked.store), ...seen, scrub: scrubIn(looked.data) }
}

/** What each row said before it was mended is in the folder before it is. */
async function repairDatabase(looked: Looked): Promise<Repair & { place: string }> {
  const { repairDatabase: repairIt } = await import('../store/postgres/doctor-repair.ts')
  const { placeOf } = await import('../store/postgres/address.ts')
  const folder = evidenceFolder(looked.data, Date.now())
  let evidence: string | null = null
  const mended = await repairIt(databaseOf(looked), (row) => {
    if (evidence === null) mkdirSync(folder, { recursive: true, mode: 0o700 })
    evidence = folder
    appendFileSync(join(folder, 'before.jsonl'), `${JSON.stringify(row)}\n`, { mode: 0o600, flush: true })
  })
  if (evidence !== null) writeReport(join(evidence, 'report.json'), mended)
  return { place: placeOf(looked.store), ...mended, evidence }
}

const databaseOf = ({ store, storeUpkeep = '', data }: Looked) => ({
  url: store,
  upkeepUrl: storeUpkeep,
  folder: data,
})

/** A file that is named may be read out wherever the house keeps its store now. */
export function refuseSalvage(store: string, bad: string | undefined): void {
  if (!isPostgres(bad ?? store) && (bad === undefined || !isPostgres(store) || existsSync(bad))) return
  throw new ThreadkeepError(
    'config',
    'A salvage reads a damaged SQLite file, and this store is on PostgreSQL, which looks after its pages itself.',
    'pg_amcheck says what is damaged. Restore the database from its own backup beside this one: docs/postgres.md. `threadkeep doctor` says what is missing.',
  )
}

/** Into a new folder; the bad file is only read. */
export async function salvageInto(
  bad: string,
  folder: string,
): Promise<Salvage & { file: string; report: string }> {
  const file = join(folder, 'threadkeep.db')
  const salvaged = await salvageStore(bad, file)
  const report = join(dirname(file), 'salvage-report.json')
  writeReport(report, { bad, ...salvaged })
  return { ...salvaged, file, report }
}

const writeReport = (path: string, report: object): void =>
  writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`, { mode: 0o600 })

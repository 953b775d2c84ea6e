// The doctor: what is found in a store, what of it was mended, and what a salvage could not read, each kept in a report where it matters.

import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { refuseAbsent, inWords } from '../store/sqlite/backup.ts'
import { type Examination, examineStore } from '../store/sqlite/doctor.ts'
import type { Finding } from '../store/sqlite/doctor-finding.ts'
import { type Repair, repairStore } from '../store/sqlite/doctor-repair.ts'
import { refuseForeign } from '../store/sqlite/provenance.ts'
import { type Salvage, salvageStore } from '../store/sqlite/salvage.ts'
import { readScrub, type ScrubState } from '../store/sqlite/scrub-state.ts'
import { type Looked, placesOf } from './places.ts'

export type Report = Examination & { place: string; scrub: ScrubState | null }
export type { Finding }

export async function examine(looked: Looked): Promise<Report> {
  const { file, folder } = placesOf(looked, 'The doctor')
  refuseAbsent(file)
  refuseForeign(file)
  const seen = await inWords(file, () => examineStore(file, folder))
  return { place: file, ...seen, scrub: readScrub(folder) }
}

export async function repair(looked: Looked): Promise<Repair & { place: string }> {
  const { file, folder } = placesOf(looked, 'The doctor')
  refuseAbsent(file)
  refuseForeign(file)
  const mended = await repairStore(file, folder)
  if (mended.evidence) writeReport(join(mended.evidence, 'report.json'), mended)
  return { place: file, ...mended }
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

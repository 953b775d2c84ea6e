// What an operator asks for by hand, by the settings of the house; each command line is a file in cli/.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { storeAsSql } from '../store/sqlite/backup-as-sql.ts'
import { type Backup, fillBackup, makeBackup } from './backup.ts'
import { examine, refuseSalvage, repair, salvageInto } from './doctor.ts'
import { manifestName } from './manifest.ts'
import { type Looked, placesOf } from './places.ts'
import { restore, type Restored } from './restore.ts'
import { backupNamed, keepNewest } from './shelf.ts'
import { tarOf } from './tar.ts'
import { type Verified, verifyBackup } from './verify-backup.ts'

/** Into a folder of backups; `keep` takes away all but so many of the newest. */
async function backupTo(looked: Looked, shelf: string, keep?: number): Promise<Backup & { gone: string[] }> {
  const made = await makeBackup(placesOf(looked, 'A backup by Threadkeep'), shelf)
  const gone = keep === undefined ? [] : keepNewest(shelf, keep, Date.now())
  return { ...made, gone }
}

/** As a tar stream, staged in a passing folder first: a tar says how long a file is before the file. */
async function* backupAsTar(looked: Looked): AsyncGenerator<Buffer> {
  const places = placesOf(looked, 'A backup by Threadkeep')
  const passing = mkdtempSync(join(tmpdir(), 'threadkeep-backup-'))
  const at = Date.now()
  try {
    const folder = join(passing, 'threadkeep-backup')
    const { files } = await fillBackup(places, folder, at)
    yield* tarOf(folder, [...files.map(({ name }) => name), manifestName], at)
  } finally {
    rmSync(passing, { recursive: true, force: true })
  }
}

const verify = (folder: string): Promise<Verified> => verifyBackup(backupNamed(folder))

/** To the place that the settings name, or to a folder. */
function restoreTo(
  looked: Looked,
  { backup, to, acceptOlder }: { backup: string; to: string | undefined; acceptOlder: boolean },
): Promise<Restored> {
  if (to !== undefined) return restore({ backup, file: join(to, 'threadkeep.db'), folder: to, acceptOlder })
  const { file, folder } = placesOf(looked, 'A restore by Threadkeep')
  return restore({ backup, file, folder, acceptOlder })
}

const dump = (looked: Looked): Generator<string> => storeAsSql(placesOf(looked, 'A dump by Threadkeep').file)

export const upkeep = {
  backupTo,
  backupAsTar,
  verify,
  restoreTo,
  dump,
  examine,
  repair,
  refuseSalvage,
  salvageInto,
}

// The manifest of a backup: what is in it and what a restore must come to. It is written last, and without it there is no backup.

import { createHash, hash } from 'node:crypto'
import { createReadStream, existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ThreadkeepError } from '../core/errors.ts'
import { syncFolder } from '../store/card-file.ts'
import type { Census } from '../store/sqlite/backup-census.ts'
import { syncFile } from '../store/sqlite/backup.ts'

export const manifestName = 'manifest.json'
export const storeName = 'threadkeep.db'
export const identityName = 'identity.db'
export const chainsName = 'chains.txt'

export type BackedUpFile = { name: string; bytes: number; sha256: string }

export type Manifest = Census & {
  program: 'threadkeep'
  format: 1
  engine: 'sqlite'
  /** When the moment was that this backup holds. */
  at: string
  files: BackedUpFile[]
}

export async function describe(folder: string, name: string): Promise<BackedUpFile> {
  const path = join(folder, name)
  return { name, bytes: statSync(path).size, sha256: await sha256Of(path) }
}

async function sha256Of(path: string): Promise<string> {
  const sum = createHash('sha256')
  for await (const piece of createReadStream(path)) sum.update(piece as Buffer)
  return sum.digest('hex')
}

/** With a sum of its own, so that a byte that changed in it is told as that. */
export function writeManifest(folder: string, manifest: Manifest): void {
  const path = join(folder, manifestName)
  const sum = hash('sha256', JSON.stringify(manifest))
  writeFileSync(`${path}.new`, `${JSON.stringify({ ...manifest, sum }, null, 2)}\n`, { mode: 0o600 })
  syncFile(`${path}.new`)
  renameSync(`${path}.new`, path)
  syncFolder(folder)
}

export const hasManifest = (folder: string): boolean => existsSync(join(folder, manifestName))

export function readManifest(folder: string): Manifest {
  if (!hasManifest(folder))
    throw notABackup(
      folder,
      'it has no manifest, which is written last: the backup was never finished, or this is no backup',
    )
  const { sum, ...manifest } = parsed(folder) as Manifest & { sum?: string }
  if (manifest.program !== 'threadkeep' || !Array.isArray(manifest.files))
    throw notABackup(folder, 'its manifest is not one of ours')
  if (manifest.format !== 1)
    throw notABackup(
      folder,
      `its manifest has format ${String(manifest.format)}, which this program does not know`,
    )
  if (sum !== hash('sha256', JSON.stringify(manifest)))
    throw notABackup(folder, 'its manifest was changed after it was written')
  return manifest
}

function parsed(folder: string): object {
  try {
    return JSON.parse(readFileSync(join(folder, manifestName), 'utf8')) as object
  } catch (fault) {
    if (fault instanceof SyntaxError) throw notABackup(folder, 'its manifest is not JSON')
    throw fault
  }
}

export const notABackup = (folder: string, why: string): ThreadkeepError =>
  new ThreadkeepError(
    'store_refused',
    `${folder} is not a backup that can be relied on: ${why}.`,
    'Use another backup. `threadkeep verify-backup <folder>` says of each whether it can be restored.',
  )

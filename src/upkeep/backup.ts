// Makes a backup of a store that may be in use: into a folder under a passing name, the manifest last, and then under its own name.

import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { syncFolder } from '../store/card-file.ts'
import { copyDatabase, copyStore } from '../store/sqlite/backup.ts'
import { chainsName, describe, identityName, type Manifest, storeName, writeManifest } from './manifest.ts'

export type BackupSource = {
  /** The database of the conversations. */
  file: string
  /** That of guests and accounts, where there is one. */
  identity: string
}
export type Backup = { folder: string; manifest: Manifest }

const unfinished = '.unfinished'
export const isUnfinished = (name: string): boolean => name.endsWith(unfinished)

/** Under a folder that holds backups, one folder each. */
export async function makeBackup(
  source: BackupSource,
  shelf: string,
  at: number = Date.now(),
): Promise<Backup> {
  mkdirSync(shelf, { recursive: true, mode: 0o700 })
  const stamp = new Date(at).toISOString().replaceAll(/[-:.]/g, '')
  const passing = join(shelf, `${stamp}${unfinished}`)
  const manifest = await fillBackup(source, passing, at)
  const folder = join(shelf, `${stamp}-${manifest.commitNumber}`)
  renameSync(passing, folder)
  syncFolder(shelf)
  return { folder, manifest }
}

/** The identities last: every owner of a word that was copied is in a copy made after it. */
export async function fillBackup(
  { file, identity }: BackupSource,
  folder: string,
  at: number,
): Promise<Manifest> {
  mkdirSync(folder, { mode: 0o700 })
  const { census } = await copyStore(file, join(folder, storeName), join(folder, chainsName))
  const names = [storeName, chainsName]
  if (existsSync(identity)) {
    await copyDatabase(identity, join(folder, identityName))
    names.push(identityName)
  }
  const files = []
  for (const name of names) files.push(await describe(folder, name))
  const manifest: Manifest = {
    program: 'threadkeep',
    format: 1,
    engine: 'sqlite',
    at: new Date(at).toISOString(),
    ...census,
    files,
  }
  writeManifest(folder, manifest)
  return manifest
}

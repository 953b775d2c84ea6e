// Puts a backup in the place of a store: into an empty folder, or, on purpose, over the folder that it was made from. What was there
// is put aside and never deleted.

import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { ThreadkeepError } from '../core/errors.ts'
import { syncFolder } from '../store/card-file.ts'
import { syncFile } from '../store/sqlite/backup.ts'
import { standingOf, stampCard, takeFolder } from '../store/sqlite/backup-home.ts'
import { identityName, type Manifest, storeName } from './manifest.ts'
import { backupNamed } from './shelf.ts'
import { verifyBackup } from './verify-backup.ts'

export type RestoreAsked = {
  /** A backup, or a folder of backups. */
  backup: string
  /** Where the store is to be, and the data folder it belongs to. */
  file: string
  folder: string
  acceptOlder: boolean
}
export type Restored = {
  backup: string
  file: string
  manifest: Manifest
  /** Where what was there before is now. */
  aside: string | null
}

export async function restore(asked: RestoreAsked, now: number = Date.now()): Promise<Restored> {
  const { file, folder, acceptOlder } = asked
  const backup = backupNamed(asked.backup)
  const { manifest } = await verifyBackup(backup)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  using _ = takeFolder(folder)
  refuseTaken(asked, manifest)
  const identity = join(folder, identityName)
  const pairs = [{ from: join(backup, storeName), to: file }]
  if (existsSync(join(backup, identityName))) pairs.push({ from: join(backup, identityName), to: identity })
  for (const { from, to } of pairs) copyBeside(from, to)
  const aside = acceptOlder ? putAside(folder, [file, identity], now) : null
  for (const { to } of pairs) renameSync(`${to}${arriving}`, to)
  for (const { to } of pairs) syncFolder(dirname(to))
  stampCard(folder, file)
  return { backup, file, manifest, aside }
}

const arriving = '.arriving'

function copyBeside(from: string, to: string): void {
  copyFileSync(from, `${to}${arriving}`)
  syncFile(`${to}${arriving}`)
}

/** The lock is there because we hold it, and an `.arriving` one because a restore was cut off. */
const isOurs = (name: string) => /^lock($|\.|-)/.test(name) || name.endsWith(arriving)

function refuseTaken({ file, folder, acceptOlder }: RestoreAsked, manifest: Manifest): void {
  const there = [...readdirSync(folder).filter((name) => !isOurs(name)), ...(existsSync(file) ? [file] : [])]
  if (there.length === 0) return
  const standing = standingOf(folder, file)
  if (!acceptOlder)
    throw refused(
      `${folder} is not empty (${[...new Set(there.map((path) => basename(path)))].slice(0, 5).join(', ')}).`,
      `Restore into an empty folder with --to. To go back to this backup on purpose${standing.commitNumber === null ? '' : `, and so give up what came after its ${manifest.commitNumber} commits (there are ${standing.commitNumber})`}, say --accept-older: what is there now is put aside, not deleted.`,
    )
  if (standing.storeId !== null && standing.storeId !== manifest.storeId)
    throw refused(
      `${folder} belongs to another store than the one this backup was made from.`,
      'Restore into an empty folder with --to.',
    )
}

/** The card stays until the restored store has one: till then whoever opens the folder is told that something is missing. */
function putAside(folder: string, files: readonly string[], now: number): string | null {
  const there = files
    .flatMap((file) => ['', '-wal', '-shm', '-journal'].map((end) => file + end))
    .filter(existsSync)
  const card = join(folder, 'store.json')
  if (there.length === 0 && !existsSync(card)) return null
  const name = `put-aside-${new Date(now).toISOString().replaceAll(/[:.]/g, '-')}`
  const aside = join(folder, name)
  mkdirSync(aside, { mode: 0o700 })
  if (existsSync(card)) copyFileSync(card, join(aside, 'store.json'))
  for (const path of there) renameSync(path, asideOf(path, folder, name))
  syncFolder(aside)
  syncFolder(folder)
  return aside
}

/** A store that lies elsewhere, perhaps on another disk, stays there under another name. */
const asideOf = (path: string, folder: string, name: string): string =>
  dirname(path) === folder ? join(folder, name, basename(path)) : `${path}.${name}`

const refused = (message: string, hint: string) => new ThreadkeepError('store_refused', message, hint)

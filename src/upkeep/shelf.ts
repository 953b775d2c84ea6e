// The folder that holds backups, one folder each, newest last by name: which there are, which was found whole, which may go.

import { existsSync, readdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { ThreadkeepError } from '../core/errors.ts'
import { isUnfinished } from './backup.ts'
import { hasManifest } from './manifest.ts'
import { verifiedAt } from './verify-backup.ts'

const named = /^(\d{8}T\d{9}Z)-\d+$/

/** Oldest first. */
export function backupsIn(shelf: string): string[] {
  if (!existsSync(shelf)) return []
  const names = readdirSync(shelf).filter((name) => named.test(name) && hasManifest(join(shelf, name)))
  return names.toSorted().map((name) => join(shelf, name))
}

/** The moment that a backup holds, by its name. */
export function momentOf(folder: string): number {
  const [, stamp = ''] = named.exec(basename(folder)) ?? []
  return Date.parse(stamp.replace(/^(....)(..)(..)T(..)(..)(..)(...)Z$/, '$1-$2-$3T$4:$5:$6.$7Z'))
}

/** The folder itself when it is a backup, else the newest of those in it. */
export function backupNamed(folder: string): string {
  if (hasManifest(folder)) return folder
  const newest = backupsIn(folder).at(-1)
  if (newest) return newest
  throw new ThreadkeepError(
    'store_refused',
    `${folder} is no backup, and there is none in it: no folder there has a manifest.json, which is written last.`,
    'Name the folder of a backup, or one that holds backups.',
  )
}

/** The newest that was restored on trial and found whole. */
export function newestVerified(shelf: string): { folder: string; at: number } | null {
  for (const folder of backupsIn(shelf).toReversed()) {
    const at = verifiedAt(folder)
    if (at !== null) return { folder, at }
  }
  return null
}

const unfinishedMs = 24 * 60 * 60_000

/**
 * Takes away all but the newest, and what a backup that was cut off left behind a day ago. The newest that was found whole stays in
 * any case.
 */
export function keepNewest(shelf: string, most: number, now: number): string[] {
  const verified = newestVerified(shelf)?.folder
  const surplus = backupsIn(shelf).slice(0, -most)
  const gone = [...surplus.filter((folder) => folder !== verified), ...leftBehind(shelf, now)]
  for (const folder of gone) rmSync(folder, { recursive: true, force: true })
  return gone
}

function leftBehind(shelf: string, now: number): string[] {
  const names = readdirSync(shelf).filter(isUnfinished)
  return names
    .map((name) => join(shelf, name))
    .filter((folder) => !(momentOf(folder.replace(/\.unfinished$/, '-0')) > now - unfinishedMs))
}

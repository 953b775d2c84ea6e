// Whether a backup can be relied on: it is restored into a passing folder, read whole, and compared with what its manifest says.

import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tryStore, type Trial } from '../store/sqlite/backup-trial.ts'
import { chainsName, describe, type Manifest, notABackup, readManifest, storeName } from './manifest.ts'

export type Verified = { folder: string; manifest: Manifest; tookMs: number }

const verifiedName = 'verified.json'

/** Rejects with words for a backup that does not hold what it says. */
export async function verifyBackup(folder: string, now: () => number = Date.now): Promise<Verified> {
  const began = now()
  const manifest = readManifest(folder)
  await refuseOtherBytes(folder, manifest)
  const passing = mkdtempSync(join(tmpdir(), 'threadkeep-verify-'))
  try {
    const file = join(passing, storeName)
    copyFileSync(join(folder, storeName), file)
    refuseOtherStore(folder, manifest, await tryStore(file))
  } finally {
    rmSync(passing, { recursive: true, force: true })
  }
  writeFileSync(join(folder, verifiedName), `${JSON.stringify({ at: new Date(now()).toISOString() })}\n`)
  return { folder, manifest, tookMs: now() - began }
}

/** When this backup was last found whole; null if it never was. */
export function verifiedAt(folder: string): number | null {
  const path = join(folder, verifiedName)
  if (!existsSync(path)) return null
  const { at } = JSON.parse(readFileSync(path, 'utf8')) as { at: string }
  return Date.parse(at)
}

async function refuseOtherBytes(folder: string, { files }: Manifest): Promise<void> {
  for (const { name, bytes, sha256 } of files) {
    const path = join(folder, name)
    if (!existsSync(path)) throw notABackup(folder, `${name} is not there`)
    const { size } = statSync(path)
    if (size !== bytes) throw notABackup(folder, `${name} has ${size} bytes, and had ${bytes}`)
    if ((await describe(folder, name)).sha256 !== sha256)
      throw notABackup(folder, `the bytes of ${name} are not those that were written`)
  }
}

function refuseOtherStore(folder: string, manifest: Manifest, trial: Trial): void {
  const { census, faults, chains, differences } = trial
  const [fault, difference] = [faults[0], differences[0]]
  if (fault) throw notABackup(folder, `SQLite says of the restored store: ${fault}`)
  for (const name of ['storeId', 'schemaVersion', 'commitNumber'] as const)
    if (census[name] !== manifest[name])
      throw notABackup(
        folder,
        `its ${name} is ${census[name]}, and the manifest says ${String(manifest[name])}`,
      )
  for (const table of new Set([...Object.keys(census.counts), ...Object.keys(manifest.counts)]))
    if (census.counts[table] !== manifest.counts[table])
      throw notABackup(
        folder,
        `${table} has ${census.counts[table] ?? 'no'} rows, and the store had ${manifest.counts[table] ?? 'none'}`,
      )
  if (chains !== manifest.files.find(({ name }) => name === chainsName)?.sha256)
    throw notABackup(folder, 'the chains of its threads are not those of the store it was made from')
  if (difference)
    throw notABackup(
      folder,
      `in the thread ${difference.thread ?? '(none)'} of ${difference.user}, ${difference.what} is not what it was (and ${differences.length - 1} more)`,
    )
}

// One process owns a data folder, by a lock that the operating system takes away when the process dies.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { ThreadkeepError } from '../../core/errors.ts'
import { makePrivate } from './card.ts'
import { isBusy, isDamage } from './connection.ts'
import { inWordsSync, worded } from './in-words.ts'

/** An exclusive transaction on an empty file, held open: SQLite's locks are the ones that die with their owner everywhere. */
export function lockFolder(folder: string): Disposable {
  const file = join(folder, 'lock')
  const db = inWordsSync(file, () => {
    makePrivate(file)
    return new DatabaseSync(file, { timeout: 0 })
  })
  try {
    db.exec('BEGIN EXCLUSIVE')
    writeFileSync(ownerFile(folder), `${process.pid}\n`, { mode: 0o600 })
  } catch (fault) {
    db.close()
    if (isBusy(fault)) throw heldByAnother(folder, fault)
    if (isDamage(fault)) throw notOurLock(file, fault)
    throw worded(file, fault)
  }
  return { [Symbol.dispose]: () => db.close() }
}

const ownerFile = (folder: string) => join(folder, 'lock.pid')

function heldByAnother(folder: string, cause: unknown): ThreadkeepError {
  let owner = 'unknown'
  try {
    owner = readFileSync(ownerFile(folder), 'utf8').trim()
  } catch (fault) {
    owner = `unknown, ${fault instanceof Error ? fault.message : 'unreadable'}`
  }
  return new ThreadkeepError(
    'store_refused',
    `The data folder ${folder} is in use by another process (pid ${owner}).`,
    'Stop that process, or give this one a folder of its own with THREADKEEP_DATA.',
    undefined,
    cause,
  )
}

const notOurLock = (file: string, cause: unknown) =>
  new ThreadkeepError(
    'store_refused',
    `${file} should be the empty file by which one process owns this folder, and something else is in it.`,
    'Nothing is kept in it. Move it away, and start again.',
    undefined,
    cause,
  )

// Copies a store while others write to it: one read transaction, in which its rows are counted and its pages are copied, so that both
// are of one moment. It needs no lock of the data folder.

import { closeSync, existsSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { backup, DatabaseSync } from 'node:sqlite'
import { ThreadkeepError } from '../../core/errors.ts'
import { type Census, censusOf, chainLines } from './backup-census.ts'
import { makePrivate } from './card.ts'
import { openReading } from './connection.ts'
import { inWords } from './in-words.ts'
import { hasMeta } from './migrate.ts'
import { refuseForeign } from './provenance.ts'

/** All pages in one step: a copy in steps begins again whenever somebody writes between two of them. */
const allPages = 2 ** 31 - 1

export type Copied = { census: Census }

/** The store, and beside it a line for each user's chains. */
export async function copyStore(file: string, to: string, chainsTo: string): Promise<Copied> {
  refuseAbsent(file)
  return inWords(file, async () => {
    refuseForeign(file)
    using db = openReading(file)
    if (!hasMeta(db)) throw notBegun(file)
    db.exec('BEGIN')
    const census = censusOf(db)
    writeLines(chainsTo, chainLines(db))
    await copyPages(db, to)
    db.exec('COMMIT')
    return { census }
  })
}

/** A file of another room, of which nothing is known here but that it is SQLite's. */
export async function copyDatabase(file: string, to: string): Promise<void> {
  return inWords(file, async () => {
    using db = openReading(file)
    await copyPages(db, to)
  })
}

async function copyPages(db: DatabaseSync, to: string): Promise<void> {
  makePrivate(to)
  await backup(db, to, { rate: allPages })
  settle(to)
}

/** As one file that needs no other beside it, and that a power cut leaves whole. */
function settle(file: string): void {
  {
    using copy = new DatabaseSync(file)
    copy.exec('PRAGMA journal_mode = DELETE')
  }
  syncFile(file)
}

function writeLines(path: string, lines: Iterable<string>): void {
  const fd = openSync(path, 'wx', 0o600)
  try {
    let waiting = ''
    for (const line of lines) {
      waiting += line
      if (waiting.length < 65_536) continue
      writeSync(fd, waiting)
      waiting = ''
    }
    writeSync(fd, waiting)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

export function syncFile(path: string): void {
  const fd = openSync(path, 'r+')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

export function refuseAbsent(file: string): void {
  if (existsSync(file)) return
  throw new ThreadkeepError(
    'store_refused',
    `There is no store at ${file}.`,
    'Check THREADKEEP_DATA and THREADKEEP_STORE; nothing was written.',
  )
}

const notBegun = (file: string) =>
  new ThreadkeepError(
    'store_refused',
    `${file} is a database in which no store was begun.`,
    'Start Threadkeep once to begin one.',
  )

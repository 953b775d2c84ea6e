// store.json in the data folder: which store belongs here and how far it had come, so that a lost or older one is noticed.

import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { ThreadkeepError } from '../../core/errors.ts'
import type { Meta } from './migrate.ts'

/** `file` is the name alone: a card must fit its fixed size. */
export type Card = {
  program: 'threadkeep'
  engine: 'sqlite'
  file: string
  storeId: string
  schemaVersion: number
  commitNumber: number
}

export const cardFile = (folder: string): string => join(folder, 'store.json')

export function readCard(folder: string): Card | null {
  const path = cardFile(folder)
  if (!existsSync(path)) return null
  try {
    const card = JSON.parse(readFileSync(path, 'utf8')) as Card | null
    if (
      card?.program === 'threadkeep' &&
      typeof card.storeId === 'string' &&
      Number.isSafeInteger(card.commitNumber)
    )
      return card
  } catch (fault) {
    if (!(fault instanceof SyntaxError)) throw fault
  }
  throw new ThreadkeepError(
    'store_refused',
    `${path} cannot be read as a store card.`,
    'If you know that the store beside it is the right one, `threadkeep accept` writes the card anew.',
  )
}

/** The file never shrinks and is smaller than a disk sector, so that its last field can be written in place after each commit. */
const cardBytes = 500
const render = (card: Card) => Buffer.from(JSON.stringify(card).padEnd(cardBytes - 1) + '\n')

export function writeCard(folder: string, card: Card): void {
  const path = cardFile(folder)
  if (existsSync(path) && readFileSync(path).equals(render(card))) return // two flushes spared
  const fd = openSync(`${path}.new`, 'w', 0o600)
  try {
    writeSync(fd, render(card))
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  renameSync(`${path}.new`, path)
  syncFolder(dirname(path))
}

/** The card of a store as it stands. */
export const cardOf = (file: string, { storeId, schemaVersion, commitNumber }: Meta): Card => ({
  program: 'threadkeep',
  engine: 'sqlite',
  file: basename(file),
  storeId,
  schemaVersion,
  commitNumber,
})

export function removeCard(folder: string): void {
  rmSync(cardFile(folder))
  syncFolder(folder)
}

/** Not flushed: after a power cut the card may lag behind the store, never lead it. */
export function cardKeeper(
  folder: string,
  card: Card,
): { came: (commitNumber: number) => void } & Disposable {
  const fd = openSync(cardFile(folder), 'r+')
  return {
    came: (commitNumber) => void writeSync(fd, render({ ...card, commitNumber }), 0, cardBytes, 0),
    [Symbol.dispose]: () => closeSync(fd),
  }
}

/** Makes a file that is ours alone before SQLite fills it; what SQLite puts beside it then has the same mode. */
export function makePrivate(file: string): void {
  closeSync(openSync(file, 'a', 0o600))
  chmodSync(file, 0o600)
}

/** Makes a new name in a folder survive a power cut. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const fd = openSync(folder, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

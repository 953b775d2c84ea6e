// store.json in the data folder, whichever engine keeps the store: read with suspicion, written whole, and brought up to date in place.

import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { ThreadkeepError } from '../core/errors.ts'

const knownEngines = ['sqlite', 'postgres']
type AnyCard = { program: 'threadkeep'; engine: string; storeId: string }

export const cardFile = (folder: string): string => join(folder, 'store.json')

/** Null when there is none. `hasPlace` looks for what this engine says of how far the store had come. */
export function readCardOf<C extends AnyCard>(
  folder: string,
  engine: C['engine'],
  hasPlace: (card: C) => boolean,
): C | null {
  const path = cardFile(folder)
  if (!existsSync(path)) return null
  const card = parsed(readFileSync(path, 'utf8')) as C | null
  if (card?.program !== 'threadkeep' || typeof card.storeId !== 'string') throw unreadable(path)
  if (knownEngines.includes(card.engine) && card.engine !== engine)
    throw refused(
      `${path} says that this data folder belongs to a store on ${card.engine}, and THREADKEEP_STORE names one on ${engine}.`,
      'Give each store a data folder of its own with THREADKEEP_DATA. If this is on purpose, `threadkeep accept` writes the card anew.',
    )
  if (card.engine !== engine || !hasPlace(card)) throw unreadable(path)
  return card
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (fault) {
    if (fault instanceof SyntaxError) return null // told as a card that cannot be read
    throw fault
  }
}

/** The file never shrinks and is smaller than a disk sector, so that its last field can be written in place after each commit. */
const cardBytes = 500
const render = (card: object) => Buffer.from(JSON.stringify(card).padEnd(cardBytes - 1) + '\n')

export function writeCard(folder: string, card: AnyCard): void {
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

export function removeCard(folder: string): void {
  rmSync(cardFile(folder))
  syncFolder(folder)
}

/** Not flushed: after a power cut the card may lag behind the store, never lead it. */
export function openCard(folder: string): { write: (card: object) => void } & Disposable {
  const fd = openSync(cardFile(folder), 'r+')
  return {
    write: (card) => void writeSync(fd, render(card), 0, cardBytes, 0),
    [Symbol.dispose]: () => closeSync(fd),
  }
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

const refused = (message: string, hint: string) => new ThreadkeepError('store_refused', message, hint)

const unreadable = (path: string) =>
  refused(
    `${path} cannot be read as a store card.`,
    'If you know that the store it belongs to is the right one, `threadkeep accept` writes the card anew.',
  )

// The store card of a SQLite file: which store belongs here and how far it had come, so that a lost or older one is noticed.

import { chmodSync, closeSync, openSync } from 'node:fs'
import { basename } from 'node:path'
import { openCard, readCardOf } from '../card-file.ts'
import type { Meta } from './migrate.ts'

export { cardFile, removeCard, syncFolder, writeCard } from '../card-file.ts'

/** `file` is the name alone: a card must fit its fixed size. */
export type Card = {
  program: 'threadkeep'
  engine: 'sqlite'
  file: string
  storeId: string
  schemaVersion: number
  commitNumber: number
}

export const readCard = (folder: string): Card | null =>
  readCardOf<Card>(folder, 'sqlite', ({ commitNumber }) => Number.isSafeInteger(commitNumber))

/** The card of a store as it stands. */
export const cardOf = (file: string, { storeId, schemaVersion, commitNumber }: Meta): Card => ({
  program: 'threadkeep',
  engine: 'sqlite',
  file: basename(file),
  storeId,
  schemaVersion,
  commitNumber,
})

export function cardKeeper(
  folder: string,
  card: Card,
): { came: (commitNumber: number) => void } & Disposable {
  const written = openCard(folder)
  return {
    came: (commitNumber) => written.write({ ...card, commitNumber }),
    [Symbol.dispose]: () => written[Symbol.dispose](),
  }
}

/** Makes a file that is ours alone before SQLite fills it; what SQLite puts beside it then has the same mode. */
export function makePrivate(file: string): void {
  closeSync(openSync(file, 'a', 0o600))
  chmodSync(file, 0o600)
}

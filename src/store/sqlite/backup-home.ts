// The folder that a backup is restored into: whose it is, how far its store had come, and the card that says so afterwards.

import { existsSync } from 'node:fs'
import { ThreadkeepError } from '../../core/errors.ts'
import { cardOf, makePrivate, readCard, removeCard, writeCard } from './card.ts'
import { cardFile } from '../card-file.ts'
import { openReading } from './connection.ts'
import { lockFolder } from './folder-lock.ts'
import { readMeta } from './migrate.ts'

/** Held until it is disposed: nobody opens the folder while a store is put into it. */
export const takeFolder = (folder: string): Disposable => lockFolder(folder)

export type Standing = { storeId: string | null; commitNumber: number | null }

/** By the card, and where there is none that can be read, by the store; nothing is known of a store that cannot be read either. */
export function standingOf(folder: string, file: string): Standing {
  try {
    const found = readCard(folder) ?? metaOf(file)
    return found ? { storeId: found.storeId, commitNumber: found.commitNumber } : unknown
  } catch (fault) {
    if (fault instanceof ThreadkeepError || (fault instanceof Error && 'errcode' in fault)) return unknown
    throw fault
  }
}

const unknown: Standing = { storeId: null, commitNumber: null }

function metaOf(file: string) {
  if (!existsSync(file)) return null
  using db = openReading(file)
  return readMeta(db)
}

/** Written anew, also over one that cannot be read. */
export function stampCard(folder: string, file: string): void {
  makePrivate(file)
  using db = openReading(file)
  const card = cardOf(file, readMeta(db))
  if (existsSync(cardFile(folder))) removeCard(folder)
  writeCard(folder, card)
}

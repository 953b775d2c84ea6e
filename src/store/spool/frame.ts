// How one record stands in the journal: a mark, its length, a checksum over both it and its words; and how records are found again in a
// file that was hurt.

import { hash } from 'node:crypto'

export type Place = { offset: number; bytes: number }
/** What is no record: `torn` runs beyond the end of the file, as a write that was cut off does. */
export type Damage = Place & { torn: boolean }

const mark = Buffer.from([0xf5, 0x74, 0x6b, 0x0a]) // never inside UTF-8
const checksumBytes = 16
export const headBytes = mark.length + 4 + checksumBytes

export function framed(text: string): Buffer {
  const words = Buffer.from(text)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(words.length)
  return Buffer.concat([mark, length, checksum(length, words), words])
}

/** The words of a whole record; null when these bytes are none. */
export function wordsIn(record: Buffer): string | null {
  const bytes = lengthAt(record, 0)
  return bytes === record.length && isWhole(record) ? record.toString('utf8', headBytes) : null
}

/** Every record that is whole, in order, and everything that stands between them and behind the last. */
export function scan(file: Buffer): { records: Place[]; damage: Damage[] } {
  const records: Place[] = []
  const damage: Damage[] = []
  for (let offset = 0; offset < file.length;) {
    const bytes = recordAt(file, offset)
    if (bytes !== null) {
      records.push({ offset, bytes })
      offset += bytes
      continue
    }
    const next = nextRecord(file, offset + 1)
    damage.push({ offset, bytes: next - offset, torn: next === file.length && isTorn(file, offset) })
    offset = next
  }
  return { records, damage }
}

function recordAt(file: Buffer, offset: number): number | null {
  const bytes = lengthAt(file, offset)
  if (bytes === null || offset + bytes > file.length) return null
  return isWhole(file.subarray(offset, offset + bytes)) ? bytes : null
}

function nextRecord(file: Buffer, from: number): number {
  for (let at = file.indexOf(mark, from); at >= 0; at = file.indexOf(mark, at + 1))
    if (recordAt(file, at) !== null) return at
  return file.length
}

function isTorn(file: Buffer, offset: number): boolean {
  const bytes = lengthAt(file, offset)
  if (bytes !== null) return offset + bytes > file.length
  return file.length - offset < headBytes
}

/** With its head; null where no record can begin. */
function lengthAt(file: Buffer, offset: number): number | null {
  if (file.length - offset < headBytes) return null
  if (!file.subarray(offset, offset + mark.length).equals(mark)) return null
  return headBytes + file.readUInt32BE(offset + mark.length)
}

const isWhole = (record: Buffer): boolean =>
  checksum(record.subarray(mark.length, mark.length + 4), record.subarray(headBytes)).equals(
    record.subarray(mark.length + 4, headBytes),
  )

const checksum = (length: Buffer, words: Buffer): Buffer =>
  hash('sha256', Buffer.concat([length, words]), 'buffer').subarray(0, checksumBytes)

// Words are held against their checksum when this process first reads them, and not again: what is finished never changes. Words that
// are not the ones that were said are shown to nobody.

import type { CanonicalJson } from '../../core/json.ts'
import { ThreadkeepError } from '../../core/errors.ts'
import type { Stretch } from '../../core/tree.ts'
import { roleAt, statusCode } from '../codes.ts'
import { checksumOf } from '../hash.ts'
import type { Key } from '../plan/heads.ts'
import type { Place } from './ask.ts'
import type { SumRow } from './rows.ts'

const threadsMax = 1_000
/** A bit for each message: of this many bytes at most are remembered, and of a longer thread its newest page is looked at each time. */
const bytesMax = 32_768

const [pending, deleted] = [statusCode('pending'), statusCode('deleted')]

export class Witness {
  /** By thread, a bit for each seq; the one that was read last is the last. */
  readonly #seen = new Map<Key, Uint8Array>()

  /** Asks for rows only where there are some that were not seen before; what is under way or deleted never counts as seen. */
  see(
    place: Place,
    stretches: readonly Stretch[],
    rowsOf: (unseen: readonly Stretch[]) => readonly SumRow[],
  ): void {
    const seen = this.#bitsOf(place)
    const unseen = stretches.flatMap((stretch) => unseenIn(seen, stretch))
    if (unseen.length === 0) return
    for (const row of rowsOf(unseen)) {
      const [seq, , , status] = row
      if (isSeen(seen, seq)) continue
      if (!isAsSaid(row)) throw notAsSaid(place, row)
      if (status !== pending && status !== deleted) mark(seen, seq)
    }
  }

  #bitsOf({ shape, lastSeq }: Place): Uint8Array {
    const bytes = Math.min((lastSeq >> 3) + 1, bytesMax)
    const known = this.#seen.get(shape)
    const bits = known && known.length >= bytes ? known : grown(known, bytes)
    this.#seen.delete(shape)
    this.#seen.set(shape, bits)
    const oldest = this.#seen.keys().next().value
    if (this.#seen.size > threadsMax && oldest !== undefined) this.#seen.delete(oldest)
    return bits
  }
}

/** With room for what is said next, so that it is not made anew with every message. */
function grown(known: Uint8Array | undefined, bytes: number): Uint8Array {
  const bits = new Uint8Array(Math.min(Math.max(bytes + (bytes >> 1), 16), bytesMax))
  if (known) bits.set(known)
  return bits
}

function unseenIn(bits: Uint8Array, { from, to }: Stretch): Stretch[] {
  const unseen: Stretch[] = []
  for (let seq = from; seq <= to; seq++) {
    if (isSeen(bits, seq)) continue
    const last = unseen.at(-1)
    if (last?.to === seq - 1) last.to = seq
    else unseen.push({ from: seq, to: seq })
  }
  return unseen
}

const isSeen = (bits: Uint8Array, seq: number): boolean => ((bits[seq >> 3] ?? 0) & (1 << (seq & 7))) !== 0

function mark(bits: Uint8Array, seq: number): void {
  const at = seq >> 3
  if (at < bits.length) bits[at] = (bits[at] ?? 0) | (1 << (seq & 7))
}

/** What is under way has no checksum yet, and what was deleted no words. */
function isAsSaid(row: SumRow): boolean {
  const [, , role, status, text, parts, checksum] = row
  if (typeof text !== 'string') return false
  if (status === pending) return checksum === null
  if (status === deleted) return text === '' && parts === null
  const words = { text, parts: parts as CanonicalJson | null }
  return checksumOf(roleAt(role), words) === checksum
}

/** Said to a person as a fault of ours, and to whoever looks after the store by thread and message. */
const notAsSaid = (place: Place, [seq, id]: SumRow) =>
  new ThreadkeepError(
    'internal',
    `Message ${id} (${seq}) of the thread ${place.id} is not what was said: its words do not match their checksum, so they are not shown.`,
    'Whoever looks after this store finds out more with `threadkeep doctor`, and gets the words back from a backup with `threadkeep restore`.',
    { threadId: place.id, messageId: id, seq },
  )

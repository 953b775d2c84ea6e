// What a run has said so far, in order, and how a reader who has some of it gets the rest: byte for byte, at any position.

import { assert } from './assert.ts'
import type { Part } from './part.ts'
import { utf8Bytes } from './text.ts'

/** Words of one part, or a whole piece that is not words. `part` is the place of the piece in the answer. */
export type RunEntry =
  | { type: 'delta'; part: number; kind: 'text' | 'reasoning'; text: string }
  | { type: 'part'; part: number; value: Part }

/** How far a reader is: bytes of words and number of whole pieces, in one epoch of the run. */
export type RunPosition = { epoch: number; bytes: number; pieces: number }

export const startOfRun = (epoch: number): RunPosition => ({ epoch, bytes: 0, pieces: 0 })
export const positionText = ({ epoch, bytes, pieces }: RunPosition): string => `${epoch}.${bytes}.${pieces}`

export function positionFrom(text: string): RunPosition | null {
  const match = /^(\d{1,9})\.(\d{1,12})\.(\d{1,9})$/.exec(text)
  return match ? { epoch: Number(match[1]), bytes: Number(match[2]), pieces: Number(match[3]) } : null
}

type Placed = { entry: RunEntry; bytes: number; pieces: number }

export class RunLog {
  readonly epoch: number
  /** Each entry with the position before it. */
  readonly #placed: Placed[] = []
  #bytes = 0
  #pieces = 0

  constructor(epoch: number, entries: readonly RunEntry[] = []) {
    this.epoch = epoch
    for (const entry of entries) this.append(entry)
  }

  get position(): RunPosition {
    return { epoch: this.epoch, bytes: this.#bytes, pieces: this.#pieces }
  }

  get length(): number {
    return this.#placed.length
  }

  append(entry: RunEntry): void {
    this.#placed.push({ entry, bytes: this.#bytes, pieces: this.#pieces })
    if (entry.type === 'delta') this.#bytes += utf8Bytes(entry.text)
    else this.#pieces++
  }

  /** Entries by number, for whoever writes the log down in batches; neighbouring words of one part as one entry. */
  entriesFrom(index: number): RunEntry[] {
    return merged(this.#placed.slice(index).map(({ entry }) => entry))
  }

  /** All beyond a position, as few entries as possible. A position ahead of the log gives nothing. */
  after(position: RunPosition): RunEntry[] {
    const first = this.#firstBeyond(position)
    const rest = this.#placed.slice(first)
    const [cut] = rest
    if (!cut || cut.entry.type !== 'delta' || cut.bytes >= position.bytes)
      return merged(rest.map(({ entry }) => entry))
    const tail = { ...cut.entry, text: fromByte(cut.entry.text, position.bytes - cut.bytes) }
    return merged([tail, ...rest.slice(1).map(({ entry }) => entry)]).filter(
      (entry) => entry.type === 'part' || entry.text !== '',
    )
  }

  isAhead(position: RunPosition): boolean {
    return position.bytes > this.#bytes || position.pieces > this.#pieces
  }

  /** The answer so far, as the parts of a message. */
  parts(): Part[] {
    const parts: Part[] = []
    for (const entry of merged(this.#placed.map(({ entry }) => entry))) {
      const before = parts[entry.part]
      if (entry.type === 'part') parts[entry.part] = entry.value
      else if (before && 'text' in before)
        parts[entry.part] = { type: entry.kind, text: String(before.text) + entry.text }
      else parts[entry.part] = { type: entry.kind, text: entry.text }
    }
    assert(!parts.includes(undefined as never), 'the parts of an answer are numbered without gaps')
    return parts
  }

  /** Both counts only rise, so the first entry that ends beyond the position is found by halving. */
  #firstBeyond({ bytes, pieces }: RunPosition): number {
    let low = 0
    let high = this.#placed.length
    while (low < high) {
      const middle = (low + high) >> 1
      const next = this.#placed[middle + 1] ?? { bytes: this.#bytes, pieces: this.#pieces }
      if (next.bytes > bytes || next.pieces > pieces) high = middle
      else low = middle + 1
    }
    return low
  }
}

function merged(entries: readonly RunEntry[]): RunEntry[] {
  const out: RunEntry[] = []
  for (const entry of entries) {
    const last = out.at(-1)
    if (
      entry.type === 'delta' &&
      last?.type === 'delta' &&
      last.part === entry.part &&
      last.kind === entry.kind
    )
      last.text += entry.text
    else out.push({ ...entry })
  }
  return out
}

/** The rest of a text beyond a number of UTF-8 bytes; inside a character, from that character on. */
function fromByte(text: string, bytes: number): string {
  let left = bytes
  let index = 0
  while (index < text.length && left > 0) {
    const code = text.codePointAt(index) ?? 0
    const size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
    if (size > left) break
    left -= size
    index += code > 0xffff ? 2 : 1
  }
  return text.slice(index)
}

// What has come of an answer so far: no word twice and none missing, whatever was cut, sent again or taken back.

import type { Part } from '../core/part.ts'
import { positionFrom, positionText, type RunEntry, RunLog, type RunPosition } from '../core/run-log.ts'
import { utf8Bytes } from '../core/text.ts'
import type { Message } from './wire.ts'

export class Transcript {
  #entries: RunEntry[] = []
  #parts: Part[] = []
  #from: RunPosition
  #position: RunPosition
  #known: boolean

  /** From the start of a run; from a position; or from a pending message with the words that it already has. */
  constructor(from: { after?: string | null | undefined; message?: Message | undefined } = {}) {
    const position = positionFrom(from.after ?? from.message?.runPosition ?? '')
    this.#known = position !== null
    this.#position = position ?? { epoch: 0, bytes: 0, pieces: 0 }
    this.#from = this.#position
    if (from.message && position) this.replace(from.message, position)
  }

  /** How far this reader is, for the door; null when nothing is known yet. */
  get position(): string | null {
    return this.#known ? positionText(this.#position) : null
  }

  get parts(): Part[] {
    return this.#parts.filter((part) => part !== undefined)
  }

  get text(): string {
    return this.parts
      .filter((part): part is { type: 'text'; text: string } => part.type === 'text')
      .map(({ text }) => text)
      .join('\n\n')
  }

  /** What of an entry that ends at `after` is new: all of it, its tail, or nothing (null). `gap`: words are missing before it. */
  take(entry: RunEntry, after: RunPosition): RunEntry | 'gap' | null {
    const { bytes, pieces } = this.#position
    const begin = before(entry, after)
    if (begin.bytes > bytes || begin.pieces > pieces) return 'gap'
    this.#known = true
    if (!isBehind(this.#position, after)) return null
    const fresh = entry.type === 'delta' ? { ...entry, text: tail(entry, bytes - begin.bytes) } : entry
    this.#append(fresh)
    this.#position = after
    return fresh
  }

  /** What lies beyond a position did not survive on the other side, and will be said anew or not at all. */
  rewind(to: RunPosition): void {
    const entries = this.#entries
    if (isBehind(this.#position, to)) return
    let at = this.#from
    this.#entries = []
    this.#parts = []
    for (const entry of entries) {
      const end = beyond(entry, at)
      if (!isBehind(to, end)) this.#append(entry)
      else if (entry.type === 'delta' && at.bytes < to.bytes) this.#append(head(entry, to.bytes - at.bytes))
      at = end
    }
    if (isBehind(to, this.#from)) this.#from = to
    this.#position = to
    this.#known = true
  }

  /** The whole answer at once, in place of all that came before. */
  replace(message: Message, position: RunPosition | null): void {
    const parts: Part[] = message.parts ?? [{ type: 'text', text: message.text }]
    this.#entries = parts.map(entryOf)
    this.#parts = [...parts]
    const end = this.#entries.reduce((at, entry) => beyond(entry, at), {
      ...this.#position,
      bytes: 0,
      pieces: 0,
    })
    this.#position = position ?? end
    this.#from = {
      ...this.#position,
      bytes: this.#position.bytes - end.bytes,
      pieces: this.#position.pieces - end.pieces,
    }
    this.#known = true
  }

  #append(entry: RunEntry): void {
    this.#entries.push(entry)
    const begun = this.#parts[entry.part]
    if (entry.type === 'part') this.#parts[entry.part] = entry.value
    else if (begun && 'text' in begun)
      this.#parts[entry.part] = { type: entry.kind, text: String(begun.text) + entry.text }
    else this.#parts[entry.part] = { type: entry.kind, text: entry.text }
  }
}

const isBehind = (one: RunPosition, other: RunPosition): boolean =>
  one.bytes < other.bytes || one.pieces < other.pieces

function sizeOf(entry: RunEntry): { bytes: number; pieces: number } {
  return entry.type === 'delta' ? { bytes: utf8Bytes(entry.text), pieces: 0 } : { bytes: 0, pieces: 1 }
}

function before(entry: RunEntry, { epoch, bytes, pieces }: RunPosition): RunPosition {
  const size = sizeOf(entry)
  return { epoch, bytes: bytes - size.bytes, pieces: pieces - size.pieces }
}

function beyond(entry: RunEntry, { epoch, bytes, pieces }: RunPosition): RunPosition {
  const size = sizeOf(entry)
  return { epoch, bytes: bytes + size.bytes, pieces: pieces + size.pieces }
}

type Delta = Extract<RunEntry, { type: 'delta' }>

/** The log of the house cuts words by bytes: here it is asked to, so that both sides cut alike. */
function tail(entry: Delta, bytes: number): string {
  const [rest] = new RunLog(0, [entry]).after({ epoch: 0, bytes, pieces: 0 })
  return rest?.type === 'delta' ? rest.text : ''
}

function head(entry: Delta, bytes: number): Delta {
  const rest = tail(entry, bytes)
  return { ...entry, text: entry.text.slice(0, entry.text.length - rest.length) }
}

function entryOf(value: Part, part: number): RunEntry {
  if ((value.type === 'text' || value.type === 'reasoning') && 'text' in value)
    return { type: 'delta', part, kind: value.type, text: String(value.text) }
  return { type: 'part', part, value }
}

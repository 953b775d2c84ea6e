// Ids that sort by the moment they were made: UUIDv7, rising even inside one millisecond and when the clock steps back.

import { limitMax } from './limits.ts'
import { textFault } from './text.ts'

/** Ids for one process. `now` is the clock in ms; `random` fills the bytes it is given. */
export function idSource(now: () => number, random: (bytes: Uint8Array) => void): () => string {
  const bytes = new Uint8Array(16)
  let ms = 0
  let counter = 0
  return () => {
    const time = now()
    random(bytes)
    if (time > ms) {
      ms = time
      counter = ((bytes[6] ?? 0) & 0x07) * 256 + (bytes[7] ?? 0) // starts in the lower half, so that it can rise
    } else if (++counter > 0xfff) {
      ms += 1
      counter = 0
    }
    return format(ms, counter, bytes)
  }
}

function format(ms: number, counter: number, random: Uint8Array): string {
  const time = ms.toString(16).padStart(12, '0')
  const tail = [((random[8] ?? 0) & 0x3f) | 0x80, ...random.subarray(9, 16)]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter.toString(16).padStart(3, '0')}-${tail.slice(0, 4)}-${tail.slice(4)}`
}

/** Why this is no id for a thread, message or run, as the end of a sentence; null when it is one. */
export const idFault = (id: unknown): string | null => fault(id, limitMax('idChars'))

/** The same for a user's id, which an outside system may have made. */
export const userIdFault = (id: unknown): string | null => fault(id, limitMax('userIdChars'))

function fault(id: unknown, charsMax: number): string | null {
  if (typeof id !== 'string') return `must be a string, and is ${id === null ? 'null' : typeof id}`
  if (id.length === 0) return 'is empty'
  if (id.length > charsMax) return `has ${id.length} characters, and at most ${charsMax} are allowed`
  return textFault(id)
}

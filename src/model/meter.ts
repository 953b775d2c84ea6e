// How much of an answer there is room for: what does not fit into one message is not read.

import type { ModelEvent } from '../core/model.ts'
import { utf8Bytes } from '../core/text.ts'
import type { Upstream } from './upstream.ts'

export class Meter {
  #bytesLeft: number
  #partsLeft: number
  #last: ModelEvent['type'] | null = null

  constructor({ answerBytesMax, answerPartsMax }: Upstream) {
    this.#bytesLeft = answerBytesMax
    this.#partsLeft = answerPartsMax
  }

  /** Whether this piece still fits. Words that follow words of their kind become one part. */
  takes(event: ModelEvent): boolean {
    if (event.type === 'part' || event.type !== this.#last) this.#partsLeft--
    this.#last = event.type
    this.#bytesLeft -= storedBytes(event)
    return this.#bytesLeft >= 0 && this.#partsLeft >= 0
  }
}

/** As JSON, because that is how parts are kept. */
function storedBytes(event: ModelEvent): number {
  if (event.type === 'end') return 0
  return utf8Bytes(JSON.stringify(event.type === 'part' ? event.part : event.text))
}

// Turns what a model says into entries of a run's log: numbers the parts, keeps what cannot be stored as its escape, knows when it is full.

import type { ModelEvent } from '../core/model.ts'
import { limitMax } from '../core/limits.ts'
import { escapeText, utf8Bytes } from '../core/text.ts'
import { canonicalJson } from '../core/json.ts'
import type { LiveRun } from './live.ts'

/** Room for the JSON around the words of an answer with many parts. */
const bytesMax = Math.floor(limitMax('messageBytes') * 0.45)

export class Writing {
  readonly #live: LiveRun
  #part = -1
  #kind: 'text' | 'reasoning' | 'part' | null = null
  #bytes = 0
  /** Half of a surrogate pair that waits for its other half in the next piece. */
  #half = ''

  constructor(live: LiveRun) {
    this.#live = live
  }

  get isFull(): boolean {
    return this.#bytes > bytesMax || this.#part >= limitMax('parts') - 1
  }

  write(event: Exclude<ModelEvent, { type: 'end' }>): void {
    if (event.type === 'part') return this.#piece(event)
    if (this.#kind !== event.type) {
      this.close()
      this.#next(event.type)
    }
    const words = this.#half + event.text
    this.#half = endsInHalf(words) ? words.slice(-1) : ''
    this.#words(event.type, this.#half === '' ? words : words.slice(0, -1))
  }

  close(): void {
    if (this.#half !== '' && this.#kind !== null && this.#kind !== 'part') this.#words(this.#kind, this.#half)
    this.#half = ''
  }

  #piece({ part }: ModelEvent & { type: 'part' }): void {
    this.close()
    this.#next('part')
    const verdict = canonicalJson(part)
    const value = verdict.ok
      ? part
      : { type: part.type, escaped: escapeText(JSON.stringify(part) ?? '').text }
    this.#bytes += utf8Bytes(JSON.stringify(value))
    this.#live.say({ type: 'part', part: this.#part, value })
  }

  #words(kind: 'text' | 'reasoning', words: string): void {
    if (words === '') return
    const { text } = escapeText(words)
    this.#bytes += utf8Bytes(text)
    this.#live.say({ type: 'delta', part: this.#part, kind, text })
  }

  #next(kind: 'text' | 'reasoning' | 'part'): void {
    this.#kind = kind
    this.#part++
  }
}

const endsInHalf = (text: string) => /[\uD800-\uDBFF]$/.test(text)

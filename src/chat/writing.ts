// Turns what a model says into entries of a run's log: numbers the parts, keeps what cannot be stored as its escape, knows when it is full.

import type { ModelEvent } from '../core/model.ts'
import { limitMax } from '../core/limits.ts'
import { escapeText, utf8Bytes } from '../core/text.ts'
import { canonicalJson } from '../core/json.ts'
import { contentOfParts, type Part } from '../core/part.ts'
import type { LiveRun } from './live.ts'

/** Counted as JSON, because so are parts and the log kept; what is left is for the JSON around the words of many parts. */
const bytesMax = Math.floor(limitMax('messageBytes') * 0.9)

export class Writing {
  readonly #live: LiveRun
  #part = -1
  #kind: 'text' | 'reasoning' | 'part' | null = null
  #bytesLeft = bytesMax
  #isFull = false
  /** Half of a surrogate pair that waits for its other half in the next piece. */
  #half = ''

  constructor(live: LiveRun) {
    this.#live = live
  }

  get isFull(): boolean {
    return this.#isFull || this.#part >= limitMax('parts') - 1
  }

  /** Of all that was written, as JSON. */
  get bytes(): number {
    return bytesMax - this.#bytesLeft
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
    const value = keepable(part)
    this.#bytesLeft -= jsonBytes(value)
    this.#isFull ||= this.#bytesLeft < 0
    if (this.#isFull) return
    this.#next('part')
    this.#live.say({ type: 'part', part: this.#part, value })
  }

  #words(kind: 'text' | 'reasoning', words: string): void {
    if (words === '') return
    const kept = escapeText(words)
    if (kept.escaped) this.#live.hasEscapes = true
    const text = this.#fitting(kept.text)
    if (text === '') return
    this.#live.say({ type: 'delta', part: this.#part, kind, text })
  }

  /** As much of it as there is room for, in whole characters. */
  #fitting(text: string): string {
    const bytes = jsonBytes(text)
    if (bytes <= this.#bytesLeft) {
      this.#bytesLeft -= bytes
      return text
    }
    this.#isFull = true
    let end = 0
    for (const character of text) {
      this.#bytesLeft -= jsonBytes(character)
      if (this.#bytesLeft < 0) break
      end += character.length
    }
    return text.slice(0, end)
  }

  #next(kind: 'text' | 'reasoning' | 'part'): void {
    this.#kind = kind
    this.#part++
  }
}

/** As it is, if it can be kept so: in a message, and a little deeper in the log. Else its JSON, escaped, under its name. */
function keepable(part: Part): Part {
  if (contentOfParts([part]).ok && canonicalJson([{ value: part }]).ok) return part
  const name = typeof part.type === 'string' && part.type !== 'text' ? part.type : 'unknown'
  return { type: escapeText(name).text, escaped: escapeText(JSON.stringify(part)).text }
}

/** Without the marks around a text, which many deltas share. */
const jsonBytes = (value: unknown): number => utf8Bytes(JSON.stringify(value)) - 2

const endsInHalf = (text: string) => /[\uD800-\uDBFF]$/.test(text)

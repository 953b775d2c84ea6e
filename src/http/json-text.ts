// Looks JSON text over before it is parsed, in one pass without recursion: what could not be kept exactly as it was sent is named
// with its place. Text that is not JSON at all passes; parsing it says so.

const quote = 0x22
const comma = 0x2c
const minus = 0x2d
const colon = 0x3a
const backslash = 0x5c

/** An object or list that is open; `keys` is null for a list. */
type Frame = { keys: Set<string> | null; key: string; index: number; wantsKey: boolean }

/** What is wrong, as a sentence; null when all of it can be kept. */
export function jsonTextFault(text: string, depthMax: number): string | null {
  const frames: Frame[] = []
  const strings = new Strings(text)
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    const frame = frames.at(-1)
    if (unit === quote) {
      const end = strings.endFrom(at + 1)
      if (end < 0) return null
      const raw = text.slice(at + 1, end)
      const fault = (strings.escaped ? escapeFault(raw) : null) ?? keyFault(frame, raw, strings.escaped)
      if (fault !== null) return `The JSON ${fault} at ${placeOf(frames)}.`
      at = end
    } else if (unit === 0x7b || unit === 0x5b) {
      if (frames.length === depthMax)
        return `The JSON is nested more than ${depthMax} levels deep at ${placeOf(frames)}.`
      frames.push(opened(unit === 0x7b))
    } else if (unit === 0x7d || unit === 0x5d) frames.pop()
    else if (unit === comma && frame) {
      frame.index++
      frame.wantsKey = frame.keys !== null
    } else if (unit === colon && frame) frame.wantsKey = false
    else if (unit === minus || isDigit(unit)) {
      const literal = numberAt(text, at)
      const fault = numberFault(literal)
      if (fault !== null) return `The JSON has ${fault} at ${placeOf(frames)}. Send it as a string.`
      at += literal.length - 1
    }
  }
  return null
}

const opened = (isObject: boolean): Frame => ({
  keys: isObject ? new Set() : null,
  key: '',
  index: 0,
  wantsKey: isObject,
})

const isDigit = (unit: number) => unit >= 0x30 && unit <= 0x39

/** Finds where strings end. Each quote and backslash is looked for once, however the text is made. */
class Strings {
  readonly #text: string
  #escape: number
  /** Whether the string that was found last holds an escape. */
  escaped = false

  constructor(text: string) {
    this.#text = text
    this.#escape = text.indexOf('\\')
  }

  endFrom(start: number): number {
    let from = start
    let end = this.#text.indexOf('"', from)
    this.escaped = false
    for (;;) {
      if (this.#escape >= 0 && this.#escape < from) this.#escape = this.#text.indexOf('\\', from)
      if (end < 0 || this.#escape < 0 || this.#escape > end) return end
      this.escaped = true
      from = this.#escape + 2
      if (end < from) end = this.#text.indexOf('"', from)
    }
  }
}

/** Raw text came out of UTF-8 and is whole; only an escape can bring in what cannot be kept. */
function escapeFault(raw: string): string | null {
  for (let at = raw.indexOf('\\'); at >= 0; at = raw.indexOf('\\', at)) {
    const unit = escapedUnit(raw, at)
    if (unit === 0) return 'has a NUL character (\\u0000), which cannot be kept,'
    if (unit >= 0xd800 && unit <= 0xdbff) {
      const low = escapedUnit(raw, at + 6)
      if (!(low >= 0xdc00 && low <= 0xdfff)) return halfPair
      at += 12
    } else if (unit >= 0xdc00 && unit <= 0xdfff) return halfPair
    else at += 2
  }
  return null
}

const halfPair = 'has half of a surrogate pair, which is no character,'

/** The code unit that a \u escape stands for; -1 when there is none at this place. */
function escapedUnit(raw: string, at: number): number {
  if (raw.charCodeAt(at) !== backslash || raw[at + 1] !== 'u') return -1
  const hex = raw.slice(at + 2, at + 6)
  return /^[0-9a-fA-F]{4}$/.test(hex) ? Number.parseInt(hex, 16) : -1
}

function keyFault(frame: Frame | undefined, raw: string, escaped: boolean): string | null {
  if (!frame?.keys || !frame.wantsKey) return null
  frame.key = escaped ? unescaped(raw) : raw
  if (frame.keys.has(frame.key)) return 'names a key twice'
  frame.keys.add(frame.key)
  return null
}

const shortEscapes: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }
const unescaped = (raw: string): string =>
  raw.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/gsu, (_, hex: string | undefined, short: string) =>
    hex === undefined ? (shortEscapes[short] ?? short) : String.fromCharCode(Number.parseInt(hex, 16)),
  )

const numberPattern = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|-/y
function numberAt(text: string, at: number): string {
  numberPattern.lastIndex = at
  return numberPattern.exec(text)?.[0] ?? '-'
}

function numberFault(literal: string): string | null {
  const value = Number(literal)
  if (literal === '-') return null
  if (!Number.isFinite(value)) return 'a number beyond every range'
  if (Number.isInteger(value) && !Number.isSafeInteger(value))
    return 'an integer beyond 2^53, which would not come back as it was sent,'
  return null
}

function placeOf(frames: readonly Frame[]): string {
  const place = frames.map(({ keys, key, index }) => (keys ? `.${key}` : `[${index}]`)).join('')
  return `$${place.length > 80 ? `${place.slice(0, 80).toWellFormed()}…` : place}`
}

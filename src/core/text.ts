// Which text can be kept byte for byte on every engine, and what is done with text from a model that cannot.

const loneSurrogate = /\p{Surrogate}/u
const unkeepable = /\0|\p{Surrogate}/gu

/** Why this text cannot be kept exactly, as the end of a sentence; null when it can. */
export function textFault(text: string): string | null {
  if (text.includes('\0')) return `has a NUL character at position ${text.indexOf('\0')}`
  if (!text.isWellFormed()) return `has half of a surrogate pair at position ${text.search(loneSurrogate)}`
  return null
}

/** A model's words are never refused: what cannot be kept is written as its escape, and the caller is told. */
export function escapeText(text: string): { text: string; escaped: boolean } {
  if (textFault(text) === null) return { text, escaped: false }
  const escape = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  return { text: text.replace(unkeepable, escape), escaped: true }
}

/** Bytes in UTF-8, counted only where the cheap bounds do not already decide. */
export function utf8Exceeds(text: string, bytesMax: number): boolean {
  if (text.length > bytesMax) return true
  if (text.length * 3 <= bytesMax) return false
  return utf8Bytes(text) > bytesMax
}

export function utf8Bytes(text: string): number {
  let bytes = text.length
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x80) continue
    bytes += unit < 0x800 ? 1 : 2
    if (unit >= 0xd800 && unit < 0xdc00) i++ // the pair's four bytes are counted: two units and these two
  }
  return bytes
}

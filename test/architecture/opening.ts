// What every file says of itself: an opening sentence, and nothing left for later.
import { isHouse, type Source } from './source.ts'

export function openingFaults(source: Source): string[] {
  if (!isHouse(source.path)) return []
  const opening = openingOf(source)
  return [
    ...(isSentence(opening)
      ? []
      : [`${source.path}: its first line has to be one sentence of comment that says what it does`]),
    ...[...source.text.matchAll(/\b(TODO|FIXME)\b/g)].map(
      ([word]) => `${source.path} has a ${word}: do it, or open an issue`,
    ),
  ]
}

/** The comment that starts on the first line (after a shebang), without its marks; empty when there is none. */
export function openingOf(source: Source): string {
  const text = source.text.replace(/^#!.*\n+/, '')
  const lines = source.path.endsWith('.sql') ? /^(?:--.*(?:\n|$))+/ : /^(?:\/\/.*(?:\n|$))+/
  const comment = lines.exec(text)?.[0] ?? /^\/\*[\s\S]*?\*\//.exec(text)?.[0] ?? ''
  return comment
    .replace(/^\s*(\/\/|--|\/\*\*?|\*\/|\*)|\*\/\s*$/gm, '')
    .replace(/\s+/g, ' ')
    .trim()
}

function isSentence(words: string): boolean {
  return /^\S+( \S+){2,}/.test(words) && /[.!?:](\s|$)/.test(words)
}

// The pieces of a message, and the one way in which they are stored: words once, everything else as canonical text.

import { type CanonicalJson, canonicalJson } from './json.ts'
import { limitMax, limitSentence } from './limits.ts'
import { textFault, utf8Exceeds } from './text.ts'

export type TextPart = { type: 'text'; text: string }
export type ReasoningPart = { type: 'reasoning'; text: string }
export type ImagePart = { type: 'image'; url: string; alt?: string }
export type FilePart = { type: 'file'; url: string; name?: string; mediaType?: string }
export type ToolCallPart = { type: 'tool-call'; callId: string; name: string; input: unknown }
export type ToolResultPart = {
  type: 'tool-result'
  callId: string
  name: string
  output: unknown
  isError?: boolean
}
export type SourcePart = { type: 'source'; id?: string; title?: string; url?: string; snippet?: string }
/** Kinds that we do not know are kept whole, and drawn as what they are. */
export type UnknownPart = { type: string; [key: string]: unknown }

export type Part =
  | TextPart
  | ReasoningPart
  | ImagePart
  | FilePart
  | ToolCallPart
  | ToolResultPart
  | SourcePart
  | UnknownPart

/** What is stored of a message's content. `parts` is null when the content is exactly one text part: then `text` holds it. */
export type Content = { text: string; parts: CanonicalJson | null }

export type ContentVerdict =
  | { ok: true; content: Content }
  | { ok: false; code: 'invalid' | 'too_large'; fault: string }

export function contentOfText(text: string): ContentVerdict {
  if (typeof text !== 'string')
    return { ok: false, code: 'invalid', fault: `The text of a message is a ${typeof text}` }
  const fault = textFault(text)
  if (fault !== null) return { ok: false, code: 'invalid', fault: `The text ${fault}` }
  if (utf8Exceeds(text, limitMax('messageBytes'))) return tooLarge('messageBytes')
  return { ok: true, content: { text, parts: null } }
}

export function contentOfParts(parts: readonly Part[]): ContentVerdict {
  if (!Array.isArray(parts))
    return { ok: false, code: 'invalid', fault: 'The parts of a message must be a list' }
  if (parts.length > limitMax('parts')) return tooLarge('parts')
  const only = parts.length === 1 ? parts[0] : undefined
  if (only && isPlainText(only)) return contentOfText(only.text)
  const untyped = parts.findIndex(
    (part) => typeof part !== 'object' || part === null || typeof part.type !== 'string',
  )
  if (untyped >= 0)
    return { ok: false, code: 'invalid', fault: `Part ${untyped} of the message has no "type"` }
  const wordless = parts.findIndex(
    (part) => part.type === 'text' && typeof part['text' as keyof Part] !== 'string',
  )
  if (wordless >= 0)
    return {
      ok: false,
      code: 'invalid',
      fault: `Part ${wordless} of the message is a text part without "text"`,
    }
  const verdict = canonicalJson(parts)
  if (!verdict.ok) return { ok: false, code: 'invalid', fault: `The parts of the message: ${verdict.fault}` }
  if (utf8Exceeds(verdict.json, limitMax('messageBytes'))) return tooLarge('messageBytes')
  return { ok: true, content: { text: wordsOf(parts), parts: verdict.json } }
}

/** The parts of stored content, as a reader sees them. */
export function partsOf(content: { text: string; parts: string | null }): Part[] {
  if (content.parts === null) return [{ type: 'text', text: content.text }]
  return JSON.parse(content.parts) as Part[]
}

/** What search, titles and previews read: the text parts alone. */
function wordsOf(parts: readonly Part[]): string {
  return parts
    .filter((part): part is TextPart => part.type === 'text')
    .map((part) => part.text)
    .join('\n\n')
}

function isPlainText(part: unknown): part is TextPart {
  if (typeof part !== 'object' || part === null) return false
  const { type, text, ...rest } = part as TextPart
  return type === 'text' && typeof text === 'string' && Object.keys(rest).length === 0
}

function tooLarge(limit: 'messageBytes' | 'parts'): ContentVerdict {
  return { ok: false, code: 'too_large', fault: limitSentence(limit) }
}

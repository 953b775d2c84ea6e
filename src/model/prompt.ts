// What was said so far, as the SDK's prompt: words as words, pictures where the provider can see them, the rest in brackets.

import type { ModelMessage } from '../core/model.ts'
import type { Part } from '../core/part.ts'
import type { SdkCall } from './sdk.ts'

type Prompt = SdkCall['prompt']
type UserContent = Extract<Prompt[number], { role: 'user' }>['content']
type SupportedUrls = Record<string, RegExp[]>

const dataUrl = /^data:([\w.+-]+\/[\w.+-]+);base64,(.+)$/s
const seen = ['image/', 'application/pdf']

export function promptOf(
  instructions: string,
  messages: readonly ModelMessage[],
  supportedUrls: SupportedUrls,
): Prompt {
  const said = messages.flatMap((message) => turnOf(message, supportedUrls))
  const first = said[0]?.role === 'assistant' ? [user('(What came before is left out.)')] : []
  return [...instructed(instructions), ...first, ...said]
}

function instructed(instructions: string): Prompt {
  if (instructions.trim() === '') return []
  // The one provider that caches only what it is told to: instructions are the same from turn to turn.
  const providerOptions = { anthropic: { cacheControl: { type: 'ephemeral' } } }
  return [{ role: 'system', content: instructions, providerOptions }]
}

/**
 * Providers refuse a system message in the middle, a tool call without its declared tool, and a message without
 * words: the first two are told in words, the last is left out.
 */
function turnOf({ role, parts }: ModelMessage, supportedUrls: SupportedUrls): Prompt {
  if (role === 'user') {
    const content = parts.flatMap((part) => fileOf(part, supportedUrls) ?? textPart(wordsOf(part)))
    return content.length === 0 ? [] : [{ role, content }]
  }
  const words = parts
    .map(wordsOf)
    .filter((text) => text.trim() !== '')
    .join('\n\n')
  if (words === '') return []
  return [
    role === 'assistant' ? { role, content: [{ type: 'text', text: words }] } : user(`(${role}) ${words}`),
  ]
}

const user = (text: string): Prompt[number] => ({ role: 'user', content: [{ type: 'text', text }] })

const textPart = (text: string): UserContent => (text.trim() === '' ? [] : [{ type: 'text', text }])

function wordsOf(part: Part): string {
  const { text, name, alt, url, input, output } = part as Record<string, unknown>
  switch (part.type) {
    case 'text':
      return typeof text === 'string' ? text : ''
    case 'reasoning':
    case 'source':
      return ''
    case 'tool-call':
      return `[used ${String(name)} with ${JSON.stringify(input)}]`
    case 'tool-result':
      return `[${String(name)} gave ${JSON.stringify(output)}]`
    default:
      return `[${[part.type, ...[alt, name, url].filter(isSayable).slice(0, 1)].join(': ')}]`
  }
}

const isSayable = (text: unknown): boolean =>
  typeof text === 'string' && text !== '' && !text.startsWith('data:')

/** A picture or a PDF that the provider can be shown; null for everything that must be told in words. We fetch no address. */
function fileOf(part: Part, supportedUrls: SupportedUrls): UserContent | null {
  if ((part.type !== 'image' && part.type !== 'file') || !('url' in part) || typeof part.url !== 'string')
    return null
  const inline = dataUrl.exec(part.url)
  const given = 'mediaType' in part && typeof part.mediaType === 'string' ? part.mediaType : 'image/*'
  const mediaType = inline?.[1] ?? given
  if (!seen.some((kind) => mediaType.startsWith(kind))) return null
  if (inline?.[2]) return [{ type: 'file', mediaType, data: { type: 'data', data: inline[2] } }]
  if (!URL.canParse(part.url) || !isSupported(part.url, mediaType, supportedUrls)) return null
  return [{ type: 'file', mediaType, data: { type: 'url', url: new URL(part.url) } }]
}

function isSupported(url: string, mediaType: string, supportedUrls: SupportedUrls): boolean {
  return Object.entries(supportedUrls)
    .filter(([kind]) => kind === mediaType || kind === '*' || mediaType.startsWith(kind.replace('*', '')))
    .some(([, patterns]) => patterns.some((pattern) => pattern.test(url)))
}

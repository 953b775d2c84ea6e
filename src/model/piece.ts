// A stream part of the AI SDK as a piece of the answer, or nothing when it is none.

import type { ModelEvent, ModelUsage } from '../core/model.ts'
import type { Part } from '../core/part.ts'
import type { SdkFile, SdkFinish, SdkPart } from './sdk.ts'

export function pieceOf(part: SdkPart): ModelEvent | null {
  if (part.type === 'text-delta') return wordsOf('text', part.delta)
  if (part.type === 'reasoning-delta') return wordsOf('reasoning', part.delta)
  if (part.type === 'tool-call') return whole(toolCall(part))
  if (part.type === 'tool-result') return part.preliminary === true ? null : whole(toolResult(part))
  if (part.type === 'source') return whole(source(part))
  return part.type === 'file' ? whole(madeFile(part)) : null
}

export function endOf({ finishReason, usage }: SdkFinish): ModelEvent {
  return { type: 'end', finish: finishes[finishReason.unified] ?? 'other', usage: usageOf(usage) }
}

export const usageUnknown: ModelUsage = {
  inputTokens: null,
  outputTokens: null,
  cachedInputTokens: null,
  reasoningTokens: null,
}

const finishes: Partial<Record<string, 'stop' | 'length' | 'filtered'>> = {
  stop: 'stop',
  length: 'length',
  'content-filter': 'filtered',
}

function usageOf({ inputTokens, outputTokens }: SdkFinish['usage']): ModelUsage {
  return {
    inputTokens: inputTokens.total ?? null,
    outputTokens: outputTokens.total ?? null,
    cachedInputTokens: inputTokens.cacheRead ?? null,
    reasoningTokens: outputTokens.reasoning ?? null,
  }
}

const whole = (part: Part): ModelEvent => ({ type: 'part', part })
const wordsOf = (type: 'text' | 'reasoning', text: string): ModelEvent | null =>
  text === '' ? null : { type, text }

function toolCall({ toolCallId, toolName, input }: SdkPart & { type: 'tool-call' }): Part {
  return { type: 'tool-call', callId: toolCallId, name: toolName, input: inputOf(input) }
}

function source(part: SdkPart & { type: 'source' }): Part {
  const titled = part.title === undefined ? {} : { title: part.title }
  const addressed = part.sourceType === 'url' ? { url: part.url } : {}
  return { type: 'source', id: part.id, ...titled, ...addressed }
}

function toolResult(part: SdkPart & { type: 'tool-result' }): Part {
  const result = { type: 'tool-result', callId: part.toolCallId, name: part.toolName, output: part.result }
  return part.isError === true ? { ...result, isError: true } : result
}

/** What a model wrote as the input of a tool is kept as it is, also when it is not JSON. */
function inputOf(text: string): unknown {
  try {
    return text === '' ? {} : JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return text
    throw error
  }
}

function madeFile({ mediaType, data }: SdkFile): Part {
  const url = data.type === 'url' ? data.url.href : `data:${mediaType};base64,${base64(data.data)}`
  return mediaType.startsWith('image/') ? { type: 'image', url } : { type: 'file', url, mediaType }
}

const base64 = (data: string | Uint8Array): string =>
  typeof data === 'string' ? data : Buffer.from(data).toString('base64')

// The protocols under test, each as a voice on a fake provider, and an ear that hears an answer to its end or its error.

import { inspect } from 'node:util'
import { type Model, ModelError, type ModelEvent, type ModelRequest } from '../../src/core/model.ts'
import { anthropicModel } from '../../src/model/anthropic.ts'
import { compatibleModel } from '../../src/model/compatible.ts'
import { googleModel } from '../../src/model/google.ts'
import { openaiChatModel, openaiModel } from '../../src/model/openai.ts'
import { answerBytesMaxDefault, answerPartsMaxDefault, type Upstream } from '../../src/model/upstream.ts'
import type { FakeWire } from '../fake-provider/answer.ts'
import { anthropic } from '../fake-provider/anthropic.ts'
import { google } from '../fake-provider/google.ts'
import { openaiChat } from '../fake-provider/openai-chat.ts'
import { openaiResponses } from '../fake-provider/openai-responses.ts'

export const key = 'sk-a-key-that-nobody-may-read'

export const protocols = {
  'openai responses': [openaiModel, openaiResponses],
  'openai chat': [openaiChatModel, openaiChat],
  compatible: [compatibleModel, openaiChat],
  anthropic: [anthropicModel, anthropic],
  google: [googleModel, google],
} as const satisfies Record<string, readonly [(upstream: Upstream) => Model, FakeWire]>

export type ProtocolName = keyof typeof protocols
export const protocolNames = Object.keys(protocols) as ProtocolName[]

export function voice(name: ProtocolName, { url }: { url: string }, given: Partial<Upstream> = {}): Model {
  return protocols[name][0]({
    provider: name.split(' ')[0] ?? name,
    name: 'fake',
    baseUrl: url,
    key,
    headersTimeoutMs: 5_000,
    stallMs: 5_000,
    afterEndMs: 100,
    answerBytesMax: answerBytesMaxDefault,
    answerPartsMax: answerPartsMaxDefault,
    ...given,
  })
}

export type Heard = {
  text: string
  reasoning: string
  parts: unknown[]
  end: Extract<ModelEvent, { type: 'end' }> | null
  error: unknown
}

export const asked = (text = 'Say hello.', signal = new AbortController().signal): ModelRequest => ({
  instructions: 'You are brief.',
  messages: [{ role: 'user', parts: [{ type: 'text', text }] }],
  maxOutputTokens: 1_000,
  signal,
})

/** Everything up to the end or the error; it sees to it that there is exactly one of them, and that it comes last. */
export async function hear(model: Model, request: ModelRequest = asked()): Promise<Heard> {
  const heard: Heard = { text: '', reasoning: '', parts: [], end: null, error: null }
  try {
    for await (const event of model.stream(request)) {
      if (heard.end !== null) throw new Error(`${event.type} came after the end.`)
      if (event.type === 'text') heard.text += event.text
      else if (event.type === 'reasoning') heard.reasoning += event.text
      else if (event.type === 'part') heard.parts.push(event.part)
      else heard.end = event
    }
    if (heard.end === null) throw new Error('The stream stopped without an end and without an error.')
  } catch (error) {
    heard.error = error
  }
  return heard
}

/** `429 → rate_limited`, in one word: the fault, or how it ended. */
export function outcome({ end, error }: Heard): string {
  if (error === null) return `end ${end?.finish}`
  return error instanceof ModelError ? error.fault : `not a ModelError: ${inspect(error)}`
}

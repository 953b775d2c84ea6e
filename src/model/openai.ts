// OpenAI, over its Responses wire or over chat completions.

import { createOpenAI } from '@ai-sdk/openai'
import type { Model } from '../core/model.ts'
import { chatEnd, responsesEnd } from './end.ts'
import { sdkModel } from './sdk.ts'
import type { Upstream } from './upstream.ts'

/** Nothing is left at the provider: it would keep a copy of every answer for 30 days if it were not told. */
const unkept = { openai: { store: false } }

export function openaiModel(upstream: Upstream): Model {
  return sdkModel(upstream, {
    open: (fetch) => opened(upstream, fetch).responses(upstream.name),
    isEnd: responsesEnd,
    providerOptions: unkept,
  })
}

export function openaiChatModel(upstream: Upstream): Model {
  return sdkModel(upstream, {
    open: (fetch) => opened(upstream, fetch).chat(upstream.name),
    isEnd: chatEnd,
    providerOptions: unkept,
  })
}

function opened({ baseUrl, key }: Upstream, fetch: typeof globalThis.fetch) {
  return createOpenAI({ baseURL: baseUrl, apiKey: key ?? '', fetch })
}

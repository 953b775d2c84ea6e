// Whatever speaks chat completions at an address of yours: Ollama, vLLM, llama.cpp, a gateway.

import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import type { Model } from '../core/model.ts'
import { chatEnd } from './end.ts'
import { sdkModel } from './sdk.ts'
import type { Upstream } from './upstream.ts'

export function compatibleModel(upstream: Upstream): Model {
  const { baseUrl, key, name, provider } = upstream
  return sdkModel(upstream, {
    open: (fetch) =>
      createOpenAICompatible({
        name: provider,
        baseURL: baseUrl,
        includeUsage: true,
        fetch,
        ...(key !== null && { apiKey: key }),
      })(name),
    isEnd: chatEnd,
  })
}

// Anthropic, over its Messages wire.

import { createAnthropic } from '@ai-sdk/anthropic'
import type { Model } from '../core/model.ts'
import { anthropicEnd } from './end.ts'
import { sdkModel } from './sdk.ts'
import type { Upstream } from './upstream.ts'

export function anthropicModel(upstream: Upstream): Model {
  const { baseUrl, key, name } = upstream
  return sdkModel(upstream, {
    open: (fetch) => createAnthropic({ baseURL: baseUrl, apiKey: key ?? '', fetch })(name),
    isEnd: anthropicEnd,
  })
}

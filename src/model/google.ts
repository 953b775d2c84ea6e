// Google's Gemini, over its own wire.

import { createGoogle } from '@ai-sdk/google'
import type { Model } from '../core/model.ts'
import { googleEnd } from './end.ts'
import { sdkModel } from './sdk.ts'
import type { Upstream } from './upstream.ts'

export function googleModel(upstream: Upstream): Model {
  const { baseUrl, key, name } = upstream
  return sdkModel(upstream, {
    open: (fetch) => createGoogle({ baseURL: baseUrl, apiKey: key ?? '', fetch })(name),
    isEnd: googleEnd,
  })
}

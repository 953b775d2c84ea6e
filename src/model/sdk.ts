// A provider of the AI SDK behind our port. It calls the provider's own `doStream`: nothing retries, fetches the
// addresses in a message, or ends a stream that did not end.

import type { createOpenAI } from '@ai-sdk/openai'
import { type Model, ModelError, type ModelEvent, type ModelRequest } from '../core/model.ts'
import type { IsEnd } from './end.ts'
import { badAnswer, cutOff, streamFault } from './fault.ts'
import { Meter } from './meter.ts'
import { endOf, pieceOf, usageUnknown } from './piece.ts'
import { promptOf } from './prompt.ts'
import type { Upstream } from './upstream.ts'
import { Wire } from './wire.ts'

export type SdkModel = ReturnType<ReturnType<typeof createOpenAI>['languageModel']>
export type SdkCall = Parameters<SdkModel['doStream']>[0]
export type SdkPart =
  Awaited<ReturnType<SdkModel['doStream']>>['stream'] extends ReadableStream<infer P> ? P : never
export type SdkFinish = Extract<SdkPart, { type: 'finish' }>
export type SdkFile = Extract<SdkPart, { type: 'file' }>

/** What a provider's file knows: how its SDK is opened on a connection, and how its protocol ends an answer. */
export type Protocol = {
  open: (fetch: typeof globalThis.fetch) => SdkModel
  isEnd: IsEnd
  providerOptions?: NonNullable<SdkCall['providerOptions']>
}

export function sdkModel(upstream: Upstream, protocol: Protocol): Model {
  const { provider, name } = upstream
  return { provider, name, stream: (request) => answer(upstream, protocol, request) }
}

async function* answer(
  upstream: Upstream,
  protocol: Protocol,
  request: ModelRequest,
): AsyncGenerator<ModelEvent> {
  request.signal.throwIfAborted()
  const wire = new Wire(upstream, request.signal)
  const meter = new Meter(upstream)
  try {
    for await (const event of events(upstream, protocol, request, wire)) {
      if (!meter.takes(event)) return yield { type: 'end', finish: 'length', usage: usageUnknown }
      yield event
    }
  } catch (error) {
    throw request.signal.aborted ? request.signal.reason : error
  } finally {
    wire.close()
  }
}

async function* events(
  upstream: Upstream,
  protocol: Protocol,
  request: ModelRequest,
  wire: Wire,
): AsyncGenerator<ModelEvent> {
  const parts = await opened(upstream, protocol, request, wire)
  const held: ModelEvent[] = []
  let last: ModelEvent['type'] | null = null
  let ended = false
  let finish: SdkFinish | null = null
  // Cancelling would send an error up the pipe; closing the wire ends it.
  for await (const part of parts.values({ preventCancel: true })) {
    if (request.signal.aborted) throw request.signal.reason
    if (part.type === 'raw') {
      ended ||= protocol.isEnd(part.rawValue)
      if (ended) wire.ended()
      yield* held.splice(0)
    }
    if (part.type === 'error') throw errorPart(upstream, part.error, wire)
    if (part.type === 'finish' && ended) finish ??= part
    if (part.type === 'reasoning-start' && last === 'reasoning') yield { type: 'reasoning', text: '\n\n' }
    const piece = pieceOf(part)
    if (piece === null) continue
    wire.heard()
    last = piece.type
    // The SDK completes a tool call when its stream stops, also when it was cut: it counts once something follows it.
    if (piece.type === 'part' && !ended) held.push(piece)
    else yield piece
  }
  if (request.signal.aborted) throw request.signal.reason
  if (finish === null) throw wire.failure ?? cutOff(upstream)
  if (finish.finishReason.unified === 'error')
    throw badAnswer(upstream, finish.finishReason.raw ?? 'an error without words')
  yield endOf(finish)
}

async function opened(
  upstream: Upstream,
  { open, providerOptions }: Protocol,
  { instructions, messages, maxOutputTokens, signal }: ModelRequest,
  wire: Wire,
): Promise<ReadableStream<SdkPart>> {
  const model = open(wire.fetch)
  const call: SdkCall = {
    prompt: promptOf(instructions, messages, await model.supportedUrls),
    maxOutputTokens,
    abortSignal: signal,
    includeRawChunks: true,
    ...(providerOptions && { providerOptions }),
  }
  try {
    return (await model.doStream(call)).stream
  } catch (error) {
    // The SDK wraps what the wire threw; the wire remembers it as it was.
    throw wire.failure ?? streamFault(upstream, error)
  }
}

function errorPart(upstream: Upstream, error: unknown, wire: Wire): ModelError {
  // One SDK reports a missing end as an error of its own; it is our cut, or what the wire knows of it.
  const endless = error instanceof Error && /without a finish reason/.test(error.message)
  return endless ? (wire.failure ?? cutOff(upstream)) : streamFault(upstream, error)
}

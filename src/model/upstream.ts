// What we know of the provider that we call: who it is, what must never be repeated aloud, and how long and how much we take.

import { limitMax } from '../core/limits.ts'

export type Upstream = {
  provider: string
  name: string
  baseUrl: string
  /** Sent to the provider and shown to nobody: every sentence that quotes a provider is cleared of it. */
  key: string | null
  headersTimeoutMs: number
  stallMs: number
  /** After an answer's own end its connection gets this long to close, for the usage that some send last. */
  afterEndMs: number
  answerBytesMax: number
  answerPartsMax: number
}

export const headersTimeoutMsDefault = 60_000
export const stallMsDefault = 60_000
export const afterEndMsDefault = 1_000

/** Stored parts carry brackets, names and quotes beside the words that the meter counts. */
const wrappingBytes = 8 * 1024
export const answerBytesMaxDefault = limitMax('messageBytes') - wrappingBytes
export const answerPartsMaxDefault = limitMax('parts')

/** No answer needs more bytes of wire than this between two pieces: its last event repeats it a few times, escaped. */
export const quietBytesMax = 8 * 1024 * 1024
export const refusalBytesMax = 64 * 1024

// What a route gives back: a value, which the app turns into a Response with the headers that every answer has.

import type { Receipt } from '../core/receipt.ts'

export type Answer = {
  status: number
  /** JSON text, or a stream of something else. */
  body: string | ReadableStream<Uint8Array>
  type?: string
  headers?: Record<string, string>
}

export const answer = (status: number, body: object): Answer => ({ status, body: JSON.stringify(body) })

export const ok = (body: object): Answer => answer(200, body)

/** A write's answer always carries its receipt, and the position from which later reads are at least as new. */
export function written(body: object, receipt: Receipt, statusWhenKept: 200 | 201 = 200): Answer {
  const status = receipt.result === 'kept' ? statusWhenKept : 200
  return { ...answer(status, { ...body, receipt }), headers: { 'threadkeep-position': receipt.position } }
}

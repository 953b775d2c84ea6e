// Where a list goes on: a place that only this store can have written, for this user and this question.

import { createHmac, timingSafeEqual } from 'node:crypto'
import { ThreadkeepError } from '../core/errors.ts'

export class Cursors {
  readonly #secret: Uint8Array

  constructor(secret: Uint8Array) {
    this.#secret = secret
  }

  /** `about` is the question that the place belongs to. */
  seal(user: string, about: string, place: unknown): string {
    const payload = Buffer.from(JSON.stringify(place))
    return `${payload.toString('base64url')}.${this.#mark(user, about, payload).toString('base64url')}`
  }

  open(user: string, about: string, cursor: string): unknown {
    const [body = '', mark = ''] = cursor.split('.')
    const payload = Buffer.from(body, 'base64url')
    const given = Buffer.from(mark, 'base64url')
    const own = this.#mark(user, about, payload)
    if (given.length === own.length && timingSafeEqual(given, own)) return JSON.parse(payload.toString())
    throw new ThreadkeepError(
      'malformed',
      'This cursor is not one that was handed out for this list.',
      'Take nextCursor from the page before with the same filters, or leave the cursor out.',
    )
  }

  #mark(user: string, about: string, payload: Buffer): Buffer {
    const text = JSON.stringify([user, about, payload.toString('base64')])
    return createHmac('sha256', this.#secret).update(text).digest().subarray(0, 16)
  }
}

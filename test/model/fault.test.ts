// What a refusal says, in all the shapes that providers and gateways give it, and when it asks us to come back.
import { expect, it } from 'vitest'
import { retryAfterMs, saidIn, statusFault, streamFault } from '../../src/model/fault.ts'
import type { Upstream } from '../../src/model/upstream.ts'

const nowMs = Date.parse('2026-03-01T12:00:00Z')
const upstream = { provider: 'openai', baseUrl: 'http://127.0.0.1:1', key: 'k-e-y-1-2-3' } as Upstream

it.each<[unknown, string | null]>([
  [{ error: { message: 'No.' } }, 'No.'],
  [[{ error: { message: 'No.' } }], 'No.'],
  [{ type: 'error', error: { type: 'x', message: 'No.' } }, 'No.'],
  [{ error: 'No.' }, 'No.'],
  [{ message: 'No.' }, 'No.'],
  [{ detail: 'No.' }, 'No.'],
  [{ error: { message: 'No.', code: 'insufficient_quota' } }, 'No. (insufficient_quota)'],
  [{ error: {} }, null],
  ['No.', null],
  [null, null],
])('of %j a person reads %j', (body, said) => {
  expect(saidIn(body)).toBe(said)
})

it.each<[Record<string, string>, number | null]>([
  [{ 'retry-after': '3' }, 3_000],
  [{ 'retry-after': '0.5' }, 500],
  [{ 'retry-after': 'Sun, 01 Mar 2026 12:00:30 GMT' }, 30_000],
  [{ 'retry-after': 'Sun, 01 Mar 2026 11:00:00 GMT' }, 0],
  [{ 'retry-after': '-5' }, 0],
  [{ 'retry-after': 'soon' }, null],
  [{ 'retry-after': '' }, null],
  [{ 'retry-after-ms': '120', 'retry-after': '1' }, 120],
  [{}, null],
])('%j is %j ms', (headers, ms) => {
  expect(retryAfterMs(new Headers(headers), nowMs)).toBe(ms)
})

it.each<[unknown, string]>([
  [{ statusCode: 529, message: 'Busy.' }, 'overloaded'],
  [{ code: '429', message: 'Slow down.' }, 'rate_limited'],
  [{ type: 'rate_limit_error', message: 'Slow down.' }, 'rate_limited'],
  [{ code: 'context_length_exceeded', message: 'Too long.' }, 'refused'],
  [{ message: 'Something.' }, 'overloaded'],
  ['Something.', 'bad_answer'],
  [new SyntaxError('Unexpected token'), 'bad_answer'],
  [Object.assign(new Error('No PDFs.'), { name: 'AI_UnsupportedFunctionalityError' }), 'refused'],
])('%o in a stream is %s', (error, fault) => {
  expect(streamFault(upstream, error)).toMatchObject({ name: 'ModelError', fault })
})

it('quotes the provider in one short line, without any key', () => {
  const said = `Bad\n key k-e-y-1-2-3, not sk-proj-abc***xyz. ${'long '.repeat(500)}`
  const { message } = statusFault(upstream, 401, said)
  expect(message).toMatch(/^openai refused the request \(401\): Bad key …, not … long/)
  expect(message.length).toBeLessThan(600)
})

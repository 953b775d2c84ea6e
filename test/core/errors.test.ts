// What can go wrong is a closed list, and every refusal reaches a person as a sentence with a way out.
import { expect, it } from 'vitest'
import { errorCodes, ThreadkeepError } from '../../src/core/errors.ts'
import { keptOrThrow, type Kept, type Outcome } from '../../src/core/receipt.ts'

it('lists each code once', () => {
  expect(new Set(errorCodes).size).toBe(errorCodes.length)
})

it('an error carries its code, its hint, its details and its cause', () => {
  const cause = new Error('the disk')
  const error = new ThreadkeepError('storage_full', 'The disk is full.', 'Free some.', { free: 0 }, cause)
  expect(error).toBeInstanceOf(Error)
  expect(error).toMatchObject({ name: 'ThreadkeepError', code: 'storage_full', message: 'The disk is full.' })
  expect(error).toMatchObject({ hint: 'Free some.', details: { free: 0 }, cause })
})

it('an error without a cause has none', () => {
  expect('cause' in new ThreadkeepError('invalid', 'It is wrong.', 'Put it right.')).toBe(false)
})

const kept: Kept = {
  result: 'kept',
  threadId: 't',
  run: null,
  receipt: {
    id: 'm',
    seq: 1,
    changeSeq: 1,
    position: '1',
    durability: 'disk',
    result: 'kept',
    forked: false,
    headId: 'm',
  },
}

it.each(['kept', 'replayed'] as const)('what was %s is handed on as it is', (result) => {
  const outcome: Kept = { ...kept, result }
  expect(keptOrThrow(outcome)).toBe(outcome)
})

it.each<[Outcome, string, string]>([
  [{ result: 'missing', what: 'thread', id: 'x1' }, 'not_found', 'There is no thread "x1" here.'],
  [{ result: 'conflict', what: 'message', id: 'x2' }, 'same_id_other_content', '"x2"'],
  [
    { result: 'refused', code: 'run_over', message: 'It has ended.', hint: 'Start another.' },
    'run_over',
    'It has ended.',
  ],
])('what was not kept is thrown: %j', (outcome, code, words) => {
  expect(() => keptOrThrow(outcome)).toThrow(ThreadkeepError)
  expect(() => keptOrThrow(outcome)).toThrow(
    expect.objectContaining({
      code,
      message: expect.stringContaining(words),
      hint: expect.stringMatching(/\.$/),
    }),
  )
})

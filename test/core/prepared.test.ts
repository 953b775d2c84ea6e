// A commit is looked over before it waits for the writer: good ones are put in their stored form, bad ones refused in words.
import { describe, expect, it } from 'vitest'
import { type Change, type ChangeKind, changeKinds, type Commit } from '../../src/core/change.ts'
import { type Checksum, prepareCommit } from '../../src/core/prepared.ts'
import { type Random, randomFrom, seeds } from '../random.ts'
import { everyChange, neededFields, spoilt } from './every-change.ts'

const checksum: Checksum = (role, { text, parts }) => `${role}|${text}|${parts}`
const prepare = (...changes: unknown[]) =>
  prepareCommit({ user: 'ann', at: 1, changes: changes as Change[] }, checksum)
const kinds = Object.keys(changeKinds) as ChangeKind[]
const said = everyChange['message.said']
const { text: _, ...unsaid } = said

const refusal = (code: string, words: string | RegExp) => ({
  result: 'refused',
  code,
  message: expect.stringMatching(words),
  hint: expect.stringMatching(/\w+ \w+.*\.$/),
})

describe('a good change', () => {
  it.each(kinds)('%s passes', (kind) => {
    expect(prepare(everyChange[kind])).toMatchObject({
      prepared: { user: 'ann', at: 1, changes: [{ kind }] },
    })
  })

  it('of words gets its stored form and its checksum', () => {
    const parts = [{ type: 'text', text: 'hello' }]
    const stored = {
      prepared: { changes: [{ text: 'hello', parts: null, checksum: 'assistant|hello|null' }] },
    }
    expect(prepare(said)).toMatchObject(stored)
    expect(prepare({ ...unsaid, parts })).toMatchObject(stored)
  })

  it('of parts keeps their text', () => {
    const parts = [{ type: 'image', url: 'u' }]
    const json = JSON.stringify(parts)
    const stored = { prepared: { changes: [{ text: '', parts: json, checksum: `assistant||${json}` }] } }
    expect(prepare({ ...unsaid, parts })).toMatchObject(stored)
  })

  it('that ends a run has the assistant’s checksum', () => {
    expect(prepare(everyChange['run.ended'])).toMatchObject({
      prepared: { changes: [{ checksum: 'assistant|hel|null' }] },
    })
  })

  it('without words is handed on as it is', () => {
    const commit: Commit = { user: 'ann', at: 1, changes: [everyChange['thread.renamed']] }
    expect(prepareCommit(commit, checksum)).toEqual({ prepared: commit })
  })
})

describe('a change may not leave out what it needs', () => {
  it.each(kinds.flatMap((kind) => neededFields[kind].map((field) => [kind, field] as const)))(
    '%s, %s',
    (kind, field) => {
      expect(prepare(spoilt(everyChange[kind], { [field]: undefined }))).toEqual(refusal('invalid', field))
    },
  )

  it('its kind', () => {
    expect(prepare({ threadId: 't' })).toEqual(refusal('invalid', 'kind'))
    expect(prepare({ ...said, kind: 'message.sung' })).toEqual(refusal('invalid', 'kind must be one of'))
  })
})

describe('words', () => {
  it.each<[string, object, string]>([
    ['neither text nor parts', unsaid, 'either text or parts'],
    ['both', { ...said, parts: [] }, 'either text or parts'],
    ['text that is a number', { ...said, text: 5 }, 'text'],
    ['text that is null', { ...said, text: null }, 'text'],
    ['text that is a list', { ...said, text: ['x'] }, 'text'],
    ['parts that are text', { ...unsaid, parts: 'x' }, 'parts'],
    ['parts that are null', { ...unsaid, parts: null }, 'parts'],
    ['NUL', { ...said, text: '\0' }, 'The text has a NUL character at position 0'],
    ['half a pair', { ...said, text: '\ud800' }, 'The text has half of a surrogate pair'],
    ['a run’s end with NUL', { ...everyChange['run.ended'], text: '\0' }, 'NUL'],
  ])('may not be: %s', (_, change, words) => {
    expect(prepare(change)).toEqual(refusal('invalid', words))
  })

  it('may not be longer than a message', () => {
    expect(prepare({ ...said, text: 'a'.repeat(2 ** 20 + 1) })).toEqual(refusal('too_large', '1 MiB'))
  })
})

describe('a commit', () => {
  const commit: Commit = { user: 'ann', at: 1, changes: [said] }

  it.each<[string, object, string, string]>([
    ['without a user', { user: '' }, 'invalid', 'user id of a commit is empty'],
    ['of a user of NUL', { user: '\0' }, 'invalid', 'user id'],
    ['of a user that is a number', { user: 7 }, 'invalid', 'user id'],
    ['of a user with 256 characters', { user: 'a'.repeat(256) }, 'invalid', 'user id'],
    ['before all time', { at: -1 }, 'invalid', 'time of a commit'],
    ['at half a millisecond', { at: 1.5 }, 'invalid', 'time of a commit'],
    ['at no time', { at: Number.NaN }, 'invalid', 'time of a commit'],
    ['at a time in words', { at: '1' }, 'invalid', 'time of a commit'],
    ['without changes', { changes: [] }, 'invalid', 'without changes'],
    ['whose changes are no list', { changes: { 0: said } }, 'invalid', 'changes'],
    ['whose changes are null', { changes: null }, 'invalid', 'changes'],
    ['with a change that is null', { changes: [null] }, 'invalid', 'change'],
    ['with a change that is a word', { changes: ['message.said'] }, 'invalid', 'change'],
    ['with a change that is a list', { changes: [[said]] }, 'invalid', 'kind'],
    ['of 501 changes', { changes: Array.from({ length: 501 }, () => said) }, 'too_large', '500'],
    ['in two threads', { changes: [said, { ...said, threadId: 'u' }] }, 'invalid', 'names 2'],
  ])('%s is refused', (_, spoil, code, words) => {
    expect(prepareCommit({ ...commit, ...spoil }, checksum)).toEqual(refusal(code, words))
  })

  it('of 500 changes passes', () => {
    expect(prepare(...Array.from({ length: 500 }, () => said))).toMatchObject({ prepared: {} })
  })

  it('is refused for its last change as for its first', () => {
    expect(prepare(said, said, { ...said, id: '' })).toEqual(refusal('invalid', 'id is empty'))
  })
})

describe('whatever is sent', () => {
  it.each(seeds(20))('is prepared or refused, and nothing is thrown (seed %i)', (seed) => {
    const random = randomFrom(seed)
    for (let i = 0; i < 200; i++) {
      const change = nonsense(random)
      expect(() => prepare(change), `seed ${seed}, ${JSON.stringify(change)}`).not.toThrow()
    }
  })
})

/** A good change, with some of its fields exchanged for anything at all. */
function nonsense(random: Random): unknown {
  const change: Record<string, unknown> = { ...everyChange[random.pick(kinds)] }
  const anything = [null, undefined, 0, -1, Number.NaN, '', 'x', '\0', true, [], {}, [null], { a: undefined }]
  for (let left = 1 + random.int(3); left > 0; left--) {
    change[random.pick([...Object.keys(change), 'parts', 'seq'])] = random.pick(anything)
  }
  return change
}

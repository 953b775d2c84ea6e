// Each field of a change has one rule, and a value that breaks it is refused with words that name the field.
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { Change, ChangeKind } from '../../src/core/change.ts'
import { type FieldFault, fieldFault } from '../../src/core/field.ts'
import { type Limit, limitMax, limitSentence } from '../../src/core/limits.ts'
import { everyChange, spoilt } from './every-change.ts'

/** What is wrong with a good change of this kind once it is given these fields. */
const faultOf = (kind: ChangeKind, fields: Record<string, unknown>): FieldFault | null =>
  fieldFault(spoilt(everyChange[kind], fields))

it.each(Object.values(everyChange))('a good $kind passes', (change: Change) => {
  expect(fieldFault(change)).toBeNull()
})

describe('a field of a wrong type may not be, and is named', () => {
  const fields = Object.values(everyChange).flatMap((change) =>
    Object.entries(change)
      .filter(([field]) => field !== 'kind' && field !== 'text')
      .map(([field, good]) => [change.kind, field, good] as const),
  )

  it.each(fields)('%s, %s', (kind, field, good) => {
    for (const wrong of wrongInstead(good)) {
      const fault = faultOf(kind, { [field]: wrong })
      expect(fault, `${field}: ${inspect(wrong)}`).toEqual(invalid(field))
    }
  })
})

describe('null', () => {
  it.each<[ChangeKind, string]>([
    ['message.said', 'tag'],
    ['message.said', 'confidence'],
    ['message.said', 'metadata'],
    ['message.said', 'parentId'],
    ['message.said', 'personaVersion'],
    ['thread.renamed', 'title'],
    ['thread.created', 'externalKey'],
    ['user.changed', 'personaPrompt'],
  ])('may be said: %s, %s', (kind, field) => {
    expect(faultOf(kind, { [field]: null })).toBeNull()
  })

  it.each<[ChangeKind, string]>([
    ['message.said', 'id'],
    ['message.said', 'role'],
    ['run.started', 'owner'],
    ['run.started', 'leaseMs'],
    ['thread.renamed', 'titledBy'],
    ['thread.changed', 'archived'],
    ['run.progressed', 'events'],
    ['run.ended', 'status'],
  ])('may not be said: %s, %s', (kind, field) => {
    expect(faultOf(kind, { [field]: null })).toEqual(invalid(field))
  })
})

describe('words', () => {
  it.each<[ChangeKind, string, Limit]>([
    ['thread.renamed', 'title', 'titleChars'],
    ['message.said', 'tag', 'tagChars'],
    ['message.said', 'intent', 'intentChars'],
    ['message.said', 'origin', 'originChars'],
    ['message.said', 'model', 'modelChars'],
    ['message.said', 'personaId', 'personaIdChars'],
    ['user.changed', 'name', 'nameChars'],
    ['user.changed', 'language', 'languageChars'],
    ['thread.created', 'externalKey', 'externalKeyChars'],
  ])('may fill their limit, and may not pass it: %s, %s', (kind, field, limit) => {
    const full = 'é'.repeat(limitMax(limit))
    expect(faultOf(kind, { [field]: full })).toBeNull()
    expect(faultOf(kind, { [field]: `${full}é` })).toEqual(tooLarge(limit))
  })

  it.each<[ChangeKind, string, Limit]>([
    ['message.said', 'metadata', 'metadataBytes'],
    ['message.said', 'entities', 'entitiesBytes'],
    ['message.said', 'sources', 'sourcesBytes'],
    ['message.said', 'usage', 'usageBytes'],
    ['thread.changed', 'context', 'contextBytes'],
    ['user.changed', 'personaPrompt', 'personaPromptBytes'],
    ['run.started', 'contextReceipt', 'contextReceiptBytes'],
    ['run.progressed', 'events', 'runEventsBytes'],
    ['run.ended', 'error', 'runErrorBytes'],
  ])('of JSON are counted in bytes: %s, %s', (kind, field, limit) => {
    const full = JSON.stringify('é'.repeat(limitMax(limit) / 2 - 1))
    expect(faultOf(kind, { [field]: full })).toBeNull()
    expect(faultOf(kind, { [field]: `${full} ` })).toEqual(tooLarge(limit))
  })

  it.each(['id', 'parentId', 'tag', 'metadata', 'personaId'])('may not be unkeepable: %s', (field) => {
    expect(faultOf('message.said', { [field]: 'a\0' })?.message).toMatch(`${field} has a NUL`)
    expect(faultOf('message.said', { [field]: '\ud800' })?.message).toMatch(
      `${field} has half of a surrogate`,
    )
  })

  it.each<[ChangeKind, string]>([
    ['message.said', 'id'],
    ['message.said', 'personaId'],
    ['thread.created', 'externalKey'],
  ])('may not be empty: %s, %s', (kind, field) => {
    expect(faultOf(kind, { [field]: '' })?.message).toBe(`${field} is empty.`)
  })

  it.each<[ChangeKind, string]>([
    ['message.said', 'tag'],
    ['thread.renamed', 'title'],
    ['user.changed', 'name'],
  ])('may be empty: %s, %s', (kind, field) => {
    expect(faultOf(kind, { [field]: '' })).toBeNull()
  })
})

describe('numbers', () => {
  it.each([0, 1, 0.5])('a confidence may be %d', (confidence) => {
    expect(faultOf('message.said', { confidence })).toBeNull()
  })

  it.each([-0.01, 1.01, Number.NaN, Infinity])('a confidence may not be %d', (confidence) => {
    expect(faultOf('message.said', { confidence })).toEqual(invalid('confidence must lie between 0 and 1'))
  })

  it.each([-1, 1.5, 2 ** 53, Infinity])('an epoch may not be %d', (epoch) => {
    expect(faultOf('run.ended', { epoch })).toEqual(invalid('epoch must be a whole number'))
  })
})

it.each<[ChangeKind, string, string, string]>([
  ['message.said', 'role', 'ai', 'user, assistant, system, tool'],
  ['run.started', 'attempt', 'second', 'first, another'],
  ['thread.renamed', 'titledBy', 'User', 'user, model'],
  ['run.ended', 'status', 'pending', 'complete, stopped, failed, interrupted'],
  ['run.ended', 'status', 'deleted', 'complete, stopped, failed, interrupted'],
  ['thread.created', 'unless', 'never', 'there, keyed, main'],
])('%s, %s: may not be %s, and the closed list is told', (kind, field, word, list) => {
  expect(faultOf(kind, { [field]: word })).toEqual(invalid(`${field} must be one of ${list}`))
})

describe('a persona', () => {
  it.each(['user', 'system', 'tool'])('may not be on what the %s says', (role) => {
    expect(faultOf('message.said', { role })).toEqual(invalid('assistant'))
  })

  it('may be without a version, and a version may not be without its persona', () => {
    expect(faultOf('message.said', { personaVersion: null })).toBeNull()
    expect(faultOf('message.said', { personaId: null })).toEqual(invalid('personaId'))
    expect(faultOf('run.started', { personaId: null })).toEqual(invalid('personaId'))
  })

  it('may be null on what anybody says', () => {
    expect(faultOf('message.said', { role: 'user', personaId: null, personaVersion: null })).toBeNull()
  })
})

it('a thread that is found by its key may not be without one', () => {
  const keyless = { unless: 'keyed', externalKey: null }
  expect(faultOf('thread.created', keyless)).toEqual(invalid('externalKey'))
  expect(faultOf('thread.created', { ...keyless, externalKey: 'key' })).toBeNull()
})

it('a provider may not be without a model, and a model may be without its provider', () => {
  expect(faultOf('message.said', { model: null })).toEqual(invalid('provider'))
  expect(faultOf('run.ended', { model: null })).toEqual(invalid('provider'))
  expect(faultOf('message.said', { provider: null })).toBeNull()
})

describe('a field that no change has', () => {
  const strange = ['seq', 'userId', 'constructor', 'toString', 'hasOwnProperty', '__proto__', '']

  it.each(strange)('may not be: %j', (field) => {
    const text = JSON.stringify(everyChange['message.deleted']).replace('{', `{${JSON.stringify(field)}:1,`)
    const change = JSON.parse(text) as Change
    expect(Object.keys(change)).toContain(field)
    expect(fieldFault(change)).toEqual(invalid(`message.deleted has no field "${field}".`))
  })

  it('is no field at all when it is undefined', () => {
    expect(faultOf('message.said', { tag: undefined, seq: undefined })).toBeNull()
  })
})

const invalid = (words: string) => ({ code: 'invalid', message: expect.stringContaining(words) })
const tooLarge = (limit: Limit) => ({ code: 'too_large', message: limitSentence(limit) })

function wrongInstead(good: unknown): unknown[] {
  const anything: unknown[] = [7, true, {}, ['x'], 10n, { toString: null }, () => 1]
  if (typeof good === 'number') return [...anything.slice(1), '7', Number.NaN]
  if (typeof good === 'boolean') return [...anything.filter((value) => value !== true), 'true', null]
  return anything
}

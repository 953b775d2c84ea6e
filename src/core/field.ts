// One rule for each field of a change. A word has one meaning everywhere, so a field's name is enough to find its rule.

import { type Change, type ChangeKind, changeKinds } from './change.ts'
import { idFault } from './id.ts'
import { type Limit, limitMax, limitSentence } from './limits.ts'
import { markNames, roles } from './message.ts'
import { textFault, utf8Exceeds } from './text.ts'

export type FieldFault = { code: 'invalid' | 'too_large'; message: string }
type Rule = (value: unknown, field: string) => FieldFault | null

const invalid = (message: string): FieldFault => ({ code: 'invalid', message })

/** For words to a person: never throws, never long. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `"${value.slice(0, 80)}"`
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object'
  return typeof value === 'symbol' || typeof value === 'function' ? `a ${typeof value}` : String(value)
}

const id: Rule = (value, field) => {
  const fault = idFault(value)
  return fault === null ? null : invalid(`${field} ${fault}.`)
}
const nullable =
  (rule: Rule): Rule =>
  (value, field) =>
    value === null ? null : rule(value, field)

const words =
  (limit: Limit, charsMin = 0): Rule =>
  (value, field) => {
    if (typeof value !== 'string') return invalid(`${field} must be a string, and is ${typeof value}.`)
    if (value.length < charsMin) return invalid(`${field} is empty.`)
    if (value.length > limitMax(limit)) return { code: 'too_large', message: limitSentence(limit) }
    const fault = textFault(value)
    return fault === null ? null : invalid(`${field} ${fault}.`)
  }

const bytes =
  (limit: Limit, what: string): Rule =>
  (value, field) => {
    if (typeof value !== 'string') return invalid(`${field} must be ${what}, and is ${typeof value}.`)
    if (utf8Exceeds(value, limitMax(limit))) return { code: 'too_large', message: limitSentence(limit) }
    const fault = textFault(value)
    return fault === null ? null : invalid(`${field} ${fault}.`)
  }

const json = (limit: Limit): Rule => bytes(limit, 'canonical JSON text')

const oneOf =
  (allowed: readonly string[]): Rule =>
  (value, field) =>
    allowed.includes(value as string)
      ? null
      : invalid(`${field} must be one of ${allowed.join(', ')}, and is ${shown(value)}.`)

const whole: Rule = (value, field) =>
  Number.isSafeInteger(value) && (value as number) >= 0
    ? null
    : invalid(`${field} must be a whole number from 0, and is ${shown(value)}.`)

const flag: Rule = (value, field) =>
  typeof value === 'boolean' ? null : invalid(`${field} must be true or false.`)

const share: Rule = (value, field) =>
  typeof value === 'number' && value >= 0 && value <= 1
    ? null
    : invalid(`${field} must lie between 0 and 1, and is ${shown(value)}.`)

const rules: Record<string, Rule> = {
  kind: oneOf(Object.keys(changeKinds)),
  threadId: id,
  id,
  messageId: id,
  runId: id,
  replyId: id,
  owner: id,
  parentId: nullable(id),
  expectedHead: nullable(id),
  externalKey: nullable(words('externalKeyChars', 1)),
  externalId: words('externalKeyChars', 1),
  title: nullable(words('titleChars')),
  titledBy: oneOf(['user', 'model']),
  name: nullable(words('nameChars')),
  language: nullable(words('languageChars')),
  defaultPersonaId: nullable(words('personaIdChars')),
  personaId: nullable(words('personaIdChars', 1)),
  personaVersion: nullable(words('idChars', 1)),
  personaPrompt: nullable(json('personaPromptBytes')),
  role: oneOf(roles),
  model: nullable(words('modelChars', 1)),
  provider: nullable(words('modelChars', 1)),
  origin: nullable(words('originChars')),
  format: nullable(words('originChars')),
  tag: nullable(words('tagChars')),
  intent: nullable(words('intentChars')),
  confidence: nullable(share),
  entities: nullable(json('entitiesBytes')),
  sources: nullable(json('sourcesBytes')),
  metadata: nullable(json('metadataBytes')),
  context: nullable(json('contextBytes')),
  usage: nullable(json('usageBytes')),
  contextReceipt: nullable(json('contextReceiptBytes')),
  error: nullable(json('runErrorBytes')),
  events: json('runEventsBytes'),
  readSeq: whole,
  draft: nullable(bytes('draftBytes', 'a string')),
  mark: oneOf(markNames),
  value: json('markBytes'),
  attempt: oneOf(['first', 'another']),
  unless: oneOf(['there', 'keyed', 'main']),
  status: oneOf(['complete', 'stopped', 'failed', 'interrupted']),
  archived: flag,
  pinned: flag,
  epoch: whole,
  ordinal: whole,
  batches: whole,
  position: whole,
  leaseMs: whole,
}

/** By these the functions of the schema pam find a conversation without being told whose it is; so nobody else makes them. */
const ownProvider = 'pam'

const needed: Record<ChangeKind, readonly string[]> = {
  'user.changed': [],
  'thread.created': ['threadId'],
  'thread.renamed': ['threadId', 'title', 'titledBy'],
  'thread.changed': ['threadId'],
  'thread.binned': ['threadId'],
  'thread.restored': ['threadId'],
  'head.moved': ['threadId', 'messageId'],
  'message.said': ['threadId', 'id', 'role'],
  'message.deleted': ['threadId', 'messageId'],
  'message.restored': ['threadId', 'messageId'],
  'message.forgotten': ['threadId', 'messageId'],
  'thread.forgotten': ['threadId'],
  'mark.put': ['threadId', 'messageId', 'mark', 'value'],
  'mark.removed': ['threadId', 'messageId', 'mark'],
  'ref.put': ['threadId', 'provider', 'externalId'],
  'ref.removed': ['threadId', 'provider'],
  'place.put': ['threadId'],
  'run.started': ['threadId', 'messageId', 'runId', 'attempt', 'replyId', 'owner', 'leaseMs'],
  'run.composed': ['runId', 'epoch', 'contextReceipt'],
  'run.progressed': ['runId', 'epoch', 'ordinal', 'position', 'events'],
  'run.renewed': ['runId', 'epoch', 'leaseMs'],
  'run.stopAsked': ['runId'],
  'run.ended': ['runId', 'epoch', 'status'],
}

/** What is wrong with a field of this change; null when all is well. Words and parts are judged where they are stored from. */
export function fieldFault(change: Change): FieldFault | null {
  if (typeof change !== 'object' || change === null)
    return invalid(`A change must be an object with a kind, and is ${shown(change)}.`)
  const kindFault = rules['kind']?.(change.kind, 'kind')
  if (kindFault) return kindFault
  for (const [field, value] of Object.entries(change)) {
    if (value === undefined || field === 'text' || field === 'parts') continue
    const rule = Object.hasOwn(rules, field) ? rules[field] : undefined
    const fault = rule ? rule(value, field) : invalid(`${change.kind} has no field "${field.slice(0, 80)}".`)
    if (fault) return fault
  }
  const absent = needed[change.kind].find((field) => Reflect.get(change, field) === undefined)
  if (absent !== undefined) return invalid(`${change.kind} needs ${absent}.`)
  return togetherFault(change)
}

/** What no field shows alone. */
function togetherFault(change: Change): FieldFault | null {
  if (change.kind === 'thread.created' && change.unless === 'keyed' && !change.externalKey)
    return invalid('A thread that is found by its key needs an externalKey.')
  if (change.kind === 'ref.put' || change.kind === 'ref.removed') return refFault(change)
  if (change.kind === 'place.put' && change.readSeq === undefined && change.draft === undefined)
    return invalid('A place says how far somebody has read, or what they have begun to write.')
  if ('provider' in change && change.provider && !change.model)
    return invalid('A provider without a model does not say who spoke.')
  if ('personaVersion' in change && change.personaVersion && !change.personaId)
    return invalid('A personaVersion without a personaId does not say who spoke.')
  if (change.kind !== 'message.said' || change.role === 'assistant') return null
  if (!change.personaId && !change.personaVersion) return null
  return invalid('Only a message of the assistant has a persona.')
}

function refFault({ provider }: { provider: string | null }): FieldFault | null {
  if (provider === null) return invalid('A reference names its provider.')
  if (provider === ownProvider)
    return invalid(`References of "${ownProvider}" are made by the functions of that name alone.`)
  return null
}

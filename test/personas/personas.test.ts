// The four who may answer: known by their names old and new, whole, within their boundaries, and versioned by their words.
import { describe, expect, it } from 'vitest'
import { ThreadkeepError } from '../../src/core/errors.ts'
import { defaultPersonaId, findPersona, type PersonaDefinition } from '../../src/core/persona.ts'
import { versionText } from '../../src/core/persona-version.ts'
import { personas } from '../../src/personas/all.ts'
import { knownPersonas, versionOf } from '../../src/personas/known.ts'
import { sweetSupportive } from '../../src/personas/sweet-supportive.ts'

it('are these four', () => {
  expect(personas.map(({ id, name }) => `${id} ${name}`)).toEqual([
    'sweet_supportive Riya',
    'flirtatious Meera',
    'dominant Aisha',
    'calm_mature Kavya',
  ])
  expect(findPersona(defaultPersonaId, personas)).toBe('sweet_supportive')
})

it.each([
  ['playful_flirty', 'flirtatious'],
  ['bold_confident', 'dominant'],
  ['sweet_supportive', 'sweet_supportive'],
  ['calm_mature', 'calm_mature'],
])('%s of older data is %s', (older, id) => {
  expect(findPersona(older, personas)).toBe(id)
})

it('are told apart by colour', () => {
  const hues = personas.map(({ hue }) => hue).toSorted((a, b) => a - b)
  const gaps = hues.map((hue, index) => (hues[index + 1] ?? (hues[0] ?? 0) + 360) - hue)
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(45)
})

describe.each(personas.map((persona) => [persona.name, persona] as const))('%s', (_, persona) => {
  it.each([
    ['writes nothing explicit', /never write explicit sexual content/],
    ['does not pass for human', /sincerely asks whether you are human[^.]*plainly/],
    ['helps with no harm', /no help with harm/],
    ['names help when somebody may be in danger', /danger.*emergency services/],
    ['sends to those who know', /professional \(a doctor, a therapist, a lawyer/],
    ['lets people go', /leaving|cut themselves off|come to its end/],
  ])('%s', (_, boundary) => {
    expect(persona.boundaries.filter((line) => boundary.test(line))).toHaveLength(1)
  })

  it('shows two or three times how it sounds', () => {
    expect(persona.examples.length).toBeGreaterThanOrEqual(2)
    expect(persona.examples.length).toBeLessThanOrEqual(3)
  })

  it('fits before a conversation with room to spare', () => {
    expect(versionText(persona).length).toBeLessThan(6_000)
  })
})

describe('a version', () => {
  it('is 16 hex digits, another for each, the same every time', () => {
    const versions = knownPersonas().map(({ version }) => version)
    expect(new Set(versions).size).toBe(4)
    for (const version of versions) expect(version).toMatch(/^[0-9a-f]{16}$/)
    expect(knownPersonas().map(({ version }) => version)).toEqual(versions)
  })

  it('is the same on every machine', () => {
    expect(versionOf(emptied(sweetSupportive))).toBe('638a040ef2a55c68')
  })

  it.each(Object.keys(sweetSupportive) as (keyof PersonaDefinition)[])('changes with %s', (field) => {
    expect(versionOf({ ...sweetSupportive, [field]: edited(sweetSupportive[field]) })).not.toBe(
      versionOf(sweetSupportive),
    )
  })
})

describe('definitions that cannot be used', () => {
  it.each<[string, unknown[], string]>([
    ['one that is not whole', [sweetSupportive, { id: 'nila' }], 'Persona "nila": name is missing.'],
    ['two of one name', [sweetSupportive, sweetSupportive], 'the id "sweet_supportive" belongs to'],
    ['none that answers when nobody is named', [personas[1]], 'No persona has the id "sweet_supportive"'],
  ])('%s are refused with words', (_, definitions, words) => {
    const know = () => knownPersonas(definitions)
    expect(know).toThrow(ThreadkeepError)
    expect(know).toThrow(expect.objectContaining({ code: 'config', message: expect.stringContaining(words) }))
  })
})

function edited(value: unknown): unknown {
  if (typeof value === 'string') return `${value} `
  if (typeof value === 'number') return value + 1
  return [...(value as unknown[]), 'more']
}

function emptied(persona: PersonaDefinition): PersonaDefinition {
  const words = { name: '', description: '', identity: 'é🙂', languageNotes: '', greeting: '' }
  return {
    id: persona.id,
    ...words,
    aliases: [],
    hue: 0,
    voice: [],
    values: [],
    boundaries: [],
    examples: [],
  }
}

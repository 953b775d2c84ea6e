// A definition that cannot be used is refused in words that name the persona and the field.
import { describe, expect, it } from 'vitest'
import type { PersonaDefinition } from '../../src/core/persona.ts'
import { personaClashes, readPersona } from '../../src/core/persona-schema.ts'
import { versionText } from '../../src/core/persona-version.ts'

const nila: PersonaDefinition = {
  id: 'nila',
  name: 'Nila',
  aliases: ['moon'],
  description: 'Grows things.',
  hue: 120,
  identity: 'A gardener.\n\nOf the moon.',
  voice: ['Slowly.', 'Softly.'],
  values: ['Rain.'],
  boundaries: ['No explicit content.'],
  examples: [{ user: 'Hi', answer: 'Hello.' }],
  languageNotes: 'Tamil too.',
  greeting: 'Come in.',
}

describe('a definition', () => {
  it('may be whole', () => {
    expect(readPersona(nila)).toEqual({ ok: true, definition: nila })
  })

  it('may have no examples and no aliases', () => {
    expect(readPersona({ ...nila, examples: [], aliases: [] })).toMatchObject({ ok: true })
  })

  it.each(Object.keys(nila).filter((field) => field !== 'id'))('may not lack %s', (field) => {
    const { [field]: _, ...rest } = { ...nila } as Record<string, unknown>
    expect(faultsOf(rest)).toEqual([`Persona "nila": ${field} is missing.`])
  })

  it.each<[string, object, string]>([
    ['no boundaries', { boundaries: [] }, 'boundaries must name at least one'],
    ['a boundary of nothing', { boundaries: ['No.', ' '] }, 'boundaries[1] is empty'],
    ['a voice that is a number', { voice: ['Slowly.', 5] }, 'voice[1] must be text'],
    ['values that are no list', { values: 'Rain.' }, 'values must be a list'],
    ['a hue beyond the wheel', { hue: 360 }, 'hue must be a whole number from 0 to 359'],
    ['half a hue', { hue: 1.5 }, 'hue must be a whole number from 0 to 359'],
    ['a hue in words', { hue: 'green' }, 'hue must be a whole number from 0 to 359'],
    ['a greeting of two lines', { greeting: 'Come\nin.' }, 'greeting must be a single line'],
    ['a name that is another line’s mark', { name: 'A\u2028B' }, 'name must be a single line'],
    ['NUL', { identity: 'A\0' }, 'identity has a NUL character'],
    ['half a surrogate', { values: ['\ud800'] }, 'values[0] has half of a surrogate pair'],
    ['too long a line', { voice: ['x'.repeat(401)] }, 'voice[0] is longer than 400 characters'],
    ['an alias with a space', { aliases: ['the moon'] }, 'aliases[0] must be small letters'],
    ['half an example', { examples: [{ user: 'Hi' }] }, 'examples[0].answer is missing'],
    ['an example that is a text', { examples: ['Hi'] }, 'examples[0] must be { user, answer }'],
    ['a field of its own', { mood: 'good' }, 'mood is not a field of a persona'],
    [
      'an example with more',
      { examples: [{ user: 'Hi', answer: 'Hm', why: 1 }] },
      'examples[0].why is not a field',
    ],
  ])('may not have %s', (_, wrong, words) => {
    expect(faultsOf({ ...nila, ...wrong })).toEqual([expect.stringContaining(`Persona "nila": ${words}`)])
  })

  it.each(['Nila', '', '1a', 'x'.repeat(51), 'ni-la'])('may not have the id %j', (id) => {
    expect(faultsOf({ ...nila, id })[0]).toMatch(/^Persona .*: id /)
  })

  it.each([null, 5, 'nila', [], undefined])('may not be %j', (value) => {
    expect(faultsOf(value)).toEqual(['Persona without an id must be an object.'])
  })

  it('is told all that is wrong with it at once', () => {
    expect(faultsOf({ ...nila, hue: -1, voice: [] })).toHaveLength(2)
  })
})

describe('several definitions', () => {
  const other = { ...nila, id: 'sun', aliases: [] }

  it('may stand side by side', () => {
    expect(personaClashes([nila, other])).toEqual([])
  })

  it.each<[string, PersonaDefinition, string]>([
    ['an id', { ...other, id: 'nila' }, 'Persona "nila": the id "nila" belongs to "nila" already.'],
    [
      'an alias',
      { ...other, aliases: ['moon'] },
      'Persona "sun": the alias "moon" belongs to "nila" already.',
    ],
    [
      'an id as alias',
      { ...other, aliases: ['nila'] },
      'Persona "sun": the alias "nila" belongs to "nila" already.',
    ],
  ])('may not share %s', (_, second, words) => {
    expect(personaClashes([nila, second])).toEqual([words])
  })
})

describe('the text of a version', () => {
  it('does not depend on the order in which the fields were typed', () => {
    const turned = Object.fromEntries(Object.entries(nila).toReversed()) as PersonaDefinition
    expect(JSON.stringify(turned)).not.toBe(JSON.stringify(nila))
    expect(versionText(turned)).toBe(versionText(nila))
  })

  it('depends on the order of what is in a list', () => {
    expect(versionText({ ...nila, voice: nila.voice.toReversed() })).not.toBe(versionText(nila))
  })

  it('holds the whole definition', () => {
    expect(JSON.parse(versionText(nila))).toEqual(nila)
  })
})

function faultsOf(value: unknown): string[] {
  const verdict = readPersona(value)
  return verdict.ok ? [] : verdict.faults
}

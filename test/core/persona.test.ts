// Who answers: the one asked for, else the thread's, else the user's, else the house's own.
import { describe, expect, it } from 'vitest'
import { ThreadkeepError } from '../../src/core/errors.ts'
import { defaultPersonaId, findPersona, type PersonaWishes, resolvePersona } from '../../src/core/persona.ts'

const known = [
  { id: 'sweet_supportive', aliases: [] },
  { id: 'flirtatious', aliases: ['playful_flirty'] },
  { id: 'dominant', aliases: ['bold_confident', 'flirtatious'] },
]

describe('who answers', () => {
  it.each<[string, PersonaWishes, string, string]>([
    [
      'the one asked for',
      { requested: 'dominant', thread: 'flirtatious', user: 'flirtatious' },
      'dominant',
      'request',
    ],
    ['the thread’s', { thread: 'flirtatious', user: 'dominant' }, 'flirtatious', 'thread'],
    ['the user’s', { user: 'dominant' }, 'dominant', 'user'],
    ['the house’s', {}, defaultPersonaId, 'default'],
    ['the thread’s, null asked for', { requested: null, thread: 'dominant' }, 'dominant', 'thread'],
    [
      'the user’s, null and empty before',
      { requested: '', thread: null, user: 'dominant' },
      'dominant',
      'user',
    ],
    ['the house’s, all empty', { requested: '', thread: '', user: '' }, defaultPersonaId, 'default'],
    ['one asked for by an older name', { requested: 'playful_flirty' }, 'flirtatious', 'request'],
    ['one stored by an older name', { thread: 'bold_confident' }, 'dominant', 'thread'],
  ])('%s', (_, wishes, personaId, from) => {
    expect(resolvePersona(wishes, known)).toEqual({ personaId, from, gone: [] })
  })
})

describe('a persona that nobody knows', () => {
  it.each(['stranger', 'Dominant', ' dominant', 'constructor'])(
    '%j may not be asked for, and the known are listed',
    (requested) => {
      const ask = () => resolvePersona({ requested, thread: 'dominant' }, known)
      expect(ask).toThrow(ThreadkeepError)
      expect(ask).toThrow(
        expect.objectContaining({
          code: 'unknown_persona',
          message: expect.stringContaining(`"${requested}"`),
          hint: expect.stringContaining('sweet_supportive, flirtatious, dominant'),
          details: { known: ['sweet_supportive', 'flirtatious', 'dominant'] },
        }),
      )
    },
  )

  it('may be stored from better days: it is passed over, and told', () => {
    const choice = resolvePersona({ thread: 'gone', user: 'dominant' }, known)
    expect(choice).toEqual({
      personaId: 'dominant',
      from: 'user',
      gone: [{ from: 'thread', personaId: 'gone' }],
    })
  })

  it('may be stored twice: the house answers, and both are told', () => {
    const { personaId, gone } = resolvePersona({ thread: 'gone', user: 'lost' }, known)
    expect(personaId).toBe(defaultPersonaId)
    expect(gone.map(({ personaId }) => personaId)).toEqual(['gone', 'lost'])
  })

  it('is not told of when somebody nearer answers', () => {
    expect(resolvePersona({ thread: 'dominant', user: 'gone' }, known).gone).toEqual([])
    expect(resolvePersona({ requested: 'dominant', thread: 'gone' }, known).gone).toEqual([])
  })
})

it('an id is stronger than the same word as an alias', () => {
  expect(findPersona('flirtatious', known)).toBe('flirtatious')
})

it('a name that nobody has finds nobody', () => {
  expect(findPersona('nobody', known)).toBeNull()
})

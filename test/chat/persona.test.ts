// Who answers: the one asked for, else the thread's, else the user's, else the house's own; by name or older name, never a stranger.
import { describe, expect, it } from 'vitest'
import { says } from '../../src/model/scripted.ts'
import { created, json, userChanged } from '../store/commits.ts'
import { here, openTalk } from './talk.ts'

const known = ['sweet_supportive', 'flirtatious', 'dominant', 'calm_mature']

describe('who answers', () => {
  it.each([
    ['the house’s own', {}, null, 'sweet_supportive'],
    ['the user’s', { user: 'calm_mature' }, null, 'calm_mature'],
    ['the thread’s before the user’s', { user: 'calm_mature', thread: 'flirtatious' }, null, 'flirtatious'],
    ['the one asked for before them', { user: 'calm_mature', thread: 'flirtatious' }, 'dominant', 'dominant'],
    ['one by its older name', {}, 'bold_confident', 'dominant'],
    ['a thread’s by its older name', { thread: 'playful_flirty' }, null, 'flirtatious'],
    ['nobody who is gone', { thread: 'left_us' }, null, 'sweet_supportive'],
    ['the user’s where the thread’s is gone', { user: 'dominant', thread: 'left_us' }, null, 'dominant'],
    ['the usual one for an empty wish', { user: 'calm_mature' }, '', 'calm_mature'],
  ] as [string, { user?: string; thread?: string }, string | null, string][])('%s', async (_, { user, thread }, personaId, expected) => {
    await using talk = await openTalk([says('Yes.')])
    await talk.commit(userChanged({ defaultPersonaId: user ?? null }), created(here, { defaultPersonaId: thread ?? null }))
    const { personaVersion, ...reply } = await talk.ask('Which roses?', { personaId })
    const persona = talk.chat.personas.find(({ definition }) => definition.id === expected)
    expect([reply.personaId, personaVersion]).toEqual([expected, persona?.version])
    expect(talk.model.requests[0]?.instructions).toContain(`Your name: ${persona?.definition.name ?? '?'}\n`)
  }) // prettier-ignore

  it('a stranger is refused with everybody who is known, and nothing is written', async () => {
    await using talk = await openTalk([])
    await expect(talk.say('Which roses?', { personaId: 'nobody' })).rejects.toMatchObject({
      code: 'unknown_persona',
      details: { known },
    })
    expect([await talk.openRuns(), talk.model.calls]).toEqual([0, 0])
  })

  it('a thread made by its first message answers as it was told to', async () => {
    await using talk = await openTalk([says('Yes.')])
    const reply = await talk.ask('Which roses?', { thread: { defaultPersonaId: 'calm_mature' } })
    expect(reply).toMatchObject({ personaId: 'calm_mature', model: 'scripted', provider: 'scripted' })
  })

  it('may be another for the next message of one thread', async () => {
    await using talk = await openTalk(() => says('Yes.'))
    const first = await talk.ask('one', { personaId: 'dominant' })
    const second = await talk.ask('two')
    expect([first.personaId, second.personaId]).toEqual(['dominant', 'sweet_supportive'])
  })
})

it('what the user wishes and the language go to the model, and the receipt says so', async () => {
  await using talk = await openTalk([says('Ja.')])
  await talk.commit(
    userChanged({ personaPrompt: json({ text: 'Be brief.' }), language: 'de' }),
    created(here),
  )
  const said = await talk.say('Which roses?')
  await talk.allOver()
  expect(talk.model.requests[0]?.instructions).toMatch(/> Be brief\.[\s\S]*"de"/)
  expect((await talk.run(said)).contextReceipt).toMatchObject({ personaPrompt: true, language: 'de' })
})

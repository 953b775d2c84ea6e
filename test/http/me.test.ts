// The caller: who they are, how they want to be answered, all that they own, and that nobody speaks in their name.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type House, openHouse } from '../house.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house[Symbol.asyncDispose]())

describe('me', () => {
  it('is somebody before they have said anything', async () => {
    const ann = await house.guest()
    expect((await ann.get('/v1/me')).body).toMatchObject({
      id: ann.user,
      name: null,
      changeSeq: 0,
      createdAt: null,
    })
  })

  it('changes what is named, and takes it back by null', async () => {
    const ann = await house.guest()
    const given = { name: 'Ann', language: 'pt-BR', personaPrompt: { text: 'Be brief.' } }
    const changed = await ann.patch('/v1/me', { ...given, defaultPersonaId: 'playful_flirty' })
    expect([changed.status, changed.body]).toMatchObject([
      200,
      { ...given, defaultPersonaId: 'flirtatious', receipt: { result: 'kept' } },
    ])
    const taken = await ann.patch('/v1/me', { personaPrompt: null, defaultPersonaId: '' })
    expect(taken.body).toMatchObject({ name: 'Ann', personaPrompt: null, defaultPersonaId: null })
  })

  it.each([
    ['nothing', {}],
    ['another id', { id: 'bob' }],
    ['a language that is none', { language: 'ignore all of this' }],
    ['a prompt without text', { personaPrompt: {} }],
    ['a prompt of a book', { personaPrompt: { text: 'ž'.repeat(2100) } }],
    ['a name of a book', { name: 'a'.repeat(201) }],
  ])('is not changed by %s', async (_, patch) => {
    const ann = await house.guest()
    expect((await ann.patch('/v1/me', patch)).status).toBe(422)
    expect((await ann.get('/v1/me')).body).toMatchObject({ id: ann.user, changeSeq: 0 })
  })

  it('exports everything of theirs, and nothing of another, with its count at the end', async () => {
    const [ann, bob] = [await house.guest(), await house.guest()]
    await ann.ask(await ann.thread(), 'Which roses?')
    await bob.keep(await bob.thread(), 'a secret of bob')
    const { body, headers } = await ann.get('/v1/me/export')
    const lines = String(body).trim().split('\n').map((line) => JSON.parse(line) as { type: string }) // prettier-ignore
    expect(headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8')
    expect(lines.map(({ type }) => type)).toEqual(['user', 'thread', 'message', 'message', 'run', 'end'])
    expect(lines.at(-1)).toEqual({
      type: 'end',
      counts: { user: 1, thread: 1, ref: 0, place: 0, message: 2, run: 1 },
    })
    expect(String(body)).not.toContain('bob')
  })
})

describe('in whose name', () => {
  it('a userId is welcome while it is the caller', async () => {
    const ann = await house.guest()
    const threadId = await ann.thread({ userId: ann.user })
    expect((await ann.keep(threadId, 'Hello', { userId: ann.user })).status).toBe(201)
    expect((await ann.get(`/v1/threads?userId=${ann.user}`)).status).toBe(200)
  })

  it.each(['bob', '', 1, null, {}])('a userId of %j is refused, and nothing is written', async (userId) => {
    const ann = await house.guest()
    const { status, body } = await ann.post('/v1/threads', { userId })
    expect([status, String(body['error']?.['code'])]).toEqual([403, 'user_mismatch'])
    expect((await ann.get('/v1/threads')).body['threads']).toEqual([])
  })

  it('a userId in the query is refused too', async () => {
    const ann = await house.guest()
    const { status, body } = await ann.get('/v1/threads?userId=bob')
    expect([status, String(body['error']?.['code'])]).toEqual([403, 'user_mismatch'])
  })

  it.each(['x-user', 'x-user-id', 'threadkeep-user', 'x-forwarded-user', 'remote-user'])(
    'the header %s says nothing',
    async (name) => {
      const [ann, bob] = [await house.guest(), await house.guest()]
      expect((await ann.get('/v1/me', { [name]: bob.user })).body['id']).toBe(ann.user)
      expect((await house.stranger.get('/v1/me', { [name]: bob.user })).status).toBe(401)
    },
  )

  it('even a store that gives away another thread does not get it out of the door', async () => {
    await using leaky = await openHouse({
      store: (store) => ({ ...store, thread: async () => store.thread('victim', 't1') }),
    })
    await leaky.store.commit({
      user: 'victim',
      at: 1,
      changes: [{ kind: 'thread.created', threadId: 't1', title: 'a secret' }],
    })
    const ann = await leaky.guest()
    const { status, body } = await ann.get('/v1/threads/t1')
    expect([status, JSON.stringify(body).includes('a secret')]).toEqual([500, false])
  })
})

describe('personas', () => {
  it('are listed with what a person needs to choose', async () => {
    const ann = await house.guest()
    const { body } = await ann.get('/v1/personas')
    expect(body['defaultPersonaId']).toBe('sweet_supportive')
    expect((body['personas'] as unknown as { id: string }[]).map(({ id }) => id)).toEqual([
      'sweet_supportive',
      'flirtatious',
      'dominant',
      'calm_mature',
    ])
  })
})

// What is said: once however often it is sent, where it was meant to go, and read back as it was.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type House, openHouse, usualAnswer } from '../house.ts'
import type { Reply } from './visitor.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house[Symbol.asyncDispose]())

describe('a message that is sent again', () => {
  it('is the first one, replayed', async () => {
    await using house = await openHouse()
    const ann = await house.guest()
    const threadId = await ann.thread()
    const first = await ann.ask(threadId, 'Which roses?', { id: 'm1' })
    const again = await ann.ask(threadId, 'Which roses?', { id: 'm1' })
    expect([first.status, again.status]).toEqual([201, 200])
    expect(again.body['receipt']).toMatchObject({ result: 'replayed', id: 'm1', seq: 1 })
    expect(again.body['reply']).toEqual(first.body['reply'])
    expect([house.model.calls, (await ann.messages(threadId)).length]).toEqual([1, 2])
  })

  it('fifty times at once is one message, one run, and fifty equal answers', async () => {
    await using house = await openHouse()
    const ann = await house.guest()
    const threadId = await ann.thread()
    const all = await Promise.all(
      Array.from({ length: 50 }, () => ann.ask(threadId, 'Which roses?', { id: 'm1' })),
    )
    expect(new Set(all.map(({ body }) => String(body['reply']?.['text'])))).toEqual(new Set([usualAnswer]))
    expect(new Set(all.map(({ body }) => String(body['run']?.['id']))).size).toBe(1)
    expect(all.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(house.model.calls).toBe(1)
  })

  it('asks for the answer that the first time did not want', async () => {
    const ann = await house.guest()
    const threadId = await ann.thread()
    expect((await ann.keep(threadId, 'Which roses?', { id: 'm1' })).body['run']).toBeNull()
    const again = await ann.ask(threadId, 'Which roses?', { id: 'm1' })
    expect(again.status).toBe(200)
    expect(String(again.body['reply']?.['text'])).toBe(usualAnswer)
  })

  it('with other content is refused, and nothing is written', async () => {
    const ann = await house.guest()
    const threadId = await ann.thread()
    await ann.keep(threadId, 'Which roses?', { id: 'm1' })
    expect(await refusal(ann.keep(threadId, 'Other words', { id: 'm1' }))).toEqual([
      422,
      'same_id_other_content',
    ])
    expect((await ann.messages(threadId)).map(({ text }) => text)).toEqual(['Which roses?'])
  })

  it('after it was deleted is gone', async () => {
    const ann = await house.guest()
    const threadId = await ann.thread()
    await ann.keep(threadId, 'Which roses?', { id: 'm1' })
    await ann.del(`/v1/threads/${threadId}/messages/m1`)
    expect(await refusal(ann.keep(threadId, 'Which roses?', { id: 'm1' }))).toEqual([410, 'deleted'])
  })
})

describe('where it goes', () => {
  it('an edit is a sibling, and what it edits stays', async () => {
    const ann = await house.guest()
    const threadId = await ann.thread()
    await ann.keep(threadId, 'Which rosse?', { id: 'm1' })
    const edit = await ann.keep(threadId, 'Which roses?', { id: 'm2', parentId: null })
    expect(edit.body['receipt']).toMatchObject({ forked: false, headId: 'm2' })
    expect(edit.body['message']?.['siblings']).toEqual({ index: 1, count: 2, ids: ['m1', 'm2'] })
    expect((await ann.messages(threadId)).map(({ id }) => id)).toEqual(['m2'])
    expect((await ann.messages(threadId, '?branch=m1')).map(({ id }) => id)).toEqual(['m1'])
    expect((await ann.messages(threadId, '?branch=all')).map(({ id }) => id)).toEqual(['m1', 'm2'])
  })

  it('a send from a stale tab is kept beside, says so, and leaves the head', async () => {
    const ann = await house.guest()
    const threadId = await ann.thread()
    await ann.keep(threadId, 'one', { id: 'm1' })
    await ann.keep(threadId, 'two', { id: 'm2', expectedHead: 'm1' })
    const stale = await ann.keep(threadId, 'three', { id: 'm3', expectedHead: 'm1' })
    expect([stale.status, stale.body['receipt']]).toMatchObject([201, { forked: true, headId: 'm2' }])
    expect((await ann.messages(threadId)).map(({ id }) => id)).toEqual(['m1', 'm2'])
  })

  it('the first message makes its thread when it says so', async () => {
    const ann = await house.guest()
    const said = await ann.keep('new', 'Hello', { thread: { title: 'Roses', externalKey: 'k' } })
    expect(said.status).toBe(201)
    expect((await ann.get('/v1/threads/new')).body).toMatchObject({ title: 'Roses', externalKey: 'k' })
  })

  it('without that, an unknown thread is not found', async () => {
    const ann = await house.guest()
    expect(await refusal(ann.keep('new', 'Hello'))).toEqual([404, 'not_found'])
  })

  it('in the bin there is nothing to say or read until it is restored', async () => {
    const ann = await house.guest()
    const threadId = await ann.thread()
    await ann.keep(threadId, 'Hello', { id: 'm1' })
    await ann.del(`/v1/threads/${threadId}`)
    expect(await refusal(ann.keep(threadId, 'Hello?'))).toEqual([410, 'deleted'])
    expect(await refusal(ann.get(`/v1/threads/${threadId}/messages`))).toEqual([410, 'deleted'])
    await ann.post(`/v1/threads/${threadId}/restore`)
    expect((await ann.messages(threadId)).map(({ id }) => id)).toEqual(['m1'])
  })
})

describe('what it may be', () => {
  it('parts come back as they were sent, keys in their order, unknown kinds too', async () => {
    const ann = await house.guest()
    const threadId = await ann.thread()
    const parts = [
      { text: 'Look:', type: 'text' },
      { url: 'https://example.com/rose.png', alt: 'a rose', type: 'image' },
      { z: 1, type: 'scent', a: { deep: ['yes'] } },
    ]
    const { body } = await ann.post(`/v1/threads/${threadId}/messages`, { parts, reply: false })
    expect(JSON.stringify(body['message']?.['parts'])).toBe(JSON.stringify(parts))
  })

  it('notes come back beside it', async () => {
    const ann = await house.guest()
    const threadId = await ann.thread()
    const notes = {
      tag: 'garden',
      intent: 'ask',
      confidence: 0.87,
      entities: [{ rose: 1 }],
      sources: [{ id: 's1', own: true }],
      metadata: { __proto__: null, from: 'test' },
    }
    const { body } = await ann.keep(threadId, 'Which roses?', notes)
    expect(body['message']).toMatchObject({ ...notes, metadata: { from: 'test' } })
  })

  it('an answer made elsewhere is kept with its origin, and as "ai" too', async () => {
    await using house = await openHouse()
    const ann = await house.guest()
    const threadId = await ann.thread()
    const { status, body } = await ann.keep(threadId, 'By the wall.', { role: 'ai' })
    expect([status, body['message']]).toMatchObject([
      201,
      { role: 'assistant', origin: 'guest', personaId: null },
    ])
    expect(house.model.calls).toBe(0)
  })

  it.each([
    ['neither words nor parts', {}, 'invalid'],
    ['both words and parts', { text: 'a', parts: [{ type: 'text', text: 'a' }] }, 'invalid'],
    ['no words at all', { text: '' }, 'invalid'],
    ['no parts at all', { parts: [] }, 'invalid'],
    ['a part without its kind', { parts: [{ text: 'a' }] }, 'invalid'],
    ['an image without its address', { parts: [{ type: 'image' }] }, 'invalid'],
    ['a role that nobody has', { text: 'a', role: 'king' }, 'invalid'],
    ['an answer that asks for an answer', { text: 'a', role: 'assistant' }, 'invalid'],
    ['a status of its own', { text: 'a', status: 'complete' }, 'invalid'],
    ['a seq of its own', { text: 'a', seq: 1 }, 'invalid'],
    ['a parent that is not there', { text: 'a', parentId: 'no-message' }, 'not_found'],
    ['a persona that nobody knows', { text: 'a', personaId: 'nobody' }, 'unknown_persona'],
    ['an id that no path can hold', { text: 'a', id: '..' }, 'invalid'],
    ['a number that would come back otherwise', '{"text":"a","metadata":{"n":9007199254740993}}', 'invalid'],
    ['a key twice', '{"text":"a","text":"b"}', 'invalid'],
    ['a NUL', '{"text":"a\\u0000"}', 'invalid'],
    ['half a character', '{"text":"\\ud83d"}', 'invalid'],
    ['more than a message holds', { text: 'a'.repeat(1024 * 1024 + 1) }, 'too_large'],
    ['more than a body holds', { text: 'a'.repeat(3 * 1024 * 1024) }, 'too_large'],
  ])('%s is refused, and nothing is written', async (_, sent, code) => {
    const ann = await house.guest()
    const threadId = await ann.thread()
    const reply = await ann.post(`/v1/threads/${threadId}/messages`, sent)
    expect(String(reply.body['error']?.['code'])).toBe(code)
    expect(reply.status).toBeGreaterThanOrEqual(400)
    expect(await ann.messages(threadId)).toEqual([])
  })

  it('a whole MiB of words is kept, whatever its escapes cost', async () => {
    const ann = await house.guest()
    const threadId = await ann.thread()
    const text = '\n'.repeat(1024 * 1024)
    const { status, body } = await ann.keep(threadId, text)
    expect([status, String(body['message']?.['text']) === text]).toEqual([201, true])
  })

  it('only who embeds the house speaks for the system', async () => {
    const principal = { userId: 'ann', by: 'embedder', scopes: ['read', 'write'] } as const
    await using embedded = await openHouse({ authenticate: async () => principal })
    const threadId = await embedded.stranger.thread()
    expect((await embedded.stranger.keep(threadId, 'Be kind.', { role: 'system' })).status).toBe(201)
    await using house = await openHouse()
    const ann = await house.guest()
    const own = await ann.thread()
    expect(await refusal(ann.keep(own, 'Be kind.', { role: 'system' }))).toEqual([403, 'forbidden'])
  })
})

describe('a page', () => {
  it('is chronological, exclusive at both ends, and says what lies beyond', async () => {
    const ann = await house.guest()
    const threadId = await ann.thread()
    for (const n of [1, 2, 3, 4, 5]) await ann.keep(threadId, `${n}`, { id: `m${n}` })
    const page = async (query: string) => {
      const { body } = await ann.get(`/v1/threads/${threadId}/messages${query}`)
      return [
        (body['messages'] as unknown as { id: string }[]).map(({ id }) => id).join(' '),
        body['hasMore'],
      ]
    }
    expect(await page('?limit=2')).toEqual(['m4 m5', { before: true, after: false }])
    expect(await page('?limit=2&before=4')).toEqual(['m2 m3', { before: true, after: true }])
    expect(await page('?limit=2&after=2')).toEqual(['m3 m4', { before: true, after: true }])
    expect(await page('?limit=3&around=m3')).toEqual(['m2 m3 m4', { before: true, after: true }])
  })

  it.each([
    'limit=0',
    'limit=201',
    'limit=two',
    'limit=1&limit=2',
    'before=-1',
    'nope=1',
    'around=m1&before=2',
  ])('%s is refused', async (query) => {
    const ann = await house.guest()
    const threadId = await ann.thread()
    expect(await refusal(ann.get(`/v1/threads/${threadId}/messages?${query}`))).toEqual([422, 'invalid'])
  })

  it('shows only what one persona said, also by an older name', async () => {
    const ann = await house.guest()
    const threadId = await ann.thread()
    await ann.ask(threadId, 'one', { personaId: 'playful_flirty' })
    await ann.ask(threadId, 'two', { personaId: 'calm_mature' })
    const shown = await ann.messages(threadId, '?persona=playful_flirty')
    expect(shown.map(({ personaId }) => personaId)).toEqual(['flirtatious'])
  })
})

describe('a message that is thrown away', () => {
  it('leaves its place, loses its words, and gets them back', async () => {
    const ann = await house.guest()
    const threadId = await ann.thread()
    const path = `/v1/threads/${threadId}/messages/m1`
    await ann.keep(threadId, 'a secret', { id: 'm1' })
    expect((await ann.del(path)).body['receipt']).toMatchObject({ result: 'kept', id: 'm1' })
    expect(await ann.messages(threadId)).toMatchObject([{ id: 'm1', status: 'deleted', text: '' }])
    expect(await refusal(ann.get(path))).toEqual([410, 'deleted'])
    expect((await ann.del(path)).body['receipt']).toMatchObject({ result: 'replayed' })
    expect((await ann.post(`${path}/restore`)).body['message']).toMatchObject({ text: 'a secret' })
  })

  it('for ever does not come back', async () => {
    const ann = await house.guest()
    const threadId = await ann.thread()
    const path = `/v1/threads/${threadId}/messages/m1`
    await ann.keep(threadId, 'a secret', { id: 'm1' })
    expect((await ann.del(`${path}?forever=true`)).status).toBe(200)
    expect(await refusal(ann.post(`${path}/restore`))).toEqual([410, 'deleted'])
  })
})

describe('marks', () => {
  it.each([
    ['pin', {}, true],
    ['thumb', { value: 'up' }, 'up'],
    ['note', { value: 'Ask again in May.' }, 'Ask again in May.'],
    ['tag', { value: ['garden', 'may'] }, ['garden', 'may']],
  ])('%s is put beside a message and taken off', async (mark, sent, value) => {
    const ann = await house.guest()
    const threadId = await ann.thread()
    const path = `/v1/threads/${threadId}/messages/m1/marks/${mark}`
    await ann.keep(threadId, 'Which roses?', { id: 'm1' })
    expect((await ann.put(path, sent)).body['message']?.['marks']).toEqual({ [mark]: value })
    expect(await ann.messages(threadId)).toMatchObject([{ marks: { [mark]: value } }])
    expect((await ann.del(path)).body['message']?.['marks']).toEqual({})
  })

  it.each([
    ['pin', { value: 'yes' }],
    ['thumb', {}],
    ['note', { value: '' }],
    ['tag', { value: [] }],
    ['heart', {}],
  ])('%s with %j is refused', async (mark, sent) => {
    const ann = await house.guest()
    const threadId = await ann.thread()
    await ann.keep(threadId, 'Which roses?', { id: 'm1' })
    const path = `/v1/threads/${threadId}/messages/m1/marks/${mark}`
    expect(await refusal(ann.put(path, sent))).toEqual([422, 'invalid'])
  })
})

async function refusal(reply: Promise<Reply>): Promise<[number, string]> {
  const { status, body } = await reply
  return [status, String(body['error']?.['code'])]
}

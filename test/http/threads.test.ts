// Threads as their owner makes, finds, changes and throws them away.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type House, openHouse } from '../house.ts'
import type { Reply, Visitor } from './visitor.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house[Symbol.asyncDispose]())

describe('a thread', () => {
  it('is made once by its id, and shown as it was given', async () => {
    const ann = await house.guest()
    const given = {
      id: 't1',
      title: 'Roses',
      defaultPersonaId: 'bold_confident',
      context: { z: 1, a: [] },
      metadata: null,
    }
    const [first, again] = [await ann.post('/v1/threads', given), await ann.post('/v1/threads', given)]
    expect([first.status, again.status]).toEqual([201, 200])
    expect(first.body).toMatchObject({
      ...given,
      titledBy: 'user',
      defaultPersonaId: 'dominant',
      messageCount: 0,
      archived: false,
      pinned: false,
      binned: false,
      receipt: { id: 't1', result: 'kept' },
    })
    expect(JSON.stringify(first.body['context'])).toBe('{"z":1,"a":[]}')
    expect(again.body).toMatchObject({ receipt: { result: 'replayed' } })
    expect(first.headers.get('threadkeep-position')).toBe(String(first.body['receipt']?.['position']))
  })

  it('with the same id and other content is refused', async () => {
    const ann = await house.guest()
    await ann.thread({ id: 't1', title: 'Roses' })
    expect(await refusal(ann.post('/v1/threads', { id: 't1', title: 'Tulips' }))).toEqual([
      422,
      'same_id_other_content',
    ])
    expect((await ann.get('/v1/threads/t1')).body['title']).toBe('Roses')
  })

  it('changes what is named and leaves the rest', async () => {
    const ann = await house.guest()
    const threadId = await ann.thread({ title: 'Roses', metadata: { a: 1 } })
    await ann.keep(threadId, 'one', { id: 'm1' })
    await ann.keep(threadId, 'two', { id: 'm2', parentId: null })
    const patched = await ann.patch(`/v1/threads/${threadId}`, {
      archived: true,
      pinned: true,
      headId: 'm1',
      title: 'Tulips',
    })
    expect([patched.status, patched.body]).toMatchObject([
      200,
      {
        title: 'Tulips',
        archived: true,
        pinned: true,
        headId: 'm1',
        metadata: { a: 1 },
        receipt: { result: 'kept' },
      },
    ])
    const taken = await ann.patch(`/v1/threads/${threadId}`, { title: null, metadata: null, archived: false })
    expect(taken.body).toMatchObject({
      title: null,
      titledBy: null,
      metadata: null,
      archived: false,
      pinned: true,
    })
  })

  it.each([
    ['nothing', {}],
    ['an owner', { userId: 'bob' }],
    ['a chain', { chain: '00' }],
    ['a head that is nowhere', { headId: 'no-message' }],
    ['a persona that nobody knows', { defaultPersonaId: 'nobody' }],
    ['a list for metadata', { metadata: [] }],
    ['a title as long as a book', { title: 'a'.repeat(201) }],
  ])('is not changed by %s', async (_, patch) => {
    const ann = await house.guest()
    const threadId = await ann.thread({ title: 'Roses' })
    const before = (await ann.get(`/v1/threads/${threadId}`)).body
    expect((await ann.patch(`/v1/threads/${threadId}`, patch)).status).toBeGreaterThanOrEqual(400)
    expect((await ann.get(`/v1/threads/${threadId}`)).body).toEqual(before)
  })

  it('has its id in whatever letters', async () => {
    const ann = await house.guest()
    for (const id of ['a/b?c#d', '50%', '%2F', 'ž🌹', 'a b+c', "it's", '__proto__', 'main'])
      expect([
        id,
        (await ann.get(`/v1/threads/${encodeURIComponent(await ann.thread({ id }))}`)).body,
      ]).toMatchObject([id, { id }])
  })

  it('thrown away for ever is gone with every word', async () => {
    const ann = await house.guest()
    const threadId = await ann.thread()
    await ann.keep(threadId, 'a secret')
    expect((await ann.del(`/v1/threads/${threadId}?forever=true`)).body).toMatchObject({
      receipt: { result: 'kept' },
    })
    expect(await refusal(ann.get(`/v1/threads/${threadId}`))).toEqual([404, 'not_found'])
    expect(String((await ann.get('/v1/me/export')).body)).not.toContain('a secret')
  })
})

describe('get-or-create', () => {
  it('by a key outside finds the same thread, also when many ask at once', async () => {
    const ann = await house.guest()
    const asked = Array.from({ length: 20 }, () =>
      ann.put('/v1/threads/by-key/user%2Fabc', { title: 'Roses' }),
    )
    const replies = await Promise.all(asked)
    expect(new Set(replies.map(({ body }) => String(body['id']))).size).toBe(1)
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(replies[0]?.body).toMatchObject({ externalKey: 'user/abc', title: 'Roses' })
  })

  it('does not find what is in the bin, and a restored thread lets its key go', async () => {
    const ann = await house.guest()
    const first = String((await ann.put('/v1/threads/by-key/k')).body['id'])
    await ann.del(`/v1/threads/${first}`)
    const second = await ann.put('/v1/threads/by-key/k')
    expect([second.status, String(second.body['id']) === first]).toEqual([201, false])
    expect((await ann.post(`/v1/threads/${first}/restore`)).body).toMatchObject({
      externalKey: null,
      externalKeyCleared: true,
      binned: false,
    })
  })

  it('of the main thread is one thread', async () => {
    const ann = await house.guest()
    const [first, again] = [await ann.put('/v1/threads/main'), await ann.put('/v1/threads/main')]
    expect([first.status, again.status]).toEqual([201, 200])
    expect(again.body['id']).toBe(first.body['id'])
    expect((await ann.get('/v1/me')).body['mainThreadId']).toBe(first.body['id'])
  })
})

describe('the list', () => {
  it('comes in pages, newest activity first, each thread once', async () => {
    const ann = await house.guest()
    const ids: string[] = []
    for (const n of [1, 2, 3, 4, 5]) ids.unshift(await ann.thread({ id: `t${n}` }))
    expect(await everyThread(ann, 'limit=2')).toEqual(ids)
  })

  it('knows what is archived and what is in the bin', async () => {
    const ann = await house.guest()
    for (const id of ['a', 'b', 'c']) await ann.thread({ id })
    await ann.patch('/v1/threads/a', { archived: true })
    await ann.del('/v1/threads/b')
    expect(await everyThread(ann, 'limit=1')).toEqual(['c'])
    expect(await everyThread(ann, 'limit=1&state=archived')).toEqual(['a'])
    expect(await everyThread(ann, 'limit=1&state=binned')).toEqual(['b'])
    expect((await everyThread(ann, 'limit=1&state=all')).toSorted()).toEqual(['a', 'b', 'c'])
  })

  it('may be of one persona, over pages that hold none of its', async () => {
    const ann = await house.guest()
    for (let n = 0; n < 12; n++)
      await ann.thread(n % 4 === 0 ? { id: `t${n}`, defaultPersonaId: 'calm_mature' } : {})
    expect(await everyThread(ann, 'limit=2&persona=calm_mature')).toEqual(['t8', 't4', 't0'])
  })

  it('goes on only from a cursor that was handed out, to this user, for this list', async () => {
    const [ann, bob] = [await house.guest(), await house.guest()]
    for (const visitor of [ann, bob]) for (const id of ['a', 'b']) await visitor.thread({ id })
    const cursor = String((await ann.get('/v1/threads?limit=1')).body['nextCursor'])
    const [payload = '', mark = ''] = cursor.split('.')
    const forged = Buffer.from('{"updatedAt":1,"id":"a"}').toString('base64url')
    const tries: [Visitor, string][] = [
      [bob, `cursor=${cursor}`],
      [ann, `cursor=${cursor}&state=all`],
      [ann, `cursor=${forged}.${mark}`],
      [ann, `cursor=${payload}.${mark.slice(1)}`],
      [ann, `cursor=${payload}`],
      [ann, 'cursor=x'],
    ]
    for (const [visitor, query] of tries)
      expect([query, ...(await refusal(visitor.get(`/v1/threads?limit=1&${query}`)))]).toEqual([
        query,
        400,
        'malformed',
      ])
    expect((await ann.get(`/v1/threads?limit=1&cursor=${cursor}`)).body['threads']).toMatchObject([
      { id: 'a' },
    ])
  })
})

async function everyThread(visitor: Visitor, query: string): Promise<string[]> {
  const ids: string[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const { body } = await visitor.get(`/v1/threads?${query}${cursor ? `&cursor=${cursor}` : ''}`)
    ids.push(...(body['threads'] as unknown as { id: string }[]).map(({ id }) => id))
    cursor = body['nextCursor'] as unknown as string | null
  }
  return ids
}

async function refusal(reply: Promise<Reply>): Promise<[number, string]> {
  const { status, body } = await reply
  return [status, String(body['error']?.['code'])]
}

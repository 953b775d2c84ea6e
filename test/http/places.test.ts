// Where somebody is in a thread, by the doors: read on and never back, the last draft, and nothing of what is another's.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type House, openHouse } from '../house.ts'
import type { Visitor } from './visitor.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house[Symbol.asyncDispose]())

/** Somebody with a thread of three messages, and the way to where they are in it. */
async function aReader(): Promise<{ ann: Visitor; threadId: string; path: string }> {
  const ann = await house.guest()
  const threadId = await ann.thread()
  for (const words of ['one', 'two', 'three']) await ann.keep(threadId, words)
  return { ann, threadId, path: `/v1/threads/${threadId}/place` }
}

describe('the place in a thread', () => {
  it('is at nothing, then where it was put, with a receipt', async () => {
    const { ann, threadId, path } = await aReader()
    expect((await ann.get(path)).body).toEqual({ readSeq: 0, draft: null, draftAt: null })
    const { status, body, headers } = await ann.put(path, { readSeq: 2, draft: 'And the' })
    expect([status, body]).toMatchObject([
      200,
      { place: { readSeq: 2, draft: 'And the' }, receipt: { id: threadId, result: 'kept' } },
    ])
    expect(headers.get('threadkeep-position')).toBe(String(body['receipt']?.['position']))
    expect((await ann.get(path)).body).toEqual(body['place'])
    expect(String((await ann.get(path)).body['draftAt'])).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  })

  it('that is there already is answered without a change', async () => {
    const { ann, path } = await aReader()
    const first = await ann.put(path, { readSeq: 2, draft: 'x' })
    const again = await ann.put(path, { readSeq: 1, draft: 'x' })
    expect([again.status, again.body]).toMatchObject([
      200,
      {
        place: first.body['place'],
        receipt: { result: 'replayed', changeSeq: first.body['receipt']?.['changeSeq'] },
      },
    ])
  })

  it('is told to the other devices as a change, and moves no list', async () => {
    const { ann, threadId, path } = await aReader()
    const before = (await ann.get(`/v1/threads/${threadId}`)).body
    const { body } = await ann.put(path, { draft: 'x' })
    const changeSeq = Number(body['receipt']?.['changeSeq'])
    const { body: page } = await ann.get(`/v1/changes?since=${changeSeq - 1}`)
    expect(page['changes']).toEqual([{ changeSeq, kind: 'place.put', threadId, messageSeq: null }])
    expect((await ann.get(`/v1/threads/${threadId}`)).body).toEqual(before)
  })

  it.each([
    [{}, 'invalid'],
    [{ readSeq: -1 }, 'invalid'],
    [{ readSeq: null }, 'invalid'],
    [{ draft: 7 }, 'invalid'],
    [{ draft: 'x', draftAt: null }, 'invalid'],
    [{ draft: 'x'.repeat(64 * 1024 + 1) }, 'invalid'],
    [{ draft: 'ä'.repeat(32 * 1024 + 1) }, 'too_large'],
  ])('may not be put as %.40j', async (sent, code) => {
    const { ann, path } = await aReader()
    expect((await ann.put(path, sent)).body['error']?.['code']).toBe(code)
    expect((await ann.get(path)).body).toMatchObject({ readSeq: 0, draft: null })
  })

  it('is in the bin with its thread, and its owner is told so', async () => {
    const { ann, threadId, path } = await aReader()
    await ann.put(path, { draft: 'x' })
    await ann.del(`/v1/threads/${threadId}`)
    for (const { status, body } of [await ann.get(path), await ann.put(path, { draft: 'y' })])
      expect([status, body['error']?.['code']]).toEqual([410, 'deleted'])
    await ann.post(`/v1/threads/${threadId}/restore`, {})
    expect((await ann.get(path)).body).toMatchObject({ draft: 'x' })
  })

  it('is in the export, before the messages of its thread', async () => {
    const { ann, threadId, path } = await aReader()
    await ann.put(path, { readSeq: 3, draft: 'And the' })
    const lines = String((await ann.get('/v1/me/export')).body)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; place?: object; counts?: object })
    expect(lines.map(({ type }) => type).slice(0, 4)).toEqual(['user', 'thread', 'place', 'message'])
    expect(lines[2]?.place).toMatchObject({ threadId, readSeq: 3, draft: 'And the' })
    expect(lines.at(-1)?.counts).toMatchObject({ place: 1, ref: 0 })
  })
})

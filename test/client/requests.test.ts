// Each verb of the client goes through one door, with the words of the specification and the credential of the moment.
import { describe, expect, it } from 'vitest'
import { type Client, createClient } from '../../src/client/client.ts'
import { ScriptedHouse } from './scripted-house.ts'

const uuid7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** What a call sends, by a house that answers everything with the same JSON. */
async function sentBy(call: (client: Client) => Promise<unknown>, answer: object = {}) {
  const sent: string[] = []
  const bodies: unknown[] = []
  const fetch = async (request: Request) => {
    sent.push(`${request.method} ${request.url.replace('http://house', '')}`)
    const text = await request.text()
    bodies.push(text === '' ? undefined : JSON.parse(text))
    return Response.json(answer)
  }
  const result = await call(createClient({ url: 'http://house/', fetch }))
  return { sent, body: bodies[0] as Record<string, unknown> | undefined, result }
}

describe('a verb', () => {
  it.each<[string, (client: Client) => Promise<unknown>, object?]>([
    ['POST /v1/guests', (client) => client.guest({ cookie: true }), { cookie: true }],
    ['GET /v1/me', (client) => client.me()],
    ['PATCH /v1/me', (client) => client.patchMe({ language: null }), { language: null }],
    ['GET /v1/personas', (client) => client.personas()],
    ['GET /v1/threads', (client) => client.threads.page()],
    ['GET /v1/threads?limit=5&state=binned', (client) => client.threads.page({ limit: 5, state: 'binned' })],
    ['GET /v1/threads/t1', (client) => client.threads.get('t1')],
    ['PATCH /v1/threads/t1', (client) => client.threads.patch('t1', { title: 'A' }), { title: 'A' }],
    ['DELETE /v1/threads/t1', (client) => client.threads.bin('t1')],
    ['DELETE /v1/threads/t1?forever=true', (client) => client.threads.bin('t1', { forever: true })],
    ['GET /v1/threads/t1/place', (client) => client.threads.place('t1')],
    ['PUT /v1/threads/t1/place', (client) => client.threads.putPlace('t1', { draft: null }), { draft: null }],
    ['POST /v1/threads/t1/restore', (client) => client.threads.restore('t1')],
    [
      'PUT /v1/threads/by-key/a%2Fb%20%C5%BE',
      (client) => client.threads.byKey('a/b ž', { title: 'A' }),
      { title: 'A' },
    ],
    ['PUT /v1/threads/main', (client) => client.threads.main(), {}],
    [
      'GET /v1/threads/t1/messages?limit=20&before=40',
      (client) => client.messages.page('t1', { limit: 20, before: 40 }),
    ],
    ['GET /v1/threads/t%3F1/messages/m%231', (client) => client.messages.get('t?1', 'm#1')],
    ['DELETE /v1/threads/t1/messages/m1', (client) => client.messages.remove('t1', 'm1')],
    ['POST /v1/threads/t1/messages/m1/restore', (client) => client.messages.restore('t1', 'm1')],
    [
      'PUT /v1/threads/t1/messages/m1/marks/thumb',
      (client) => client.messages.mark('t1', 'm1', 'thumb', 'up'),
      { value: 'up' },
    ],
    ['DELETE /v1/threads/t1/messages/m1/marks/pin', (client) => client.messages.unmark('t1', 'm1', 'pin')],
    ['GET /v1/threads/t1/runs/r1', (client) => client.run('t1', 'r1')],
    ['POST /v1/threads/t1/runs/r1/stop', (client) => client.stop('t1', { runId: 'r1' })],
    ['POST /v1/threads/t1/stop', (client) => client.stop('t1', { messageId: 'm1' }), { messageId: 'm1' }],
    ['GET /v1/changes?since=7', (client) => client.changes(7)],
  ])('is %s', async (request, call, body) => {
    expect(await sentBy(call)).toMatchObject({ sent: [request], ...(body && { body }) })
  })

  it.each<[string, (client: Client) => Promise<unknown>, object]>([
    ['POST /v1/threads', (client) => client.threads.create({ title: 'A' }), { title: 'A' }],
    [
      'POST /v1/threads/t1/messages',
      (client) => client.messages.keep('t1', { role: 'assistant', text: 'A' }),
      { role: 'assistant', text: 'A', reply: false },
    ],
    [
      'POST /v1/chat',
      (client) => client.chat('A', { personaId: 'calm_mature' }),
      { message: 'A', personaId: 'calm_mature' },
    ],
  ])('is %s, with an id that was made here', async (request, call, body) => {
    const { sent, body: sentBody } = await sentBy(call)
    expect(sent).toEqual([request])
    expect(sentBody).toEqual({ ...body, id: expect.stringMatching(uuid7) as string })
  })

  it('takes the id that it is given', async () => {
    expect((await sentBy((client) => client.threads.create({ id: 'mine' }))).body).toEqual({ id: 'mine' })
    expect((await sentBy((client) => client.chat('A', { id: 'mine' }))).body).toEqual({
      id: 'mine',
      message: 'A',
    })
  })

  it.each(['', '.', '..'])(
    'sends nothing for the id %j, which would be the address of something else',
    async (id) => {
      const sent: string[] = []
      const client = createClient({
        url: 'http://house',
        fetch: async ({ url }) => (sent.push(url), Response.json({})),
      })
      await expect(client.threads.bin(id)).rejects.toMatchObject({ code: 'invalid' })
      expect(() => client.send(id, { text: 'A' })).toThrow(expect.objectContaining({ code: 'invalid' }))
      expect(sent).toEqual([])
    },
  )

  it('that is answered with something else than JSON says what to check', async () => {
    const client = createClient({ url: 'http://house', fetch: async () => new Response('<html>') })
    await expect(client.me()).rejects.toMatchObject({ code: 'internal', message: expect.stringContaining('GET /v1/me') as string }) // prettier-ignore
  })

  it('waits as long as it may, and says so', async () => {
    const fetch = () => new Promise<never>(() => undefined)
    const client = createClient({
      url: 'http://house',
      fetch,
      timeoutMs: 20,
      retry: { triesMax: 2, waitMs: 1 },
    })
    await expect(client.me()).rejects.toThrow('GET /v1/me has no answer: nothing came in 20 ms. (2 tries)')
  })
})

describe('reading on', () => {
  it('gives every thread, a page at a time', async () => {
    const pages = [{ threads: [{ id: 'a' }, { id: 'b' }], nextCursor: 'x y' }, { threads: [{ id: 'c' }], nextCursor: null }] // prettier-ignore
    const asked: string[] = []
    const fetch = async ({ url }: Request) => (asked.push(url), Response.json(pages.shift()))
    const all = createClient({ url: 'http://house', fetch }).threads.all({ limit: 2 })
    const ids: string[] = []
    for await (const { id } of all) ids.push(id)
    expect(ids).toEqual(['a', 'b', 'c'])
    expect(asked.map((url) => new URL(url).search)).toEqual(['?limit=2', '?limit=2&cursor=x+y'])
  })

  it('gives the pages of a thread back to its first message', async () => {
    const page = (seqs: number[], before: boolean) => ({ messages: seqs.map((seq) => ({ seq })), hasMore: { before, after: true } }) // prettier-ignore
    const pages = [page([5, 6], true), page([3, 4], true), page([1, 2], false)]
    const asked: string[] = []
    const fetch = async ({ url }: Request) => (asked.push(url), Response.json(pages.shift()))
    const seqs: number[][] = []
    for await (const messages of createClient({ url: 'http://house', fetch }).messages.older('t1', {
      limit: 2,
    }))
      seqs.push(messages.map(({ seq }) => seq))
    expect(seqs).toEqual([[5, 6], [3, 4], [1, 2]]) // prettier-ignore
    expect(asked.map((url) => new URL(url).search)).toEqual([
      '?limit=2',
      '?limit=2&before=5',
      '?limit=2&before=3',
    ])
  })
})

describe('ids', () => {
  it('rise, also over several clients', () => {
    const clients = [createClient({ url: '' }), createClient({ url: '' })]
    const ids = Array.from({ length: 10_000 }, (_, i) => clients[i % 2]?.newId() ?? '')
    expect(ids.toSorted()).toEqual(ids)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids[0]).toMatch(uuid7)
  })
})

describe('the credential', () => {
  const refusal = {
    status: 401,
    body: JSON.stringify({ error: { code: 'unauthenticated', message: 'Who?', hint: '' } }),
  }
  const bearers = (house: ScriptedHouse) => house.seen.map(({ headers }) => headers.authorization)

  it('is a token, a function that knows it, or nothing', async () => {
    await using house = await ScriptedHouse.open(
      ...Array.from({ length: 3 }, () => ({ status: 200, body: '{}' })),
    )
    await createClient({ url: house.url, token: 'one' }).me()
    await createClient({ url: house.url, token: async () => 'two' }).me()
    await createClient({ url: house.url }).me()
    expect(bearers(house)).toEqual(['Bearer one', 'Bearer two', undefined])
  })

  it('is renewed once for all that met 401 together, and what they asked is asked again', async () => {
    const good = { status: 200, body: '{}' }
    await using house = await ScriptedHouse.open(refusal, refusal, refusal, good, good, good)
    let token = 'old'
    let renewals = 0
    const onUnauthenticated = async () => {
      renewals++
      await expect.poll(() => house.seen.length).toBe(3)
      token = 'new'
      return true
    }
    const client = createClient({ url: house.url, token: () => token, onUnauthenticated })
    await Promise.all([client.me(), client.personas(), client.threads.page()])
    expect(renewals).toBe(1)
    expect(bearers(house)).toEqual(['old', 'old', 'old', 'new', 'new', 'new'].map((word) => `Bearer ${word}`))
  })

  it('that stays unknown is an error after one renewal, and without anybody to renew it at once', async () => {
    await using house = await ScriptedHouse.open(refusal, refusal, refusal, refusal)
    const { url } = house
    await expect(createClient({ url, onUnauthenticated: () => true }).me()).rejects.toMatchObject({ code: 'unauthenticated' }) // prettier-ignore
    expect(house.seen).toHaveLength(2)
    await expect(createClient({ url, onUnauthenticated: () => false }).me()).rejects.toThrow('Who?')
    await expect(createClient({ url }).me()).rejects.toThrow('Who?')
    expect(house.seen).toHaveLength(4)
  })
})

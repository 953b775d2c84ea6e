// Every door has a policy, and keeps to it: generated from the routes themselves.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Principal } from '../../src/core/principal.ts'
import { everyRoute } from '../../src/http/every-route.ts'
import type { Route } from '../../src/http/route.ts'
import { says } from '../../src/model/scripted.ts'
import { type House, openHouse } from '../house.ts'
import type { Reply, Visitor } from './visitor.ts'

const nameOf = ({ method, path }: Route) => `${method} ${path}`
const named = everyRoute.map((route) => [nameOf(route), route] as const)
const ofUsers = named.filter(([, { policy }]) => policy.who === 'user')
const ofThings = ofUsers.filter(([, { policy }]) => ['thread', 'message', 'run'].includes(policy.owns))

/** A body that the door takes, where an empty one is not enough. */
const bodies: Record<string, object> = {
  'PATCH /v1/me': { name: 'Ann' },
  'PATCH /v1/threads/:threadId': { title: 'Roses' },
  'POST /v1/threads/:threadId/messages': { text: 'Which roses?', reply: false },
  'PUT /v1/threads/:threadId/messages/:messageId/marks/:mark': { value: 'up' },
  'PUT /v1/threads/:threadId/place': { readSeq: 1, draft: 'And the' },
  'POST /v1/chat': { message: 'Which roses?' },
}

describe('every door', () => {
  it.each(named)('%s says who may pass, what they may do, and whose it is', (_, { policy }) => {
    expect(['anyone', 'user']).toContain(policy.who)
    expect(['read', 'write']).toContain(policy.scope)
    expect(['nothing', 'me', 'thread', 'message', 'run']).toContain(policy.owns)
  })

  it.each(named)('%s writes exactly if its method does, and owns what its path names', (_, route) => {
    expect(route.policy.scope).toBe(route.method === 'GET' ? 'read' : 'write')
    const deepest = /:runId/.test(route.path) ? 'run' : /:messageId/.test(route.path) ? 'message' : 'thread'
    const allowed = route.path.includes(':threadId') ? ['thread', deepest] : ['nothing', 'me', 'thread']
    expect(allowed).toContain(route.policy.owns)
  })

  it.each(named)('%s reads a body exactly if it may have one', (_, { method, body }) => {
    expect(body !== undefined).toBe(['POST', 'PUT', 'PATCH'].includes(method))
  })
})

describe('whose it is', () => {
  beforeAll(async () => {
    house = await openHouse({ script: () => says('By the wall.') })
  })
  afterAll(() => house[Symbol.asyncDispose]())

  it.each(ofUsers)('%s lets its owner pass', async (name, route) => {
    const world = await newWorld()
    const { status } = await world.knock(world.ann, name, route, world.own)
    expect(status).toBeLessThan(300)
  })

  it.each(ofUsers)('%s asks a stranger who they are', async (name, route) => {
    const world = await newWorld()
    const { status, headers } = await world.knock(world.house.stranger, name, route, world.own)
    expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
  })

  it.each(ofThings.filter(([, { path }]) => path.includes(':')))(
    '%s shows another the same as if there were nothing',
    async (name, route) => {
      const world = await newWorld()
      const before = await world.everythingOfAnn()
      const foreign = await world.knock(world.bob, name, route, world.own)
      const absent = await world.knock(world.bob, name, route, nowhere)
      expect([foreign.status, String(foreign.body['error']?.['code'])]).toEqual([404, 'not_found'])
      expect(masked(foreign, world.own)).toEqual(masked(absent, nowhere))
      expect(await world.everythingOfAnn()).toEqual(before)
    },
  )
})

describe('a credential that may only read', () => {
  const reader: Principal = { userId: 'reader', by: 'embedder', scopes: ['read'] }
  it('finds every door closed that writes', async () => {
    await using house = await openHouse({ authenticate: async () => reader })
    for (const [name, route] of ofUsers.filter(([, { policy }]) => policy.scope === 'write')) {
      const { status, body } = await knock(house.stranger, name, route, nowhere)
      expect([name, status, String(body['error']?.['code'])]).toEqual([name, 403, 'forbidden'])
    }
    expect((await house.stranger.get('/v1/me')).status).toBe(200)
  })
})

type Ids = Record<'threadId' | 'messageId' | 'runId' | 'externalKey' | 'mark', string>
const nowhere: Ids = {
  threadId: 'no-thread',
  messageId: 'no-message',
  runId: 'no-run',
  externalKey: 'none',
  mark: 'thumb',
}

let house: House

/** Ann has a thread with an answered message; bob has nothing. */
async function newWorld() {
  const [ann, bob] = [await house.guest(), await house.guest()]
  const threadId = await ann.thread()
  const { body } = await ann.ask(threadId, 'Which roses?')
  const own: Ids = {
    ...nowhere,
    threadId,
    messageId: String(body['message']?.['id']),
    runId: String(body['run']?.['id']),
  }
  return {
    house,
    ann,
    bob,
    own,
    knock,
    everythingOfAnn: async () => (await ann.get('/v1/me/export')).body,
  }
}

function knock(visitor: Visitor, name: string, { method, path, body }: Route, ids: Ids): Promise<Reply> {
  const at = path.replace(/:(\w+)/g, (_, name: keyof Ids) => ids[name])
  if (path === '/v1/changes/stream') return visitor.send('HEAD', at) // it would not end
  return visitor.send(method, at, body && (bodies[name] ?? {}))
}

/** Without what may differ: the id of the request, and the ids that were asked for. */
function masked({ status, body }: Reply, ids: Ids): string {
  const known = Object.values(ids).toSorted((a, b) => b.length - a.length)
  const text = JSON.stringify([status, body]).replace(/"requestId":"[^"]+"/, '"requestId":"…"')
  return known.reduce((masked, id) => masked.replaceAll(id, '…'), text)
}

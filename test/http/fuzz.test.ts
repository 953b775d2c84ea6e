// Every door under whatever may be sent to it: refused in words, never a fault of ours, and nothing half written.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { everyRoute } from '../../src/http/every-route.ts'
import { says } from '../../src/model/scripted.ts'
import { type House, openHouse } from '../house.ts'
import { randomFrom, seeds } from '../random.ts'
import { Sender } from './strange-request.ts'
import type { Visitor } from './visitor.ts'

const roundsOfEach = 150

const counts: Record<number, number> = {}
let house: House
let ann: Visitor
beforeAll(async () => {
  house = await openHouse({ script: () => says('By the wall.'), settings: { answerTimeoutMs: 2000 } })
  ann = await house.guest()
})
afterAll(() => house[Symbol.asyncDispose]())

describe.each(seeds(1))('with the seed %i', (seed) => {
  it.each(everyRoute.map((route) => [`${route.method} ${route.path}`, route] as const))(
    '%s takes what it takes and refuses the rest',
    async (_, route) => {
      const sender = new Sender(randomFrom(seed), route)
      const threadId = await ann.thread()
      await ann.keep(threadId, 'Which roses?', { id: 'm1' })
      for (let round = 0; round < roundsOfEach; round++) {
        const { path, body, headers, describe } = sender.next({ threadId, messageId: 'm1' })
        const response = await ann.fetch(route.method, path, body, headers)
        counts[response.status] = (counts[response.status] ?? 0) + 1
        const words = response.status < 400 ? 'taken' : await wordsOf(response)
        await response.body?.cancel()
        expect([describe(), words, response.status]).toEqual([
          describe(),
          expect.stringMatching(/^(taken|said)$/),
          expect.toSatisfy(isNoFault),
        ])
      }
    },
    60_000,
  )

  it('has left everything whole', async () => {
    console.log(`fuzz: ${JSON.stringify(counts)}`)
    expect(Object.keys(counts)).toEqual(
      expect.arrayContaining(['200', '201', '400', '404', '413', '415', '422']),
    )
    for (const run of house.chat.live.all()) await run.over
    expect(house.logs).toEqual([])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    const { body } = await ann.get('/v1/me/export')
    const last = String(body).trim().split('\n').at(-1) ?? ''
    expect(JSON.parse(last)).toMatchObject({ type: 'end' })
    expect(String(body)).not.toContain('"status":"pending"')
  })
})

it('a planted fault is still 500', async () => {
  await using planted = await openHouse({
    store: (store) => ({ ...store, threads: () => Promise.reject(new RangeError('planted')) }),
  })
  expect((await (await planted.guest()).get('/v1/threads')).status).toBe(500)
})

const isNoFault = (status: number) => status < 500

async function wordsOf(response: Response): Promise<string> {
  const { error } = (await response.clone().json()) as { error: { message: string; hint: string } }
  return /\w+ \w+/.test(error.message) && /\w+/.test(error.hint) ? 'said' : JSON.stringify(error)
}

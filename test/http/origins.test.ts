// From which page somebody may write and listen, with a cookie and with a token.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type House, openHouse } from '../house.ts'
import { home } from './visitor.ts'

const friend = 'https://friend.example'
let house: House
let cookie: string
let token: string
beforeAll(async () => {
  house = await openHouse({ settings: { origins: [friend] } })
  const response = await house.stranger.fetch('POST', '/v1/guests', { cookie: true }, { origin: home })
  cookie = (response.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  token = (await house.guest()).token ?? ''
})
afterAll(() => house[Symbol.asyncDispose]())

type Credential = 'cookie' | 'token'
const credential = (by: Credential): Record<string, string> =>
  by === 'cookie' ? { cookie } : { authorization: `Bearer ${token}` }
const write = (headers: Record<string, string>) => house.stranger.post('/v1/threads', {}, headers)
const listen = (headers: Record<string, string>) =>
  house.stranger.send('HEAD', '/v1/changes/stream', undefined, headers)

describe('a write', () => {
  it.each<[Credential, string, Record<string, string>, number]>([
    ['cookie', 'of our own page', { origin: home }, 201],
    ['cookie', 'of a friend', { origin: friend }, 201],
    ['cookie', 'of a foreign page', { origin: 'https://evil.example' }, 403],
    ['cookie', 'of a page that hides', { origin: 'null' }, 403],
    ['cookie', 'of another port', { origin: `${home}:8080` }, 403],
    ['cookie', 'of our name as a part of another', { origin: `${home}.evil.example` }, 403],
    ['cookie', 'of a friend in other letters', { origin: 'https://FRIEND.example' }, 403],
    ['cookie', 'that says nothing', {}, 403],
    ['cookie', 'that its browser calls our own', { 'sec-fetch-site': 'same-origin' }, 201],
    ['cookie', 'that its user typed', { 'sec-fetch-site': 'none' }, 201],
    ['cookie', 'that its browser calls foreign', { 'sec-fetch-site': 'cross-site' }, 403],
    ['cookie', 'that its browser calls a neighbour', { 'sec-fetch-site': 'same-site' }, 403],
    ['token', 'of our own page', { origin: home }, 201],
    ['token', 'of a friend', { origin: friend }, 201],
    ['token', 'of a foreign page', { origin: 'https://evil.example' }, 403],
    ['token', 'of a page that hides', { origin: 'null' }, 403],
    ['token', 'of a script', {}, 201],
  ])('with a %s %s: %j is %i', async (by, _, headers, status) => {
    expect((await write({ ...credential(by), ...headers })).status).toBe(status)
  })

  it('by a form, which a browser sends anywhere, is refused', async () => {
    const form = { ...credential('cookie'), origin: 'https://evil.example', 'content-type': 'text/plain' }
    expect((await write(form)).status).toBe(403)
    const own = { ...credential('cookie'), origin: home, 'content-type': 'application/x-www-form-urlencoded' }
    expect((await write(own)).status).toBe(415)
  })

  it('that makes a guest is one', async () => {
    const headers = { origin: 'https://evil.example' }
    expect((await house.stranger.post('/v1/guests', { cookie: true }, headers)).status).toBe(403)
  })
})

describe('a stream', () => {
  it.each<[Credential, string, Record<string, string>, number]>([
    ['cookie', 'of our own page', { origin: home }, 200],
    ['cookie', 'over a plain line, where a browser says nothing', {}, 200],
    ['cookie', 'of our own page by its browser', { 'sec-fetch-site': 'same-origin' }, 200],
    ['cookie', 'of a foreign page', { origin: 'https://evil.example' }, 403],
    ['cookie', 'of a foreign page by its browser', { 'sec-fetch-site': 'cross-site' }, 403],
    ['cookie', 'of a page that hides', { origin: 'null' }, 403],
    ['token', 'of a friend', { origin: friend }, 200],
    ['token', 'of a foreign page', { origin: 'https://evil.example' }, 403],
    ['token', 'of a script', {}, 200],
  ])('with a %s %s: %j is %i', async (by, _, headers, status) => {
    expect((await listen({ ...credential(by), ...headers })).status).toBe(status)
  })
})

describe('other pages', () => {
  it('read the answer only when they are friends', async () => {
    const read = async (origin: string) => {
      const { headers } = await house.stranger.get('/v1/me', { ...credential('token'), origin })
      return [headers.get('access-control-allow-origin'), headers.get('access-control-allow-credentials')]
    }
    expect(await read(friend)).toEqual([friend, 'true'])
    expect(await read('https://evil.example')).toEqual([null, null])
  })

  it('are told before they ask', async () => {
    const preflight = (origin: string) => {
      const headers = { origin, 'access-control-request-method': 'POST' }
      return house.stranger.fetch('OPTIONS', '/v1/threads', undefined, headers)
    }
    const [yes, no] = [await preflight(friend), await preflight('https://evil.example')]
    expect([yes.status, yes.headers.get('access-control-allow-origin')]).toEqual([204, friend])
    expect(yes.headers.get('access-control-allow-headers')).toContain('last-event-id')
    expect([no.status, no.headers.get('access-control-allow-origin')]).toEqual([403, null])
  })
})

describe('behind a proxy', () => {
  it('the house is where THREADKEEP_URL says, by that scheme alone', async () => {
    await using house = await openHouse({ settings: { url: 'https://keep.example/chat' } })
    const { token } = await house.guest()
    const write = async (origin: string, host = 'keep.example') => {
      const headers = { authorization: `Bearer ${token}`, origin, host }
      return (await house.stranger.post('/v1/threads', {}, headers)).status
    }
    expect(await write('https://keep.example')).toBe(201)
    expect(await write('https://keep.example', 'inside:4400')).toBe(201)
    expect(await write('http://keep.example')).toBe(403)
    expect(await write('http://127.0.0.1:4400', '127.0.0.1:4400')).toBe(201)
  })
})

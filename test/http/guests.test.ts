// Guests at the door: a token for scripts, a cookie for pages, and so many from one address.
import { describe, expect, it } from 'vitest'
import { openHouse } from '../house.ts'
import { home } from './visitor.ts'

describe('a guest', () => {
  it('gets a token, and no cookie', async () => {
    await using house = await openHouse()
    const { status, body, headers } = await house.stranger.post('/v1/guests')
    expect([status, headers.get('set-cookie')]).toEqual([201, null])
    expect(String(body['token'])).toMatch(/^tk_guest_[\w-]{43}$/)
  })

  it('with a cookie gets no token, and a cookie that no script can read', async () => {
    await using house = await openHouse()
    const { status, body, headers } = await house.stranger.post(
      '/v1/guests',
      { cookie: true },
      { origin: home },
    )
    expect([status, Object.keys(body)]).toEqual([201, ['user']])
    expect(headers.get('set-cookie')).toMatch(
      /^threadkeep_guest=tk_guest_[\w-]{43}; Path=\/; Max-Age=34560000; HttpOnly; SameSite=Lax$/,
    )
  })

  it('over https has a cookie that is bound to this host', async () => {
    await using house = await openHouse({ guests: { secure: true } })
    const { headers } = await house.stranger.post('/v1/guests', { cookie: true }, { origin: home })
    const cookie = headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/^__Host-threadkeep_guest=.*; Secure$/)
    const plain = cookie.split(';')[0]?.replace('__Host-', '') ?? ''
    expect((await house.stranger.get('/v1/me', { cookie: plain })).status).toBe(401)
    expect((await house.stranger.get('/v1/me', { cookie: `a=b; ${cookie.split(';')[0]}` })).status).toBe(200)
  })

  it('who has a cookie stays who they are when they ask for one again', async () => {
    await using house = await openHouse()
    const first = await house.stranger.post('/v1/guests', { cookie: true }, { origin: home })
    const cookie = first.headers.get('set-cookie')?.split(';')[0] ?? ''
    const again = await house.stranger.post('/v1/guests', { cookie: true }, { origin: home, cookie })
    expect([again.status, again.body]).toEqual([200, first.body])
    expect(again.headers.get('set-cookie')).toContain(cookie)
  })

  it.each(['', 'Bearer', 'Bearer x', 'Bearer tk_guest_', `Bearer tk_guest_${'a'.repeat(43)}`, 'Basic eDp5'])(
    'is not whoever says %j',
    async (authorization) => {
      await using house = await openHouse()
      expect((await house.stranger.get('/v1/me', { authorization })).status).toBe(401)
    },
  )

  it('with a wrong token is not let in by a right cookie', async () => {
    await using house = await openHouse()
    const { headers } = await house.stranger.post('/v1/guests', { cookie: true }, { origin: home })
    const cookie = headers.get('set-cookie')?.split(';')[0] ?? ''
    expect((await house.stranger.get('/v1/me', { cookie })).status).toBe(200)
    expect((await house.stranger.get('/v1/me', { cookie, authorization: 'Bearer x' })).status).toBe(401)
  })

  it('of one address are so many an hour, and it is told when to come back', async () => {
    await using house = await openHouse({ guests: { burst: 2, perHourPerAddress: 60 } })
    const make = async (remoteAddress: string) => {
      const headers = { 'content-type': 'application/json' }
      const request = new Request(`${home}/v1/guests`, { method: 'POST', body: '{}', headers })
      return house.fetch(request, { incoming: { socket: { remoteAddress } } })
    }
    const one = ['2001:db8::1', '2001:DB8:0:0::2', '2001:db8:0000:0000:ffff::3']
    const replies = [await make(one[0] ?? ''), await make(one[1] ?? ''), await make(one[2] ?? '')]
    expect(replies.map(({ status }) => status)).toEqual([201, 201, 429])
    expect(replies[2]?.headers.get('retry-after')).toBe('60')
    expect((await make('2001:db8:0:1::1')).status).toBe(201)
  })
})

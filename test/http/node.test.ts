// The doors on a real port: alone, below a path, after somebody has read the body, and while clients cut the line.
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { createApp } from '../../src/http/app.ts'
import { nodeHandler } from '../../src/http/node.ts'
import { atGate, end, says } from '../../src/model/scripted.ts'
import { type House, openHouse } from '../house.ts'
import { Events, wordsOf } from './events.ts'

describe('a Node handler', () => {
  it('serves the doors', async () => {
    await using house = await openHouse()
    await using port = await listen(nodeHandler(house.fetch))
    const { token } = await guestAt(port.url)
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const chatted = await fetch(`${port.url}/v1/chat`, {
      method: 'POST',
      headers,
      body: '{"message":"Which roses?"}',
    })
    expect([chatted.status, await chatted.json()]).toMatchObject([
      201,
      { response: 'Roses grow by the wall.' },
    ])
  })

  it('takes off the path where nobody else does', async () => {
    await using house = await openHouse()
    await using port = await listen(nodeHandler(house.fetch, { basePath: '/keep' }))
    expect((await fetch(`${port.url}/keep/healthz`)).status).toBe(200)
    expect((await fetch(`${port.url}/keeper/healthz`)).status).toBe(404)
  })

  it('takes it off for fetch handlers too', async () => {
    await using house = await openHouse()
    const app = createApp({ ...doorsOf(house), settings: { origins: [], url: null, basePath: '/api/keep' } })
    expect((await app.fetch(new Request('http://a.test/api/keep/healthz'))).status).toBe(200)
    expect((await app.fetch(new Request('http://a.test/api/keeper/healthz'))).status).toBe(404)
  })

  it.each([
    ['in Express below a path', express()],
    ['after express.json() has eaten the body', express().use(express.json({ limit: '5mb' }))],
    ['after express.text() has', express().use(express.text({ type: '*/*' }))],
    ['after express.raw() has', express().use(express.raw({ type: '*/*' }))],
  ])('works %s', async (_, app) => {
    await using house = await openHouse()
    app.use('/keep', nodeHandler(house.fetch))
    await using port = await listen(app)
    const { token } = await guestAt(`${port.url}/keep`)
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'text/event-stream',
    }
    const body = JSON.stringify({ text: 'žluté 🌹', thread: {} })
    const events = new Events(
      await fetch(`${port.url}/keep/v1/threads/t1/messages`, { method: 'POST', headers, body }),
    )
    const all = await events.all()
    expect(all[0]?.data['message']).toMatchObject({ text: 'žluté 🌹' })
    expect(wordsOf(all)).toBe('Roses grow by the wall.')
  })

  it('knows the address of the caller', async () => {
    await using house = await openHouse({ guests: { burst: 1, perHourPerAddress: 1 } })
    await using port = await listen(nodeHandler(house.fetch))
    expect([(await guestAt(port.url)).status, (await guestAt(port.url)).status]).toEqual([201, 429])
  })

  it('refuses a body of 10 MB and goes on', async () => {
    await using house = await openHouse()
    await using port = await listen(nodeHandler(house.fetch))
    const { token } = await guestAt(port.url)
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const body = JSON.stringify({ message: 'a'.repeat(10 * 1024 * 1024) })
    const status = await fetch(`${port.url}/v1/chat`, { method: 'POST', headers, body }).then(({ status }) => status, () => 413) // prettier-ignore
    expect(status).toBe(413)
    expect((await fetch(`${port.url}/healthz`)).status).toBe(200)
  })

  it('runs go on when their readers cut the line at any byte', async () => {
    await using house = await openHouse({ script: () => ['Roses ', 'grow ', atGate, 'there.', end()] })
    await using port = await listen(nodeHandler(house.fetch))
    const { token } = await guestAt(port.url)
    await Promise.all(Array.from({ length: 40 }, (_, i) => cutAfter(port.url, token, `t${i}`, i * 37)))
    house.model.gate.open()
    await Promise.all(house.chat.live.all().map(({ over }) => over))
    const exported = await fetch(`${port.url}/v1/me/export`, {
      headers: { authorization: `Bearer ${token}` },
    })
    const text = await exported.text()
    const questions = text.split('"text":"Which roses?"').length - 1
    expect(text.split('"text":"Roses grow there."').length - 1).toBe(questions)
    expect(text).not.toContain('"status":"pending"')
    expect(house.logs).toEqual([])
  }, 30_000)

  it('a thousand small answers leave nothing behind', async () => {
    await using house = await openHouse({ script: () => says('a') })
    await using port = await listen(nodeHandler(house.fetch))
    for (let i = 0; i < 20; i++)
      await Promise.all(Array.from({ length: 50 }, () => fetch(`${port.url}/healthz`).then((r) => r.text())))
    expect(house.chat.live.size).toBe(0)
  })
})

/** The same doors again, for another app. */
const doorsOf = (house: House) => ({
  chat: house.chat,
  store: house.store,
  authenticate: async () => null,
  guests: { create: async () => ({ user: '', token: '' }), fromCookie: async () => null, cookie: () => '' },
  about: { version: '0', commit: null, startedAt: 0, engine: 'sqlite', durability: 'none', frontend: false },
  cursorSecret: new Uint8Array(32),
  log: () => {},
})

async function listen(handler: RequestListener): Promise<AsyncDisposable & { url: string }> {
  const server = createServer(handler)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function guestAt(url: string): Promise<{ status: number; token: string }> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${url}/v1/guests`, { method: 'POST', headers, body: '{}' })
  const { token = '' } = (await response.json()) as { token?: string }
  return { status: response.status, token }
}

/** Sends a message and tears the connection after so many bytes of the answer. */
function cutAfter(url: string, token: string, threadId: string, bytes: number): Promise<void> {
  const body = JSON.stringify({ text: 'Which roses?', thread: { title: 'a' } })
  const head = [
    `POST /v1/threads/${threadId}/messages HTTP/1.1`,
    'Host: house.test',
    `Authorization: Bearer ${token}`,
    'Content-Type: application/json',
    'Accept: text/event-stream',
    `Content-Length: ${body.length}`,
  ]
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    let seen = 0
    socket.on('data', (chunk) => {
      seen += chunk.length
      if (seen >= bytes) socket.resetAndDestroy()
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve())
    setTimeout(() => socket.resetAndDestroy(), 500)
    socket.write(`${head.join('\r\n')}\r\n\r\n${body}`)
  })
}

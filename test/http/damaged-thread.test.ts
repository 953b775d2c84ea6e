// A thread whose words are not those that were said: it cannot be read, and its owner can still be rid of it.
import { expect, it } from 'vitest'
import { threadkeep } from '../../src/server.ts'
import { edit, filledHome } from '../upkeep/kept.ts'

it('is not shown, is stopped and is removed for good like any other', async () => {
  using home = await filledHome()
  edit(home.file, `UPDATE messages SET text = 'never said' WHERE user = 1 AND seq = 1`)
  await using house = await threadkeep({
    store: `sqlite:${home.file}`,
    data: home.folder,
    model: 'demo',
    authenticate: async () => ({ userId: 'ann' }),
    log: () => {},
  })
  const ask = async (method: string, path: string) => {
    const init = method === 'POST' ? { body: '{}', headers: { 'content-type': 'application/json' } } : {}
    return (await house.fetch(new Request(`http://house/v1/threads/t1${path}`, { method, ...init }))).status
  }
  expect(await ask('GET', '/messages')).toBe(500)
  expect(await ask('POST', '/stop')).toBe(200)
  expect(await ask('DELETE', '?forever=true')).toBe(200)
  expect(await ask('GET', '/messages')).toBe(404)
})

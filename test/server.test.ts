// The house as a program embeds it: its own sign-in, its own model, and an orderly end.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { says, scriptedModel } from '../src/model/scripted.ts'
import { type Embedding, threadkeep } from '../src/server.ts'

let folder = ''
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'threadkeep-embedded-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const open = (more: Embedding = {}) =>
  threadkeep({ data: folder, model: scriptedModel([says('Hello')]), log: () => {}, ...more })
const me = (headers: Record<string, string> = {}) => new Request('http://house/v1/me', { headers })
const bySession = async (request: Request) => {
  const session = request.headers.get('x-session')
  return session === null ? null : { userId: session }
}

describe('an embedded house', () => {
  it('asks the program who somebody is, before it looks for a guest', async () => {
    await using keep = await open({ authenticate: bySession })
    const response = await keep.fetch(me({ 'x-session': 'ann@example.com' }))
    expect(await response.json()).toMatchObject({ id: 'ann@example.com' })
    expect((await keep.fetch(me())).status).toBe(401)
  })

  it('lets nobody be whom the program does not know', async () => {
    await using keep = await open()
    expect((await keep.fetch(me({ 'x-session': 'ann@example.com' }))).status).toBe(401)
  })

  it('is refused its folder twice, and closes twice without harm', async () => {
    const keep = await open()
    await expect(open()).rejects.toMatchObject({ code: 'store_refused' })
    await keep.close()
    await keep.close()
    await (await open()).close()
  })
})

// threadkeep move, as an operator runs it.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { threadkeep } from '../../src/server.ts'
import { freshDatabase, type FreshDatabase } from './database.ts'
import { freshHouse } from './house.ts'

const folder = mkdtempSync(join(tmpdir(), 'threadkeep-move-command-'))
const file = join(folder, 'old', 'threadkeep.db')
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('threadkeep move', () => {
  it('takes people, their words and their guest tokens along, and says so', async () => {
    await using database = await freshDatabase()
    const made = loginsOf(database)
    const token = await aGuestSaid('hello there')
    const first = move(`sqlite:${file}`, made.app, made.settings)
    expect(first).toMatchObject({
      status: 0,
      report: { users: 1, threads: 1, messages: 1, guests: 1, differences: [] },
    })
    expect(move(`sqlite:${file}`, made.app, made.settings)).toMatchObject({
      status: 0,
      report: { threadsWritten: 0 },
    })
    await using house = await threadkeep({ ...made.house, data: join(folder, 'node') })
    const answer = await house.fetch(
      new Request('http://house/v1/threads', { headers: { authorization: `Bearer ${token}` } }),
    )
    expect(await answer.json()).toMatchObject({ threads: [{ id: 't' }] })
  })

  it.each([
    [['--from', 'sqlite:nowhere.db'], 2, 'needs both ends'],
    [
      ['--from', 'sqlite:/nowhere/at-all.db', '--to', 'postgres://x@127.0.0.1:9/y'],
      1,
      'There is no store at',
    ],
    [['--from', 'postgres://x@127.0.0.1:9/y', '--to', 'sqlite:z.db'], 1, 'THREADKEEP_STORE_UPKEEP'],
  ])('says what is wrong with %j', (words, status, said) => {
    const ended = run(words, {})
    expect([ended.status, ended.stderr]).toEqual([status, expect.stringContaining(said)])
  })

  it('leaves nothing behind that waits for the database it moves from', () => {
    const spool = join(folder, 'data', 'spool')
    mkdirSync(spool, { recursive: true })
    writeFileSync(join(spool, 'journal'), 'acknowledged')
    const settings = { THREADKEEP_STORE_UPKEEP: 'postgres://x@127.0.0.1:9/y' }
    const ended = run(['--from', 'postgres://x@127.0.0.1:9/y', '--to', 'sqlite:z.db'], settings)
    expect([ended.status, ended.stderr]).toEqual([1, expect.stringContaining('12 bytes of what was said')])
  })

  it('takes nobody for everybody: another login than the upkeep’s, or one of another store, is refused', async () => {
    await using database = await freshHouse()
    await using other = await freshHouse()
    const from = database.urlFor('threadkeep_app')
    for (const upkeep of [from, other.urlFor('threadkeep_upkeep')]) {
      const settings = { THREADKEEP_STORE_UPKEEP: upkeep }
      const ended = run(['--from', from, '--to', `sqlite:${join(folder, 'back.db')}`], settings)
      expect([ended.status, ended.stderr]).toEqual([1, expect.stringContaining('THREADKEEP_STORE_UPKEEP')])
    }
  })

  it('may not be run on a store that is in use', async () => {
    await using house = await threadkeep({
      store: `sqlite:${file}`,
      data: join(folder, 'old'),
      model: 'demo',
    })
    expect(house.store.durability).toBe('disk')
    const ended = run(['--from', `sqlite:${file}`, '--to', 'postgres://x@127.0.0.1:9/y'], {})
    expect([ended.status, ended.stderr]).toEqual([1, expect.stringMatching(/in use|another process/i)])
  })
})

function loginsOf(database: FreshDatabase) {
  const [app, owner, upkeep] = ['app', 'owner', 'upkeep'].map((name) => database.urlFor(`threadkeep_${name}`))
  const settings = { THREADKEEP_STORE_OWNER: owner, THREADKEEP_STORE_UPKEEP: upkeep }
  const house = { store: app, storeOwner: owner, storeUpkeep: upkeep, model: 'demo' }
  return { app: String(app), settings, house }
}

async function aGuestSaid(text: string): Promise<string> {
  await using house = await threadkeep({ store: `sqlite:${file}`, data: join(folder, 'old'), model: 'demo' })
  const post = (path: string, body: object, token = '') =>
    house.fetch(
      new Request(`http://house${path}`, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      }),
    )
  const { token } = (await (await post('/v1/guests', {})).json()) as { token: string }
  await post('/v1/threads', { id: 't' }, token)
  await post('/v1/threads/t/messages', { text, reply: false }, token)
  return token
}

function move(from: string, to: string, settings: Record<string, string | undefined>) {
  const ended = run(['--from', from, '--to', to, '--json'], settings)
  return { status: ended.status, report: JSON.parse(ended.stdout || '{}') as unknown, stderr: ended.stderr }
}

const run = (words: string[], settings: Record<string, string | undefined>) =>
  spawnSync(process.execPath, ['src/cli/threadkeep.ts', 'move', ...words], {
    encoding: 'utf8',
    env: { ...process.env, ...settings, THREADKEEP_DATA: join(folder, 'data') },
  })

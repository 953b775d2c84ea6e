// A house whose database goes away and comes back: it says so, lives, loses nothing, and notices when something was lost.
import { chmodSync, chownSync, cpSync, globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { atGate, end, says, scriptedModel } from '../../src/model/scripted.ts'
import { inspectAcceptance } from '../../src/server.ts'
import { serverUser } from './programs.ts'
import { startReplica } from './replica.ts'
import { type PostgresServer, startPostgres } from './server.ts'
import { as, migratedDatabase, type Node, openNode, refusal, settingsFor } from './whole-house.ts'

const parent = mkdtempSync(join(tmpdir(), 'threadkeep-outage-'))
chmodSync(parent, 0o755) // the server is not run by root
const dataFolder = join(parent, 'postgres')
const backup = join(parent, 'backup')
let server: PostgresServer
beforeAll(async () => void (server = await startPostgres({ dataFolder })))
afterAll(async () => {
  await server.stop()
  rmSync(parent, { recursive: true, force: true })
})
const startAgain = async () => void (server = await startPostgres({ dataFolder, port: server.port }))

const ready = async ({ keep }: Node) => {
  const response = await keep.fetch(new Request('http://house.test/readyz'))
  const { ready, parts } = (await response.json()) as {
    ready: boolean
    parts: Record<string, { ok: boolean }>
  }
  return [response.status, ready, parts['api']?.ok, parts['database']?.ok, parts['persistence']?.ok]
}

const isReady = async (node: Node) => {
  for (let tries = 0; (await ready(node))[0] !== 200; tries++) {
    expect(tries).toBeLessThan(100)
    await sleep(50)
  }
}

it('without its database and without a spool answers 503 with Retry-After, and goes on by itself when it is back', async () => {
  const database = await migratedDatabase(server.url)
  await using node = await openNode(database, { spool: 'off' })
  const ann = await node.guest()
  await ann.thread({ id: 't1' })
  await ann.keep('t1', 'before', { id: 'm1' })
  expect((await ready(node)).slice(0, 4)).toEqual([200, true, true, true])

  await server.stop()
  const known = await ann.get('/v1/threads/t1')
  const sent = await ann.keep('t1', 'meanwhile', { id: 'm2' })
  const stranger = await ann.post('/v1/guests')
  const unknown = await ann.get('/v1/me', { authorization: `Bearer tk_guest_${'a'.repeat(43)}` })
  for (const { status, headers, body } of [known, sent, stranger, unknown])
    expect([status, headers.get('retry-after'), String(body['error']?.['code'])]).toEqual([
      503,
      '2',
      'unavailable',
    ])
  expect(await ready(node)).toEqual([503, false, true, false, false])
  expect((await ann.get('/healthz')).status).toBe(200)

  await startAgain()
  await isReady(node)
  expect((await ann.keep('t1', 'meanwhile', { id: 'm2' })).body['receipt']).toMatchObject({ result: 'kept' })
  expect((await ann.messages('t1')).map(({ text }) => text)).toEqual(['before', 'meanwhile'])
})

it('that hangs is told within two seconds', async () => {
  await using node = await openNode(await migratedDatabase(server.url))
  await server.kill('SIGSTOP')
  const began = performance.now()
  const told = await ready(node)
  const tookMs = performance.now() - began
  await server.kill('SIGCONT')
  expect(told).toEqual([503, false, true, false, false])
  expect(tookMs).toBeLessThan(3_000)
  await isReady(node)
})

it('that goes away in the middle of an answer does not end it: the words wait for it to be back', async () => {
  const model = scriptedModel([['Roses ', atGate, 'grow.', end()], says('again')])
  await using node = await openNode(await migratedDatabase(server.url), { model })
  const ann = await node.guest()
  const threadId = await ann.thread()
  const asked = ann.ask(threadId, 'Which roses?', { id: 'm1' })
  await model.gate.reached()
  await server.stop()
  model.gate.open()
  await sleep(300)
  await startAgain()
  await isReady(node)
  const { status } = await asked
  expect([201, 503]).toContain(status)
  const ended = async () => (await ann.messages(threadId)).map((message) => String(message['status']))
  await expect.poll(ended, { timeout: 30_000 }).not.toContain('pending')
  expect(await ended()).toEqual(['complete', expect.stringMatching(/^(complete|interrupted|failed)$/)])
  expect((await ann.ask(threadId, 'And now?')).status).toBe(201)
})

it('that was restored from a backup is refused, with what is missing and the way to accept it', async () => {
  const database = await migratedDatabase(server.url)
  const folder = join(parent, 'node-1')
  await server.stop()
  cpSync(dataFolder, backup, { recursive: true, preserveTimestamps: true })
  owned(backup)
  await startAgain()
  {
    await using node = await openNode(database, { folder })
    await (await node.guest()).thread()
  }
  await server.stop()
  rmSync(dataFolder, { recursive: true })
  cpSync(backup, dataFolder, { recursive: true })
  owned(dataFolder)
  await startAgain()
  expect(await refusal(openNode(database, { folder }))).toMatch(
    /its log stands at .*, and this node saw a commit at .*missing[^]*threadkeep accept/,
  )
  await accepted(settingsFor(database, folder))
  await (await openNode(database, { folder }))[Symbol.asyncDispose]()
})

it('whose standby was promoted is refused until somebody has looked', async () => {
  const database = await migratedDatabase(server.url)
  const folder = join(parent, 'node-2')
  await (await openNode(database, { folder }))[Symbol.asyncDispose]()
  await using replica = await startReplica(server)
  const there = {
    ...database,
    urlFor: (role: string) => as(role, replica.url).replace(/\/postgres$/, `/${database.name}`),
  }
  expect(await refusal(openNode(there))).toMatch(/standby[^]*promote/)
  await replica.promote()
  expect(await refusal(openNode(there, { folder }))).toMatch(/timeline 2, and was on 1[^]*threadkeep accept/)
  await accepted(settingsFor(there, folder))
  await (await openNode(there, { folder }))[Symbol.asyncDispose]()
})

async function accepted(settings: { store: string; data: string }): Promise<void> {
  using found = await inspectAcceptance(settings)
  expect(found.offer?.found).toContain('is not as this data folder remembers it')
  found.offer?.accept()
}

/** A copy made by root belongs to root, and a server opens only what is its own. */
function owned(folder: string): void {
  for (const entry of ['', ...globSync('**', { cwd: folder })]) {
    if (serverUser) chownSync(join(folder, entry), serverUser.uid, serverUser.gid)
  }
  chmodSync(folder, 0o700)
}

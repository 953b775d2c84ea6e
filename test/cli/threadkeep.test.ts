// The command line as an operator meets it: as a process, in a folder of its own.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const program = fileURLToPath(new URL('../../src/cli/threadkeep.ts', import.meta.url))
let folder = ''
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'threadkeep-cli-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const environment = (env: Record<string, string>) => ({ PATH: process.env['PATH'] ?? '', PORT: '0', ...env })

function threadkeep(words: string, env: Record<string, string> = {}) {
  const run = spawnSync(process.execPath, [program, ...words.split(' ')], {
    cwd: folder,
    encoding: 'utf8',
    env: environment(env),
    timeout: 20_000,
  })
  return { status: run.status, out: run.stdout, err: run.stderr }
}

/** Starts it, waits until it listens or gives up, asks it to stop, and gives back all that it said. */
async function started(
  env: Record<string, string> = {},
  look: (url: string) => Promise<void> = async () => {},
) {
  const child = spawn(process.execPath, [program, 'start'], { cwd: folder, env: environment(env) })
  let [out, err] = ['', '']
  const [listening, loaded] = [Promise.withResolvers<string>(), Promise.withResolvers<void>()]
  child.stderr.on('data', (text: Buffer) => (err += text.toString()))
  child.stdout.on('data', (text: Buffer) => {
    out += text.toString()
    const url = /Threadkeep is at (\S+)/.exec(out)?.[1]
    if (url) listening.resolve(url)
    if (/^Loaded /m.test(out)) loaded.resolve()
  })
  const ended = once(child, 'exit') as Promise<[number | null]>
  const url = await Promise.race([listening.promise, ended.then(() => null)])
  if (url) await look(url)
  // Told a moment after the address; a house that never tells it is caught by whoever looks for the line.
  if (url) await Promise.race([loaded.promise, ended, setTimeout(5_000)])
  child.kill('SIGTERM')
  const [status] = await ended
  return { status, out, err }
}

describe('threadkeep', () => {
  it('start opens the store, says where it is, listens, and closes in order when asked to', async () => {
    const { status, out } = await started({}, async (url) =>
      expect((await fetch(`${url}/healthz`)).status).toBe(200),
    )
    expect(out).toMatch(/Database initialised at .*threadkeep\.db: sqlite, schema \d+, begun in [\d.]+ ms/)
    expect(out).toContain('the built-in demo voice answers')
    expect(out).toMatch(/Loaded \d+ sessions from database/)
    expect(status).toBe(0)
    expect(existsSync(join(folder, 'data', 'threadkeep.db'))).toBe(true)
  })

  it('start says so when nothing will be kept, and leaves nothing behind', async () => {
    const { out } = await started({ THREADKEEP_STORE: 'memory:', TMPDIR: folder })
    expect(out).toContain('Nothing is kept beyond this run')
    expect(readdirSync(folder)).toEqual([])
  })

  it('refuses a wrong setting in two lines without a stack', async () => {
    const { status, err } = await started({ PORT: 'abc' })
    expect(status).toBe(1)
    expect(err).toBe(
      'PORT is "abc", and must be a whole number from 0 to 65535.\nPut it right or leave it out. `threadkeep config` lists every setting.\n',
    )
  })

  it('refuses a port that is taken with words', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    expect(await started({ PORT: String(port) })).toMatchObject({
      status: 1,
      err: expect.stringContaining('another program listens there') as string,
    })
    other.close()
  })

  it('doctor --schema finds everything as expected, and names what was altered', async () => {
    await started()
    expect(threadkeep('doctor --schema')).toMatchObject({
      status: 0,
      out: expect.stringContaining('all as expected') as string,
    })
    const db = new DatabaseSync(join(folder, 'data', 'threadkeep.db'))
    db.exec('DROP INDEX messages_persona; ALTER TABLE threads ADD COLUMN colour TEXT')
    db.close()
    const { status, out } = threadkeep('doctor --schema')
    expect(out).toMatch(/GONE {2}index {3}messages: messages_persona/)
    expect(out).toMatch(/MORE {2}column {2}threads\.colour/)
    expect(status).toBe(1)
    expect(await started()).toMatchObject({
      status: 1,
      err: expect.stringContaining('threadkeep doctor --schema') as string,
    })
  })

  it('accept begins a new store in place of a lost one, only when told to', async () => {
    await started()
    for (const end of ['', '-wal', '-shm'])
      rmSync(join(folder, 'data', `threadkeep.db${end}`), { force: true })
    expect(await started()).toMatchObject({
      status: 1,
      err: expect.stringContaining('threadkeep accept') as string,
    })
    expect(threadkeep('accept')).toMatchObject({
      status: 1,
      out: expect.stringContaining('Nothing was changed') as string,
    })
    expect(threadkeep('accept --yes').status).toBe(0)
    expect((await started()).status).toBe(0)
    expect(threadkeep('accept').out).toContain('nothing to accept')
  })

  it('config --json is for machines', () => {
    expect(JSON.parse(threadkeep('config --json').out)).toContainEqual(
      expect.objectContaining({ env: 'PORT', value: 0, from: 'environment' }),
    )
  })

  it.each(['frobnicate', 'doctor --frob'])('%s is answered with what there is', (words) => {
    expect(threadkeep(words)).toMatchObject({ status: 2, err: expect.stringMatching(/--schema/) as string })
  })
})

// The command line on PostgreSQL, as an operator meets it: as a process, with settings in the environment.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FreshDatabase, freshDatabase } from './database.ts'
import { asSuper } from './super.ts'

const program = fileURLToPath(new URL('../../src/cli/threadkeep.ts', import.meta.url))
let folder = ''
let database: FreshDatabase
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'threadkeep-cli-'))
  database = await freshDatabase()
})
afterEach(async () => {
  await database.drop()
  rmSync(folder, { recursive: true, force: true })
})

const secret = 'p4ss'
const urlFor = (role: string) => database.urlFor(role).replace(`${role}@`, `${role}:${secret}@`)
const environment = (more: Record<string, string>) => ({
  PATH: process.env['PATH'] ?? '',
  PORT: '0',
  THREADKEEP_STORE: urlFor('threadkeep_app'),
  THREADKEEP_STORE_OWNER: urlFor('threadkeep_owner'),
  THREADKEEP_STORE_UPKEEP: urlFor('threadkeep_upkeep'),
  ...more,
})

/** Whatever it says, the password is not in it. */
function threadkeep(words: string, more: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words.split(' ')], {
    cwd: folder,
    encoding: 'utf8',
    env: environment(more),
    timeout: 30_000,
  })
  expect(stdout + stderr).not.toContain(secret)
  return { status, out: stdout, err: stderr }
}

async function started(more: Record<string, string> = {}) {
  const child = spawn(process.execPath, [program, 'start'], { cwd: folder, env: environment(more) })
  let [out, err] = ['', '']
  const open = Promise.withResolvers<void>()
  child.stderr.on('data', (text: Buffer) => (err += text.toString()))
  child.stdout.on('data', (text: Buffer) => {
    out += text.toString()
    if (out.includes('Threadkeep is at')) open.resolve()
  })
  const ended = once(child, 'exit') as Promise<[number | null]>
  await Promise.race([open.promise, ended])
  child.kill('SIGTERM')
  const [status] = await ended
  expect(out + err).not.toContain(secret)
  return { status, out, err }
}

describe('threadkeep on PostgreSQL', () => {
  it('migrate names what it applied, and nothing the second time', () => {
    const first = threadkeep('migrate')
    expect(first).toMatchObject({ status: 0, err: '' })
    expect(first.out).toMatch(
      /Migrated 127\.0\.0\.1:\d+\/test_\w+:\n {2}0001-conversations\n[^]*identity\/0001-guests/,
    )
    expect(threadkeep('migrate').out).toContain('is up to date')
    expect(JSON.parse(threadkeep('migrate --json').out)).toMatchObject({ applied: [] })
    expect(threadkeep('migrate', { THREADKEEP_STORE_OWNER: '' })).toMatchObject({
      status: 1,
      err: expect.stringContaining('THREADKEEP_STORE_OWNER is not set') as string,
    })
  })

  it('start migrates as the owner, says where it is, and closes when asked to', async () => {
    const { status, out } = await started()
    expect(out).toMatch(/initialised at 127\.0\.0\.1:\d+\/test_\w+: postgres, schema \d+, begun in/)
    expect(out).toContain('No receipt says "disk"')
    expect(status).toBe(0)
    expect((await started({ THREADKEEP_STORE_OWNER: '' })).out).toContain(', opened in')
  })

  it('start at a server that is not there says what was tried, where, as whom, and what to do', async () => {
    const { status, err } = await started({
      THREADKEEP_STORE: `postgres://threadkeep_app:${secret}@127.0.0.1:1/chat`,
    })
    expect(status).toBe(1)
    expect(err).toMatch(/THREADKEEP_STORE \(127\.0\.0\.1:1\/chat, as threadkeep_app\) failed.*ECONNREFUSED/)
    expect(err).not.toMatch(/^ +at /m)
  })

  it('config shows the addresses without their passwords, and a wrong one too', () => {
    expect(threadkeep('config').out).toMatch(/THREADKEEP_STORE=postgres:\/\/threadkeep_app:\*+@127/)
    expect(JSON.parse(threadkeep('config --json').out)).toContainEqual(
      expect.objectContaining({
        env: 'THREADKEEP_STORE_OWNER',
        value: expect.stringMatching(/:\*+@/) as string,
      }),
    )
    for (const wrong of [
      `postgress://a:${secret}@h/d`,
      `postgres://a:${secret}@h`,
      `postgres://a:${secret}@h:x/d`,
    ])
      expect(threadkeep('config', { THREADKEEP_STORE: wrong })).toMatchObject({
        status: 1,
        err: expect.stringMatching(/^THREADKEEP_STORE is ".*must be/) as string,
      })
  })

  it('roles prints SQL that makes the logins, and the database by its name', () => {
    const { out } = threadkeep('roles --database chat')
    expect(out).toMatch(
      /CREATE ROLE threadkeep_owner[^]*CREATE ROLE threadkeep_upkeep[^]*CREATE DATABASE chat OWNER/,
    )
    expect(threadkeep('roles --database x";drop').out).toContain('CREATE DATABASE "x"";drop" OWNER')
  })

  it('doctor --schema finds everything as expected, and names what was altered', async () => {
    threadkeep('migrate')
    expect(threadkeep('doctor --schema')).toMatchObject({
      status: 0,
      out: expect.stringContaining('all as expected') as string,
    })
    await asSuper(database.superUrl, (client) => client.query('drop index threadkeep.messages_persona'))
    const { status, out } = threadkeep('doctor --schema')
    expect(out).toMatch(/GONE {2}index {3}messages: messages_persona/)
    expect(status).toBe(1)
  })

  it('accept takes another database in place of the one before, only when told to', async () => {
    await started()
    await asSuper(database.superUrl, (client) =>
      client.query('drop schema threadkeep, threadkeep_identity, pam, companion, marketing cascade'),
    )
    expect(await started()).toMatchObject({
      status: 1,
      err: expect.stringContaining('threadkeep accept') as string,
    })
    expect(threadkeep('accept')).toMatchObject({
      status: 1,
      out: expect.stringContaining('Nothing was changed') as string,
    })
    expect(threadkeep('accept --yes').status).toBe(0)
    expect(await started()).toMatchObject({ status: 0 })
    expect(threadkeep('accept').out).toContain('nothing to accept')
  })
})
